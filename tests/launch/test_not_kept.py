"""The line about what was not kept."""

from __future__ import annotations

from samerun.launch.allowance import NEVER, TOO_LARGE, TOO_MUCH
from samerun.launch.not_kept import INPUTS, UNREAD, not_kept
from samerun.record.files import FileFact
from samerun.record.missing import NotCaptured

HASH = "a" * 64


def fact(size: int, why: str, **facts: object) -> FileFact:
    return FileFact(size, hash=HASH, why=why, read=True, **facts)  # type: ignore[arg-type]


def test_how_many_how_much_and_which_is_the_biggest() -> None:
    inputs = {
        "a.bin": fact(200_000_000, TOO_LARGE),
        "b.bin": fact(4_100_000_000, TOO_LARGE),
        "c.bin": fact(1_000_000, TOO_MUCH),
        "kept.csv": FileFact(5, hash=HASH, kept=True, read=True),
    }
    (gap,) = not_kept(inputs, {})
    assert gap == NotCaptured(
        INPUTS,
        "3 files (4.3 GB) were not kept, the biggest b.bin (4.1 GB); known by hash: 2 larger than 100 MB, 1 beyond "
        "1 GB for the run",
    )


def test_one_file() -> None:
    (gap,) = not_kept({"a.bin": fact(200_000_000, TOO_LARGE)}, {})
    assert gap.why == "a.bin (200.0 MB) was not kept; known by hash: larger than 100 MB"


def test_who_asked_for_nothing_is_told_so() -> None:
    (gap,) = not_kept({"a.csv": fact(5, NEVER)}, {})
    assert gap.why.endswith("known by hash: --keep-inputs never")


def test_an_unknown_content_and_a_secret_have_a_line_of_their_own() -> None:
    inputs = {
        "gone.csv": FileFact(5, why="the file was changed before it was read, or while it was", read=True),
        ".env": fact(5, "it holds a secret", secret=True),
        "link": FileFact(0, link="elsewhere", why="x", read=True),
    }
    assert [gap.what for gap in not_kept(inputs, {})] == ["gone.csv", ".env"]


def test_of_the_folder_what_git_would_show() -> None:
    folder = {
        "read.bin": FileFact(200_000_000, "untracked", why=TOO_LARGE),
        "unread.bin": FileFact(300_000_000, "untracked", why=TOO_LARGE),
        "ignored.bin": FileFact(300_000_000, "ignored", why="nothing read it"),
        "committed.bin": FileFact(300_000_000, "untracked", why="nothing read it", blob="b"),
        "code.py": FileFact(5, "changed", HASH, kept=True),
    }
    read = {"read.bin": fact(200_000_000, TOO_LARGE)}
    assert [(gap.what, gap.why) for gap in not_kept(read, folder)] == [
        (INPUTS, "read.bin (200.0 MB) was not kept; known by hash: larger than 100 MB"),
        (UNREAD, "unread.bin (300.0 MB) was not kept: larger than 100 MB"),
    ]

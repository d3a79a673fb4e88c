"""Data that is the same is the same; whatever is not is named."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from samerun.data.lock_file import Lock
from samerun.data.locking import lock
from samerun.data.manifest import Entry, manifest_of
from samerun.data.seen import Unread
from samerun.data.verifying import changes_between, verify
from samerun.errors import BadLock, MissingData


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with locked data."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    work = tmp_path / "work"
    (work / "data/x").mkdir(parents=True)
    (work / "data/a").write_text("one")
    (work / "data/x/b").write_text("two")
    (work / "data/link").symlink_to("a")
    (work / "other").write_text("not locked")
    monkeypatch.chdir(work)
    lock("data", "data.lock")
    return work


def found(quick: bool = False) -> list[tuple[str, str]]:
    verified = verify("data.lock", quick=quick)
    assert verified.same == (not verified.changes)
    return [(change.what, change.path) for change in verified.changes]


def swap_times(path: str) -> Callable[[], None]:
    def act() -> None:
        facts = os.stat(path)
        Path(path).write_text("eno")
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))

    return act


CHANGES: dict[str, tuple[Callable[[], object], list[tuple[str, str]]]] = {
    "nothing": (lambda: None, []),
    "beside the data": (lambda: Path("other").write_text("x"), []),
    "touched": (lambda: os.utime("data/a", (1, 1)), []),
    "a mode": (lambda: Path("data/a").chmod(0o600), []),
    "content": (lambda: Path("data/a").write_text("another"), [("changed", "data/a")]),
    "content of the same size and time": (swap_times("data/a"), [("changed", "data/a")]),
    "a new file": (lambda: Path("data/c").write_text("x"), [("added", "data/c")]),
    "a file less": (lambda: Path("data/a").unlink(), [("removed", "data/a")]),
    "a new name": (lambda: os.rename("data/a", "data/c"), [("renamed", "data/c")]),
    "a link's text": (
        lambda: (os.unlink("data/link"), os.symlink("x/b", "data/link")),
        [("changed", "data/link")],
    ),
    "a file for a link": (
        lambda: (os.unlink("data/link"), shutil.copy("data/a", "data/link")),
        [("changed", "data/link")],
    ),
    "a link for a file": (
        lambda: (os.rename("data/a", "a"), os.symlink("../a", "data/a")),
        [("changed", "data/a")],
    ),
    "an empty folder": (lambda: os.mkdir("data/new"), [("added", "data/new")]),
    "a pipe": (lambda: os.mkfifo("data/pipe"), [("added", "data/pipe")]),
    "a pipe for a file": (lambda: (os.unlink("data/a"), os.mkfifo("data/a")), [("changed", "data/a")]),
    "all gone": (
        lambda: shutil.rmtree("data"),
        [("removed", "data/a"), ("removed", "data/link"), ("removed", "data/x/b")],
    ),
    "a folder for a file": (
        lambda: (os.unlink("data/a"), os.mkdir("data/a")),
        [("changed", "data/a")],
    ),
}


@pytest.mark.parametrize("quick", [False, True], ids=["bytes", "quick"])
@pytest.mark.parametrize(("act", "expected"), CHANGES.values(), ids=CHANGES.keys())
def test_each_change(act: Callable[[], object], expected: list[tuple[str, str]], quick: bool) -> None:
    time.sleep(0.025)
    verify("data.lock")  # so that there is something to remember wrongly
    act()
    assert found(quick) == expected


def test_quick_reads_nothing_that_has_not_changed(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    time.sleep(0.025)
    verify("data.lock")
    monkeypatch.setattr("samerun.data.hashing_pool.read_file", None)
    assert found(quick=True) == []
    with pytest.raises(TypeError):
        found()


def test_under_another_root(here: Path, tmp_path: Path) -> None:
    shutil.copytree("data", tmp_path / "copy/data", symlinks=True)
    shutil.rmtree("data")
    assert not verify("data.lock").same
    assert verify("data.lock", root=tmp_path / "copy").same
    with pytest.raises(MissingData, match="no folder"):
        verify("data.lock", root="none")


def test_from_anywhere(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    verified = verify(here / "data.lock")
    assert (verified.same, verified.base) == (True, str(here))


def test_a_lock_that_travelled_with_its_data(here: Path, tmp_path: Path) -> None:
    os.rename(here, tmp_path / "there")
    assert verify(tmp_path / "there/data.lock").same


def test_a_lock_at_hand(here: Path) -> None:
    made = lock("data")
    assert verify(made).same
    Path("data/a").write_text("x")
    assert not verify(made).same


def test_other_hashes_in_a_lock_are_verified_too(here: Path) -> None:
    lock("data", "data.lock", also=("sha256", "md5"))
    assert found(quick=True) == []
    made = lock("data", also=("md5",))
    lied = [
        Entry(e.path, e.kind, e.size, e.blake3, e.target, md5="0" * 32 if e.blake3 else "")
        for e in made.manifest.entries
    ]
    assert [change.what for change in verify(Lock(("data",), manifest_of(lied))).changes] == ["changed", "changed"]


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd"])
def test_a_lock_that_leads_elsewhere_touches_nothing(here: Path, path: str) -> None:
    text = Path("data.lock").read_text().replace("data/x/b", path)
    Path("data.lock").write_text(text)
    opened: list[str] = []
    code = (
        "import sys\nfrom samerun.data.verifying import verify\nfrom samerun.errors import BadLock\nseen = []\n"
        "sys.addaudithook(lambda name, args: seen.append(str(args[0])) if name in ('open', 'os.scandir') else None)\n"
        "try:\n    verify('data.lock')\nexcept BadLock:\n"
        "    print([one for one in seen if 'data' in one or 'etc' in one])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    opened = [line for line in done.stdout.splitlines() if line]
    assert opened == ["['data.lock']"], done.stderr
    with pytest.raises(BadLock):
        verify("data.lock")


def test_what_could_not_be_read_is_unread_and_not_gone() -> None:
    a = manifest_of([Entry("x/a", "folder"), Entry("y", "folder"), Entry("z", "folder")])
    b = manifest_of([Entry("z", "folder")])
    found = changes_between(a, b, [Unread("x", "no permission", folder=True), Unread("y", "changing")])
    assert [(change.what, change.path, change.detail) for change in found] == [
        ("unread", "x", "no permission"),
        ("unread", "y", "changing"),
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_without_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are shut to others
        Path(folder).chmod(0o755)
        monkeypatch.chdir(folder)
        for name in ("data/a", "data/x/b"):
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(name)
        lock("data", "data.lock")
        Path("data/a").chmod(0)
        Path("data/x").chmod(0)
        code = (
            "import os\nfrom samerun.data.verifying import verify\nos.setuid(65534)\n"
            "print([(c.what, c.path) for c in verify('data.lock').changes])"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        monkeypatch.chdir("/")
    assert done.stdout == "[('unread', 'data/a'), ('unread', 'data/x')]\n", done.stderr

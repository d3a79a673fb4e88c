"""A lock says what is there, relative to one folder, and nothing but the lock is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from samerun.data.lock_file import encode_lock, read_lock
from samerun.data.locking import lock, look_below, make_lock, outermost
from samerun.data.verifying import verify
from samerun.errors import BadOption, MissingData


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with data and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    work = tmp_path / "work"
    for name in ("data/a", "data/x/b", "more/c", "d.csv"):
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(name)
    monkeypatch.chdir(work)
    return work


def paths(lock_file: str = "data.lock") -> list[str]:
    return [entry.path for entry in read_lock(lock_file).manifest.entries]


def test_files_and_folders_relative_to_the_lock(here: Path) -> None:
    made = lock(["data", "d.csv"], "data.lock")
    assert made == read_lock("data.lock")
    assert made.paths == ("d.csv", "data")
    assert paths() == ["d.csv", "data/a", "data/x/b"]


def test_the_same_data_gives_the_same_text_wherever_it_lies(here: Path, tmp_path: Path) -> None:
    lock("data", "data.lock")
    os.rename(here, tmp_path / "elsewhere")
    os.chdir(tmp_path / "elsewhere")
    lock(tmp_path / "elsewhere/data", tmp_path / "elsewhere/again.lock", quick=False)
    assert Path("again.lock").read_bytes() == Path("data.lock").read_bytes()


def test_without_a_lock_to_write_nothing_is_written(here: Path) -> None:
    before = sorted(os.listdir(here))
    assert lock(Path("data")).paths == ("data",)
    assert sorted(os.listdir(here)) == before


@pytest.mark.parametrize("given", [["data", "data/x"], ["data/x", "data", "./data/"], ["data/x/b", "data"]])
def test_overlapping_paths_are_one(given: list[str]) -> None:
    assert lock(given).paths == ("data",)
    assert outermost(["a", "a/b", "ab", "a"]) == ["a", "ab"]
    assert outermost(["a", "."]) == ["."]


def test_a_lock_in_the_folder_that_it_locks_is_no_part_of_it(here: Path) -> None:
    first = lock("data", "data/data.lock")
    assert first.paths == (".",)
    assert paths("data/data.lock") == ["a", "x/b"]
    assert lock("data", "data/data.lock") == first
    assert verify("data/data.lock").same
    (here / "link").symlink_to("data")
    assert verify("link/data.lock").same


def test_another_lock_in_it_is_a_file_like_others(here: Path) -> None:
    lock("data/x", "data/x/data.lock")
    lock("data", "data.lock")
    assert paths() == ["data/a", "data/x/b", "data/x/data.lock"]
    assert verify("data.lock").same
    assert verify("data/x/data.lock").same


def test_a_root_of_its_own(here: Path, tmp_path: Path) -> None:
    assert lock("data/x", "data.lock", root="data").paths == ("x",)
    assert lock("data", "data.lock", root="data").paths == (".",)
    with pytest.raises(BadOption, match="does not lie below"):
        lock("more", "other.lock", root="data")
    assert not Path("other.lock").exists()


def test_data_elsewhere_starts_from_what_the_paths_have_in_common(here: Path, tmp_path: Path) -> None:
    (tmp_path / "locks").mkdir()
    made = make_lock([here / "data", here / "more/c"], tmp_path / "locks/x.lock")
    assert made.lock.paths == ("data", "more/c")
    assert made.base == str(here)
    assert verify(tmp_path / "locks/x.lock").base == str(here)


def test_a_path_that_is_a_link_is_followed_and_keeps_its_name(here: Path, tmp_path: Path) -> None:
    os.rename(here / "data", tmp_path / "big")
    (here / "data").symlink_to(tmp_path / "big")
    lock("data", "data.lock")
    assert paths() == ["data/a", "data/x/b"]
    assert verify("data.lock").same


def test_a_link_in_a_path_that_is_named_too_is_not_lost(here: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk/x").write_text("x")
    (here / "data/linked").symlink_to(tmp_path / "disk")
    (here / "data/within").symlink_to(".")
    with pytest.raises(BadOption, match="data/linked is led out of data by a link"):
        lock(["data", "data/linked"], "data.lock")
    with pytest.raises(BadOption, match="data/linked is led out of . by a link"):
        lock([".", "data/linked"], "data.lock")
    assert not Path("data.lock").exists()
    assert lock(["data", "data/within"]).paths == ("data",)
    assert [entry.path for entry in lock("data/linked").manifest.entries] == ["data/linked/x"]


def test_anything_but_a_lock_is_never_overwritten(here: Path) -> None:
    (here / "link").symlink_to("d.csv")
    os.mkfifo("pipe")
    for name in ("d.csv", "data", "link", "pipe"):
        with pytest.raises(BadOption, match="is no lock"):
            lock("data", name)
    assert Path("d.csv").read_text() == "d.csv"
    with pytest.raises(BadOption, match="no folder"):
        lock("data", "none/data.lock")


def test_an_old_lock_stays_if_the_new_one_cannot_be_made(here: Path) -> None:
    lock("data", "data.lock")
    before = Path("data.lock").read_bytes()
    with pytest.raises(MissingData, match="none"):
        lock(["data", "none"], "data.lock")
    assert Path("data.lock").read_bytes() == before


@pytest.mark.parametrize("given", [[], [""], ["data", ""], ["s3://bucket/data"], ["none"], ["data/none"], ["d.csv/x"]])
def test_nothing_to_lock(given: list[str]) -> None:
    with pytest.raises((BadOption, MissingData)):
        lock(given, "data.lock")
    assert not Path("data.lock").exists()


def test_an_empty_folder(here: Path) -> None:
    Path("empty").mkdir()
    assert [entry.kind for entry in lock("empty", "data.lock").manifest.entries] == ["folder"]
    assert verify("data.lock").same
    lock("empty", "empty/data.lock")
    assert verify("empty/data.lock").same


def test_the_repository_and_the_store_are_left_out(here: Path) -> None:
    for folder in (".git", "outputs/experiments/.samerun"):
        Path(folder).mkdir(parents=True)
        Path(folder, "x").write_text("x")
    made = make_lock(".", "data.lock")
    assert made.left_out == [".git", "outputs/experiments"]
    assert paths() == ["d.csv", "data/a", "data/x/b", "more/c"]


def test_progress_goes_on_from_path_to_path(here: Path) -> None:
    told: list[tuple[int, int]] = []
    lock(["data", "more", "d.csv"], progress=lambda *done: told.append(done))
    assert told == sorted(told)
    assert told[-1][0] == 4


def test_looking_below_passes_over_what_is_gone(here: Path) -> None:
    os.mkfifo("pipe")
    (here / "loop").symlink_to("loop")
    gone = ["none", "pipe", "loop", "d.csv/x"]
    seen = look_below(here, ["d.csv", *gone], None, quick=False, may_be_gone=True)
    assert [entry.path for entry in seen.manifest.entries] == ["d.csv"]
    assert seen.unread == []


def test_the_text_ends_up_as_the_library_returns_it(here: Path) -> None:
    assert Path("data.lock").exists() is False
    assert encode_lock(lock("data", "data.lock", also=("md5",))) == Path("data.lock").read_bytes()

"""What is remembered is bounded by age, number and size, and what is still used stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from samerun.basics import files
from samerun.data import forgetting, hash_tree
from samerun.data.forgetting import UNUSED_S, Forgotten, forget, note_use


def put(folder: Path, name: str, size: int = 10, age_s: float = 0.0) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(b"x" * size)
    os.utime(path, (time.time() - age_s,) * 2)
    return path


def test_what_nobody_asked_for_in_half_a_year_goes(tmp_path: Path) -> None:
    old, young = put(tmp_path, "old", 10, UNUSED_S + 60), put(tmp_path, "young", 10, UNUSED_S - 60)
    assert forget(tmp_path, dry_run=True) == Forgotten(1, 10)
    assert old.exists()
    assert forget(tmp_path) == Forgotten(1, 10)
    assert (old.exists(), young.exists()) == (False, True)
    assert forget(tmp_path) == Forgotten()


def test_those_that_were_asked_for_last_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for age in range(6):
        put(tmp_path, f"{age}", 10, age)
    monkeypatch.setattr(forgetting, "MOST_FILES", 4)
    assert forget(tmp_path) == Forgotten(2, 20)
    assert sorted(os.listdir(tmp_path)) == ["0", "1", "2", "3"]
    monkeypatch.setattr(forgetting, "MOST_BYTES", 25)
    assert forget(tmp_path) == Forgotten(2, 20)
    assert sorted(os.listdir(tmp_path)) == ["0", "1"]


def test_what_a_killed_writer_left_goes_and_what_one_writes_now_stays(tmp_path: Path) -> None:
    left, now = (files.temporary_name(tmp_path / "x").name for _ in range(2))
    put(tmp_path, left, 10, 7_200)
    put(tmp_path, now)
    assert forget(tmp_path) == Forgotten(1, 10)
    assert os.listdir(tmp_path) == [now]


def test_links_and_folders_are_nobodys_caches(tmp_path: Path) -> None:
    folder = tmp_path / "trees"
    target = put(tmp_path, "target", 10, 2 * UNUSED_S)
    (folder / "below").mkdir(parents=True)
    (folder / "link").symlink_to(target)
    assert forget(folder) == Forgotten()
    assert forget(tmp_path / "nothing") == Forgotten()


def test_a_use_is_noted_once_a_day(tmp_path: Path) -> None:
    path = put(tmp_path, "a", 1, 3_600)
    before = path.stat().st_mtime_ns
    note_use(path)
    assert path.stat().st_mtime_ns == before
    os.utime(path, (time.time() - 90_000,) * 2)
    note_use(path)
    assert path.stat().st_mtime > time.time() - 60
    note_use(tmp_path / "nothing")


def test_a_tree_that_is_used_stays_and_a_new_one_makes_room(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for name in ("one", "two"):
        put(tmp_path / name, "file", age_s=60)
    time.sleep(0.03)
    hash_tree(tmp_path / "one", cache=cache)
    (used,) = (cache / "trees").iterdir()
    os.utime(used, (1, 1))
    stale = put(cache / "trees", "stale", age_s=UNUSED_S + 60)
    hash_tree(tmp_path / "one", quick=True, cache=cache)
    hash_tree(tmp_path / "two", cache=cache)
    assert used.exists()
    assert not stale.exists()
    assert len(os.listdir(cache / "trees")) == 2

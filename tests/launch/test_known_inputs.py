"""What is vouched for without reading: only what cannot have changed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from samerun.basics.hashing import hash_bytes, stat_key
from samerun.launch import known_inputs
from samerun.launch.known_inputs import CHANGED, WORTH_BYTES, KnownInputs

BIG = b"x" * WORTH_BYTES


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "table"


@pytest.fixture
def rested(tmp_path: Path) -> Path:
    path = tmp_path / "big"
    path.write_bytes(BIG)
    time.sleep(0.03)
    return path


def test_a_big_file_that_rests_is_known_to_the_next_run(table: Path, rested: Path) -> None:
    one = KnownInputs(table)
    assert one.lookup(rested, stat_key(rested)) is None
    assert one.hash(rested, stat_key(rested)) == hash_bytes(BIG)
    one.save()
    assert KnownInputs(table).lookup(rested, stat_key(rested)) == hash_bytes(BIG)


def test_a_changed_file_is_not_known_even_with_its_old_time(table: Path, rested: Path) -> None:
    one = KnownInputs(table)
    before = stat_key(rested)
    one.hash(rested, before)
    rested.write_bytes(b"y" * WORTH_BYTES)
    os.utime(rested, ns=(before.mtime_ns, before.mtime_ns))
    assert one.lookup(rested, stat_key(rested)) is None
    assert one.hash(rested, before) == CHANGED
    assert one.hash(rested, stat_key(rested)) == hash_bytes(b"y" * WORTH_BYTES)


def test_small_files_young_ones_and_those_being_written_are_not_remembered(table: Path, tmp_path: Path) -> None:
    one = KnownInputs(table)
    young, small, written = (tmp_path / name for name in ("young", "small", "written"))
    small.write_bytes(b"x" * (WORTH_BYTES - 1))
    written.write_bytes(BIG)
    time.sleep(0.03)
    young.write_bytes(BIG)
    with open(written, "r+b"):
        for path in (young, small, written):
            assert one.hash(path, stat_key(path)) == hash_bytes(path.read_bytes())
    one.save()
    assert [KnownInputs(table).lookup(path, stat_key(path)) for path in (young, small, written)] == [None] * 3


def test_what_is_no_file_is_never_opened_to_its_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert KnownInputs().hash(tmp_path / "pipe", stat_key(tmp_path / "pipe")) == CHANGED


def test_others_are_asked_first(rested: Path) -> None:
    asked = []

    def other(path: str, key: object) -> str | None:
        asked.append(path)
        return "f" * 64

    assert KnownInputs(None, [other]).hash(rested, stat_key(rested)) == "f" * 64
    assert asked == [str(rested)]


def test_only_the_latest_are_remembered(table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_inputs, "MOST", 2)
    one, paths = KnownInputs(table), [tmp_path / name for name in "abc"]
    for path in paths:
        path.write_bytes(BIG)
    time.sleep(0.03)
    for path in [*paths, paths[0]]:
        one.hash(path, stat_key(path))
    one.save()
    found = [KnownInputs(table).lookup(path, stat_key(path)) is not None for path in paths]
    assert found == [True, False, True], "the first was asked for once more"


def test_a_table_that_cannot_be_read_or_written_is_an_empty_one(tmp_path: Path, rested: Path) -> None:
    (tmp_path / "table").write_bytes(b"\xff rubbish")
    one = KnownInputs(tmp_path / "table")
    assert one.lookup(rested, stat_key(rested)) is None
    lost = KnownInputs(tmp_path / "no" / "folder")
    lost.hash(rested, stat_key(rested))
    lost.save()
    KnownInputs(None).save()

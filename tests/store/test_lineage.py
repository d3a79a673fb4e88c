"""The table of who read and wrote what: always what the run folders say, whatever happens to it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from samerun.basics.hashing import hash_bytes
from samerun.record.lineage import Use
from samerun.record.output import Output
from samerun.record.run import Place, Run
from samerun.store import folder
from samerun.store.layout import StoreLayout
from samerun.store.lineage import LineageIndex


def run_id(number: int) -> str:
    return f"20270115_0800{number % 60:02d}_{number:06d}"


def put(
    layout: StoreLayout, number: int, reads: dict[str, str], writes: dict[str, str] | None = None, **facts: Any
) -> Run:
    """Put a run into the store that read and wrote these contents (a text each) at these paths."""
    data = {path: {"size": len(text), "hash": hash_bytes(text.encode()), "read": True} for path, text in reads.items()}
    outputs = [Output(path, "text", len(text), hash_bytes(text.encode()), "x") for path, text in (writes or {}).items()]
    factors = {"data": {**data, **facts.pop("data", {})}}
    plain: dict[str, Any] = {"status": "finished", "started": 1000.0 + number, "seconds": 0.5, **facts}
    run = Run(run_id(number), "cnn", ["python"], Place("/p", "/p"), factors=factors, outputs=outputs, **plain)
    folder.seal(layout.run_folder("cnn", run.id), run)
    return run


@pytest.fixture
def layout(tmp_path: Path) -> StoreLayout:
    return StoreLayout(tmp_path / "store").create()


def users(layout: StoreLayout, text: str) -> list[tuple[str, str, str]]:
    with LineageIndex(layout) as index:
        return [(use.run[-1], use.role, use.path) for use in index.uses_of([hash_bytes(text.encode())])]


def test_by_content_and_not_by_name(layout: StoreLayout) -> None:
    put(layout, 1, {"a.csv": "A"}, {"out.csv": "B"})
    put(layout, 2, {"copy.csv": "A", "/elsewhere/b": "B"})
    assert users(layout, "A") == [("2", "read", "/p/copy.csv"), ("1", "read", "/p/a.csv")]
    assert users(layout, "B") == [("2", "read", "/elsewhere/b"), ("1", "wrote", "/p/out.csv")]
    assert users(layout, "C") == []


def test_at_a_path_of_a_run_and_by_the_first_digits(layout: StoreLayout) -> None:
    put(layout, 1, {"a.csv": "A"}, {"train.py": "code"})
    put(layout, 2, {"a.csv": "B"})
    with LineageIndex(layout) as index:
        assert [use.hash for use in index.uses_at(["/p/a.csv"])] == [hash_bytes(b"B"), hash_bytes(b"A")]
        assert index.uses_by([run_id(1)]) == [
            Use(run_id(1), "read", "/p/a.csv", hash_bytes(b"A"), 1),
            Use(run_id(1), "wrote", "/p/train.py", hash_bytes(b"code"), 4, True),
        ]
        for count in (8, 16, 17, 64):
            assert index.contents_like(hash_bytes(b"A")[:count]) == [hash_bytes(b"A")]
        assert index.contents_like("00000000") == []
        (node,) = index.runs([run_id(2), "nobody"]).values()
    assert (node.name, node.status, node.started, node.ended, Path(node.folder).name) == (
        "cnn", "finished", 1002.0, 1002.5, run_id(2),
    )  # fmt: skip


def test_what_was_only_locked_what_is_unknown_and_what_is_secret(layout: StoreLayout) -> None:
    data = {
        "locked": {"size": 1, "hash": hash_bytes(b"L"), "locked": True},
        "unknown": {"size": 1, "read": True, "why": "it changed"},
        "absent": {"missing": "it was not there"},
        "secret": {"size": 9, "hash": "<redacted:12ab34cd>", "read": True, "secret": True},
    }
    put(layout, 1, {}, data=data)
    assert users(layout, "L") == [("1", "locked", "/p/locked")]
    with LineageIndex(layout) as index:
        assert [use.path for use in index.uses_of(["<redacted:12ab34cd>"])] == ["/p/secret"]
        assert len(index.uses_by([run_id(1)])) == 2


def test_only_the_roles_that_are_asked_for(layout: StoreLayout) -> None:
    put(layout, 1, {"a": "A"}, {"b": "A"})
    with LineageIndex(layout) as index:
        assert [use.path for use in index.uses_of([hash_bytes(b"A")], ["wrote"])] == ["/p/b"]
        assert [use.path for use in index.uses_by([run_id(1)], ["read", "locked"])] == ["/p/a"]


def test_new_runs_are_taken_in_and_removed_ones_forgotten(layout: StoreLayout) -> None:
    put(layout, 1, {"a": "A"})
    assert len(users(layout, "A")) == 1
    put(layout, 2, {"a": "A"})
    assert len(users(layout, "A")) == 2
    shutil.rmtree(layout.run_folder("cnn", run_id(1)).path)
    assert users(layout, "A") == [("2", "read", "/p/a")]
    put(layout, 2, {"b": "B"})
    assert users(layout, "A") == []


def test_nothing_is_written_where_nothing_is_new(layout: StoreLayout) -> None:
    put(layout, 1, {"a": "A"})
    users(layout, "A")
    before = layout.lineage.stat()
    time.sleep(0.02)
    users(layout, "A")
    after = layout.lineage.stat()
    assert (before.st_mtime_ns, before.st_ino, before.st_mode & 0o777) == (after.st_mtime_ns, after.st_ino, 0o600)


@pytest.mark.parametrize("damage", ["gone", "empty", "rubbish", "cut", "flipped", "another", "folder"])
def test_a_damaged_table_is_made_anew(layout: StoreLayout, damage: str) -> None:
    for number in range(30):
        put(layout, number, {f"{each}": f"{number} {each}" for each in range(20)} | {"a": "A"})
    expected = users(layout, "A")
    data = layout.lineage.read_bytes()
    layout.lineage.unlink()
    if damage == "folder":
        layout.lineage.mkdir()
    elif damage == "another":
        with sqlite3.connect(layout.lineage) as connection:
            connection.execute("CREATE TABLE runs (x)")
    elif damage != "gone":
        middle = len(data) // 2
        flipped = data[:middle] + bytes(255 - each for each in data[middle : middle + 9000]) + data[middle + 9000 :]
        damaged = {"empty": b"", "rubbish": b"rubbish" * 999, "cut": data[:middle], "flipped": flipped}[damage]
        layout.lineage.write_bytes(damaged)
    assert users(layout, "A") == expected
    assert len(expected) == 30


def test_a_locked_table_is_passed_by(layout: StoreLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samerun.store.lineage._BUSY_SECONDS", 0.05)
    put(layout, 1, {"a": "A"})
    users(layout, "A")
    put(layout, 2, {"a": "A"})
    with sqlite3.connect(layout.lineage) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        assert len(users(layout, "A")) == 2


def test_without_a_store_there_is_nothing(tmp_path: Path) -> None:
    with LineageIndex(StoreLayout(tmp_path / "none")) as index:
        assert index.uses_of([hash_bytes(b"A")]) == []
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"schema": "samerun.run/1"}', ""])
def test_a_damaged_run_says_nothing_and_harms_nobody(layout: StoreLayout, text: str) -> None:
    put(layout, 1, {"a": "A"})
    put(layout, 2, {"a": "A"})
    (layout.run_folder("cnn", run_id(1)).path / "run.json").write_text(text)
    (layout.run_folder("cnn", run_id(2)).path / "inputs.json").write_text(text)
    put(layout, 3, {"a": "A"})
    assert users(layout, "A") == [("3", "read", "/p/a")]


def test_hostile_sizes_and_names(layout: StoreLayout) -> None:
    data = {
        "big": {"size": 1 << 70, "hash": hash_bytes(b"A"), "read": True},
        "a'); DROP TABLE runs; --": {"size": 1, "hash": hash_bytes(b"B"), "read": True},
        "../../up": {"size": 1, "hash": "no hash at all", "read": True},
    }
    put(layout, 1, {}, data=data)
    assert users(layout, "B") == [("1", "read", "/p/a'); DROP TABLE runs; --")]
    assert len(users(layout, "B")) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_store_that_can_only_be_read(layout: StoreLayout) -> None:
    put(layout, 1, {"a": "A"})
    layout.shared.chmod(0o500)
    try:
        assert len(users(layout, "A")) == 1
    finally:
        layout.shared.chmod(0o700)

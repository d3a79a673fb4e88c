from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path, PurePosixPath

import pytest

from samerun.outputs import recognise, sqlite_database
from samerun.outputs.comparing import Comparing
from samerun.record.difference import Difference

RUNS = "CREATE TABLE runs (id INTEGER PRIMARY KEY, loss REAL, name TEXT, started_at TEXT)"
ROWS = [(1, 0.5, "x", "2024-06-10 06:13:30"), (2, 0.25, "y", "2024-06-10 06:13:40")]

Made = Callable[..., Path]
Held = Callable[..., Difference]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Make a database of the rows and the statements given."""

    def make(name: str, rows: list[tuple[object, ...]], *statements: str) -> Path:
        path = tmp_path / name
        with closing(sqlite3.connect(path)) as connection, connection:
            for statement in (RUNS, *statements):
                connection.execute(statement)
            connection.executemany("INSERT INTO runs VALUES (?, ?, ?, ?)", rows)
        return path

    return make


def test_recognised_and_not_its_neighbours() -> None:
    assert recognise("study", b"SQLite format 3\x00" + bytes(80)).kind == "sqlite"
    assert not sqlite_database.recognises(PurePosixPath("x.db"), b"SQLite format 2")


def test_rewritten_it_is_equivalent(made: Made, comparing: Comparing) -> None:
    a = made("a.db", ROWS)
    b = made("b.db", [*ROWS[::-1], (3, 1.0, "z", "")])
    with closing(sqlite3.connect(b)) as connection, connection:
        connection.execute("DELETE FROM runs WHERE id = 3")
    found = sqlite_database.compare(a, b, comparing)
    assert (found.label, found.verdict, found.children) == ("sqlite", "equivalent", ())


def test_its_twin(made: Made, comparing: Comparing) -> None:
    a = made("a.db", ROWS)
    b = made("b.db", [(1, 0.75, "x", "2024-06-11 10:00:20"), (2, 0.25, "y", "2024-06-11 10:00:30")])
    found = sqlite_database.compare(a, b, comparing)
    assert found.detail == "table runs: column loss: 1 of 2 values differs; by 0.25 at most, in row 1"
    assert [child.label for child in found.children[0].children] == ["column loss", "column started_at"]
    assert len(found.ignored()) == 2


def test_parts_that_one_side_lacks(made: Made, comparing: Comparing) -> None:
    a = made("a.db", ROWS, "CREATE TABLE more (a)")
    b = made("b.db", ROWS[:1], "CREATE INDEX i ON runs (loss)")
    found = sqlite_database.compare(a, b, comparing)
    assert [(child.label, child.detail) for child in found.children] == [
        ("table more", "only in the first"),
        ("table runs", "rows: 2 rows -> 1 row"),
        ("index i", "only in the second"),
    ]


def test_a_table_declared_differently(made: Made, comparing: Comparing) -> None:
    a = made("a.db", ROWS, "CREATE TABLE m (a, b)")
    b = made("b.db", ROWS, "CREATE TABLE m (a, c)")
    assert "declared differently" in sqlite_database.compare(a, b, comparing).detail


def test_tables_without_row_ids_and_with_odd_names(made: Made, comparing: Comparing) -> None:
    table = 'CREATE TABLE "a ""b; DROP" (k PRIMARY KEY, v) WITHOUT ROWID'
    a = made("a.db", ROWS, table, 'INSERT INTO "a ""b; DROP" VALUES (1, 2)')
    b = made("b.db", ROWS, table, 'INSERT INTO "a ""b; DROP" VALUES (1, 3)')
    assert sqlite_database.compare(a, b, comparing).detail.startswith('table a "b; DROP: column v: 1 of 1 value')


def test_nothing_of_a_hostile_schema_is_run_and_nothing_is_written(made: Made, comparing: Comparing) -> None:
    evil = (
        "CREATE VIEW v AS SELECT load_extension('/x')",
        "CREATE TRIGGER t AFTER INSERT ON runs BEGIN SELECT RAISE(ABORT, 'x') WHERE new.id = 99; END",
        "CREATE VIRTUAL TABLE f USING fts5(body)",
    )
    a, b = made("a.db", ROWS, *evil), made("b.db", [ROWS[0], (2, 0.5, "y", ROWS[1][3])], *evil)
    before = sorted(path.name for path in a.parent.iterdir())
    found = sqlite_database.compare(a, b, comparing)
    assert found.detail.startswith("table runs: column loss")
    assert sorted(path.name for path in a.parent.iterdir()) == before


@pytest.mark.parametrize("deed", ["ATTACH ':memory:' AS x", "PRAGMA writable_schema = 1", "CREATE TEMP TABLE x (y)"])
def test_an_opened_database_can_be_read_and_nothing_else(made: Made, deed: str) -> None:
    with sqlite_database.opened(made("a.db", ROWS)) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (2,)
        with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
            connection.execute(deed)


def test_an_endless_table_is_given_up(made: Made, comparing: Comparing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_database, "LONGEST", -1.0)
    rows: list[tuple[object, ...]] = [(number, 0.5, "x" * 50, "") for number in range(60_000)]
    found = sqlite_database.compare(made("a.db", rows), made("b.db", rows[1:]), comparing)
    assert "interrupted" in found.detail
    assert "by bytes" in found.detail


def test_only_so_many_rows_are_compared(made: Made, comparing: Comparing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_database, "MOST_ROWS", 1)
    found = sqlite_database.compare(made("a.db", ROWS), made("b.db", [ROWS[0], (2, 9.0, "y", "")]), comparing)
    assert "only the first 1 row" in found.detail


@pytest.mark.parametrize("size", [16, 100, 3000])
def test_cut_short_it_is_compared_by_bytes(made: Made, held: Held, comparing: Comparing, size: int) -> None:
    content = made("x.db", ROWS).read_bytes()
    found = held("x.db", content, content[:size], comparing)
    assert found.verdict == "different"
    assert "cannot be read as sqlite" in found.detail


def test_flipped_bytes_never_raise(made: Made, held: Held, comparing: Comparing) -> None:
    content = made("x.db", ROWS).read_bytes()
    for place in range(16, len(content), 97):
        flipped = content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]
        assert held("x.db", content, flipped, comparing).label in ("sqlite", "binary")

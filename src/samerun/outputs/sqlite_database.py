"""SQLite databases, table by table and row by row, without a way for a hostile file to do anything.

The file is opened read-only and as immutable, so that nothing is written beside it. Only tables are read: views,
triggers and virtual tables are compared by how they are declared, never run.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from samerun.outputs.comparing import Comparing
from samerun.outputs.gathering import Gatherer
from samerun.outputs.limits import MEGABYTE, check_size
from samerun.outputs.reading import Unreadable, compare_content
from samerun.outputs.showing import clean, count
from samerun.outputs.tables import TableComparison
from samerun.outputs.values import summary
from samerun.record.difference import Difference

kind = "sqlite"

LARGEST = 8192 * MEGABYTE
MOST_ROWS = 2_000_000
"""Rows of one table that are compared; the rest is counted."""

LONGEST = 120.0
"""Seconds after which the comparison by rows is given up."""

_CHUNK = 5_000
_ALLOWED = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION))


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """By the first 16 bytes."""
    return head.startswith(b"SQLite format 3\0")


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two databases: what is declared, then each table's rows in the order of their keys."""
    return compare_content(kind, a, b, _checked, lambda one, two: _compare(one, two, comparing))


def _checked(path: Path) -> Path:
    check_size(path, LARGEST)
    return path


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database so that it can only be read, and only by what this module asks."""
    uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        for setting in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
            connection.execute(f"PRAGMA {setting}")
        end = time.monotonic() + LONGEST
        connection.set_progress_handler(lambda: time.monotonic() > end, 100_000)
        connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)
        yield connection


def _compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    try:
        with opened(a) as left, opened(b) as right:
            return _compare_databases(left, right, comparing)
    except sqlite3.Error as error:
        raise Unreadable(str(error)) from error


def _compare_databases(a: sqlite3.Connection, b: sqlite3.Connection, comparing: Comparing) -> Difference:
    ours, theirs = _declared(a), _declared(b)
    gatherer = Gatherer()
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        label = f"{key[0]} {clean(key[1])}"
        if key not in theirs or key not in ours:
            side = "first" if key in ours else "second"
            gatherer.add(Difference(label, "different", f"only in the {side}"))
            continue
        if ours[key] != theirs[key]:
            gatherer.add(Difference(label, "different", "declared differently", clean(ours[key]), clean(theirs[key])))
        if key[0] == "table" and not _is_virtual(ours[key]) and not _is_virtual(theirs[key]):
            gatherer.add(_compare_table(label, key[1], (a, b), comparing))
    return gatherer.finish(kind, summary(gatherer, "part"))


def _declared(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """Return what the database declares: (``table``, name) and the like -> the statement, white space evened."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type != 'table', type, name")
    return {(str(kind), str(name)): " ".join(str(sql or "").split()) for kind, name, sql in rows}


def _is_virtual(sql: str) -> bool:
    return sql.upper().startswith("CREATE VIRTUAL")


def _compare_table(
    label: str, name: str, connections: tuple[sqlite3.Connection, sqlite3.Connection], comparing: Comparing
) -> Difference:
    cursors = [rows_of(connection, name) for connection in connections]
    columns = [[str(field[0]) for field in cursor.description] for cursor in cursors]
    comparison = TableComparison(columns[0], columns[1], comparing)
    ours = theirs = 0
    while max(ours, theirs) < MOST_ROWS:
        left, right = (cursor.fetchmany(_CHUNK) for cursor in cursors)
        if not left and not right:
            return comparison.finish(label, ours, theirs)
        ours, theirs = ours + len(left), theirs + len(right)
        comparison.add(_columns(columns[0], left), _columns(columns[1], right))
    found = comparison.finish(label, ours, theirs)
    unseen = Difference("rows", "different", f"only the first {count(MOST_ROWS, 'row')} were compared")
    return Difference(label, "different", unseen.detail, children=(*found.children, unseen))


def rows_of(connection: sqlite3.Connection, name: str) -> sqlite3.Cursor:
    """Return the rows of a table in the order of its row ids, else of its primary key."""
    table = '"' + name.replace('"', '""') + '"'
    try:
        return connection.execute(f"SELECT * FROM {table} ORDER BY rowid")
    except sqlite3.OperationalError:
        return connection.execute(f"SELECT * FROM {table}")


def _columns(names: list[str], rows: list[tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    if not rows:
        return dict.fromkeys(names, ())
    return dict(zip(names, zip(*rows, strict=True), strict=True))

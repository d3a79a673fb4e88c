"""Which run read or wrote which content: a table over all runs of a store, quick for ten thousand of them.

The table can be deleted, damaged, locked or read-only at any time: then it is made anew, in memory if need be, from
``run.json`` and ``inputs.json`` of every run. Contents and paths are keyed by the first 64 bits of a BLAKE3.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from samerun.basics import exact, files
from samerun.basics.hashing import hash_bytes
from samerun.factors.caches import is_by_product
from samerun.factors.code import is_code
from samerun.record.lineage import Role, RunNode, Use
from samerun.store.layout import StoreLayout

_VERSION = 1
_BUSY_SECONDS = 2.0
_ROLES: tuple[Role, ...] = ("read", "wrote", "locked")
_TABLES = """
CREATE TABLE IF NOT EXISTS runs (key INTEGER PRIMARY KEY, folder TEXT, size INT, mtime INT, inode INT, id TEXT,
  name TEXT, status TEXT, started REAL, seconds REAL, parent TEXT);
CREATE INDEX IF NOT EXISTS runs_by_id ON runs (id);
CREATE TABLE IF NOT EXISTS contents (key INTEGER PRIMARY KEY, hash TEXT);
CREATE TABLE IF NOT EXISTS paths (key INTEGER PRIMARY KEY, path TEXT);
CREATE TABLE IF NOT EXISTS uses (content INT, run INT, role INT, path INT, size INT, minor INT,
  PRIMARY KEY (content, run, role, path)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS uses_by_run ON uses (run);
CREATE INDEX IF NOT EXISTS uses_by_path ON uses (path);
"""
_USES = (
    "SELECT runs.id, uses.role, paths.path, contents.hash, uses.size, uses.minor FROM uses"
    " JOIN runs ON runs.key = uses.run JOIN paths ON paths.key = uses.path"
    " JOIN contents ON contents.key = uses.content WHERE {} ORDER BY runs.started DESC, runs.id DESC, uses.role"
)
_MANY = 500
_REPEATED = 1 << 15


class _Place(Struct):
    tree: str


class _Output(Struct):
    path: str
    size: int
    hash: Any = None


class _Run(Struct):
    """As much of ``run.json`` as lineage needs."""

    id: str
    name: str
    place: _Place
    status: str
    started: float
    seconds: float | None = None
    parent: str | None = None
    outputs: list[_Output] = []


class _Fact(Struct):
    """As much of a file in ``inputs.json`` as lineage needs."""

    size: int = 0
    hash: str | None = None
    read: bool = False
    locked: bool = False


class _Known(NamedTuple):
    size: int
    mtime: int
    inode: int


_read_run = msgspec.json.Decoder(_Run).decode
_read_inputs = msgspec.json.Decoder(dict[str, _Fact]).decode


class LineageIndex:
    """The table, brought up to date when it is opened. Use it in a ``with`` block.

    Opening costs 10 µs for each run of the store (a stat), and about 0.3 ms for each run that is new.

    Args:
        layout: the store.
    """

    def __init__(self, layout: StoreLayout) -> None:
        self._layout = layout
        self._connection = self._opened()

    def __enter__(self) -> LineageIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def uses_of(self, hashes: Iterable[str], roles: Sequence[Role] = _ROLES) -> list[Use]:
        """Return every use of these contents in one of these roles, the newest run first."""
        return self._uses("uses.content", [_key(each) for each in hashes], roles)

    def uses_at(self, paths: Iterable[str]) -> list[Use]:
        """Return every use of whatever content lay at these absolute paths, the newest run first."""
        return self._uses("uses.path", [_key(exact.plain_text(each)) for each in paths])

    def uses_by(self, runs: Iterable[str], roles: Sequence[Role] = _ROLES) -> list[Use]:
        """Return what runs read and wrote, by their ids."""
        return self._uses("runs.id", list(runs), roles)

    def contents_like(self, beginning: str) -> list[str]:
        """Return the hashes that begin with 1 to 64 hexadecimal digits."""
        low, high = (_as_key(beginning[:16].ljust(16, digit)) for digit in "0f")
        rows = self._rows("SELECT hash FROM contents WHERE key BETWEEN ? AND ?", (low, high))
        return sorted(digest for (digest,) in rows if digest.startswith(beginning))

    def runs(self, ids: Iterable[str]) -> dict[str, RunNode]:
        """Return runs by their ids."""
        columns = "SELECT id, name, status, started, seconds, parent, folder FROM runs WHERE id IN ({})"
        return {row[0]: RunNode(*row) for row in self._ask(columns, list(ids))}

    def _uses(self, column: str, wanted: Sequence[int | str], roles: Sequence[Role] = _ROLES) -> list[Use]:
        numbers = ", ".join(str(_ROLES.index(role)) for role in roles)
        rows = self._ask(_USES.format(f"{column} IN ({{}}) AND uses.role IN ({numbers})"), wanted)
        return [
            Use(run, _ROLES[role], path, digest, size, bool(minor)) for run, role, path, digest, size, minor in rows
        ]

    def _ask(self, question: str, wanted: Sequence[int | str]) -> Iterator[Any]:
        unique = list(dict.fromkeys(wanted))
        for start in range(0, len(unique), _MANY):
            part = unique[start : start + _MANY]
            yield from self._rows(question.format(",".join("?" * len(part))), part)

    def _rows(self, question: str, values: Sequence[int | str]) -> list[Any]:
        """Return the answer to one question; a table that turns out to be damaged is made anew."""
        try:
            return self._connection.execute(question, values).fetchall()
        except sqlite3.DatabaseError:
            self._connection.close()
            with suppress(OSError):
                files.remove_tree(self._layout.lineage)
            self._connection = self._opened()
            return self._connection.execute(question, values).fetchall()

    def _opened(self) -> sqlite3.Connection:
        """Return the table on disk if it can be brought up to date, else one in memory that is."""
        path = self._layout.lineage
        for attempt in range(2):
            try:
                return self._on_disk(path)
            except sqlite3.OperationalError:  # locked, or not ours to write
                break
            except (sqlite3.DatabaseError, OSError, ValueError, TypeError):
                if attempt == 0:
                    with suppress(OSError):
                        files.remove_tree(path)
        connection = _connect(":memory:")
        self._refresh(connection)
        return connection

    def _on_disk(self, path: Path) -> sqlite3.Connection:
        if not path.parent.is_dir():
            raise sqlite3.OperationalError("there is no store")
        if os.access(path.parent, os.W_OK):
            files.create_once(path, b"")  # sqlite would make it readable by others
        connection = _connect(os.fspath(path))
        try:
            self._refresh(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _refresh(self, connection: sqlite3.Connection) -> None:
        """Take in what is new and forget what is gone; nothing is written if nothing changed."""
        known = _known_runs(connection)
        fresh: dict[str, _Known] = {}
        for folder in self._layout.run_paths():
            facts = _stat(folder)
            if known.pop(folder, None) != facts:
                fresh[folder] = facts
        if fresh or known or not _is_made(connection):
            _write(connection, fresh, [*known, *fresh])


def _connect(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name, timeout=_BUSY_SECONDS, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")  # nothing is lost with it
    connection.execute("PRAGMA temp_store=MEMORY")
    return connection


def _is_made(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA user_version").fetchone()[0] == _VERSION)


def _known_runs(connection: sqlite3.Connection) -> dict[str, _Known]:
    if not _is_made(connection):
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise sqlite3.DatabaseError("it is of another version")
        return {}
    rows = connection.execute("SELECT folder, size, mtime, inode FROM runs")
    return {folder: _Known(*facts) for folder, *facts in rows}


def _stat(folder: str) -> _Known:
    try:
        facts = os.stat(f"{folder}/run.json")
    except OSError:
        return _Known(0, 0, 0)
    return _Known(facts.st_size, facts.st_mtime_ns, facts.st_ino)


def _write(connection: sqlite3.Connection, fresh: dict[str, _Known], gone: list[str]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        connection.executemany("DELETE FROM uses WHERE run = ?", [(_key(folder),) for folder in gone])
        connection.executemany("DELETE FROM runs WHERE key = ?", [(_key(folder),) for folder in gone])
        for folder, facts in fresh.items():
            _add(connection, folder, facts)
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _add(connection: sqlite3.Connection, folder: str, facts: _Known) -> None:
    """Take in one run; of one that cannot be read it is only known that it is there."""
    run, uses = _read(folder)
    key = _key(folder)
    row = (key, folder, *facts, run.id, run.name, run.status, run.started, run.seconds or 0.0, run.parent)
    connection.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    keyed = [(_key(use.hash), _key(use.path), use) for use in uses]
    connection.executemany("INSERT OR IGNORE INTO contents VALUES (?, ?)", [(one, use.hash) for one, _, use in keyed])
    connection.executemany("INSERT OR IGNORE INTO paths VALUES (?, ?)", [(two, use.path) for _, two, use in keyed])
    connection.executemany(
        "INSERT OR REPLACE INTO uses VALUES (?, ?, ?, ?, ?, ?)",
        [(one, key, _ROLES.index(use.role), two, use.size, use.minor) for one, two, use in keyed],
    )


def _read(folder: str) -> tuple[_Run, list[Use]]:
    name = os.path.basename(folder)
    try:
        run = _read_run(files.read_bytes(Path(folder, "run.json")))
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _Run(name, os.path.basename(os.path.dirname(folder)), _Place(""), "damaged", 0.0), []
    try:
        inputs = _read_inputs(files.read_bytes(Path(folder, "inputs.json")))
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        inputs = {}
    uses = [*_reads(run, inputs), *_writes(run)]
    return run, [use for use in uses if -(1 << 63) <= use.size < 1 << 63]


def _reads(run: _Run, inputs: dict[str, _Fact]) -> Iterator[Use]:
    for path, fact in inputs.items():
        if fact.hash and (fact.read or fact.locked):
            role: Role = "read" if fact.read else "locked"
            yield Use(run.id, role, os.path.join(run.place.tree, path), fact.hash, fact.size, _is_minor(path))


def _writes(run: _Run) -> Iterator[Use]:
    for each in run.outputs:
        if isinstance(each.hash, str):
            path = os.path.join(run.place.tree, each.path)
            yield Use(run.id, "wrote", path, each.hash, each.size, _is_minor(each.path))


@lru_cache(_REPEATED)
def _is_minor(path: str) -> bool:
    return is_code(path) or is_by_product(path)


@lru_cache(_REPEATED)
def _key(text: str) -> int:
    """Return the key of a hash, or of anything else by its hash."""
    is_hash = len(text) == 64 and text.isalnum()
    try:
        return _as_key(text[:16] if is_hash else "x")
    except ValueError:
        return _as_key(hash_bytes(text.encode("utf-8", "surrogatepass"))[:16])


def _as_key(digits: str) -> int:
    return int(digits, 16) - (1 << 63)

"""The list of runs, quick for ten thousand: a table that remembers each run's row by the stat of its ``run.json``.

The table can be deleted, cut, flipped, locked or read-only at any time: then the runs are read from their folders.
Nothing is ever known from it alone.
"""

from __future__ import annotations

import math
import os
import re
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import msgspec
from msgspec import Struct

from samerun.basics import files
from samerun.errors import SamerunError
from samerun.record.run import Run
from samerun.record.values import Json
from samerun.store import folder
from samerun.store.layout import RunFolder, StoreLayout

_VERSION = 1
_TABLE = (
    "CREATE TABLE IF NOT EXISTS rows (path TEXT PRIMARY KEY, size INT, mtime INT, inode INT, row BLOB, crc INT)"
    " WITHOUT ROWID"
)
_BUSY_SECONDS = 0.2
_GIVEN = re.compile(r"(?P<dashes>-{1,2}|\+{0,2})(?P<name>[A-Za-z_][\w./\-]*)(?P<equals>=?)(?P<value>.*)\Z", re.DOTALL)


class Row(Struct, frozen=True):
    """What a list shows of one run, and what it can be sorted and filtered by.

    ``status`` is the run's, or ``damaged`` (``problems`` says why). ``arguments`` holds options, ``key=value`` words
    and the configuration's keys, without leading dashes; ``folder`` is the run folder.
    """

    id: str
    name: str
    status: str
    started: float
    seconds: float | None = None
    exit_code: int | None = None
    parent: str | None = None
    tags: list[str] = []
    metrics: dict[str, Json] = {}
    arguments: dict[str, Json] = {}
    problems: list[str] = []
    folder: str = ""


class _Stat(NamedTuple):
    size: int
    mtime: int
    inode: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Row).decode


def list_runs(layout: StoreLayout) -> list[Row]:
    """Return a row for each run of a store, the newest first; a damaged run is a row like any other."""
    known = _remembered(layout.index)
    rows: list[Row] = []
    fresh: dict[str, tuple[_Stat, Row]] = {}
    for path in layout.run_paths():
        stat = _stat(path)
        row = known.pop(path, (None, None))
        if row[1] is None or row[0] != stat:
            fresh[path] = row = stat, _read(path)
        rows.append(row[1])
    kept = {path: entry for path, entry in fresh.items() if not _may_go_on(entry[1])}
    if kept or known:
        _remember(layout.index, kept, gone=list(known))
    return sorted(rows, key=lambda row: (row.started, row.id), reverse=True)


def _may_go_on(row: Row) -> bool:
    """Say whether a run may still log: it is running, or its recorder was killed and left the program alone."""
    return row.status == "running" or (row.status == "killed" and row.exit_code is None)


def _stat(path: str) -> _Stat:
    """Return the stat of a run's record; zeros without one."""
    try:
        facts = os.stat(f"{path}/run.json")
    except OSError:
        return _Stat(0, 0, 0)
    return _Stat(facts.st_size, facts.st_mtime_ns, facts.st_ino)


def _read(path: str) -> Row:
    """Read one run for its row; what is wrong with it goes no further than its own row."""
    run_folder = RunFolder(Path(path))
    try:
        return row_of(folder.load(run_folder, whole=False), path)
    except (SamerunError, OSError) as error:
        name = run_folder.path.parent.name
        return Row(run_folder.id, name, "damaged", _moment(run_folder.id), problems=[str(error)], folder=path)


def _moment(run_id: str) -> float:
    """Return the time that an id was given, in seconds since the epoch; 0 if it is no time."""
    try:
        return time.mktime(time.strptime(run_id[:15], "%Y%m%d_%H%M%S"))
    except (ValueError, OverflowError):
        return 0.0


def row_of(run: Run, path: str) -> Row:
    """Return the row of a run whose folder is ``path``."""
    argv = run.factors.get("arguments", {}).get("argv")
    argv = argv if isinstance(argv, list) and argv and all(isinstance(word, str) for word in argv) else run.command
    config = run.factors.get("config", {})
    keys = {key.rpartition(":")[2]: value for key, value in config.items() if set(config) != {"missing"}}
    return Row(
        id=run.id,
        name=run.name,
        status=run.status,
        started=run.started,
        seconds=run.seconds,
        exit_code=run.exit_code,
        parent=run.parent,
        tags=run.tags,
        metrics={name: _storable(value) for name, value in run.metrics.items()},
        arguments={name: _storable(value) for name, value in {**keys, **arguments_of(argv)}.items()},
        folder=path,
    )


def _storable(value: Json) -> Json:
    """Return a value that the table can hold: integers beyond 64 bits as floats, beyond every float as infinite."""
    if type(value) is not int or -(1 << 63) <= value < 1 << 64:
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def arguments_of(argv: list[str]) -> dict[str, Json]:
    """Return the options and ``key=value`` words of a command by name; numbers as numbers, a bare option as True."""
    found: dict[str, Json] = {}
    for word, following in zip(argv[1:], [*argv[2:], "-"], strict=False):
        match = _GIVEN.match(word)
        if match and match["equals"]:
            found[match["name"]] = _value(match["value"])
        elif match and match["dashes"]:
            found[match["name"]] = True if _GIVEN.match(following) or following == "-" else _value(following)
    return found


def _value(text: str) -> Json:
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    return text


def _remembered(index: Path) -> dict[str, tuple[_Stat, Row]]:
    """Return what the table remembers, without any row whose checksum is wrong."""
    if not index.exists():
        return {}
    try:
        with closing(_open(index)) as connection:
            rows = connection.execute("SELECT path, size, mtime, inode, row, crc FROM rows").fetchall()
        whole = [each for each in rows if each[5] == _sum(each[0], each[1:4], each[4])]
        return {path: (_Stat(*stat), _decode(blob)) for path, *stat, blob, _ in whole}
    except (sqlite3.Error, msgspec.MsgspecError, TypeError, ValueError, AttributeError):
        return {}


def _sum(path: str, stat: Sequence[int], blob: bytes) -> int:
    return crc32(blob, crc32(f"{_VERSION} {path} {stat[0]} {stat[1]} {stat[2]}".encode("utf-8", "surrogateescape")))


def _open(index: Path) -> sqlite3.Connection:
    return sqlite3.connect(index, timeout=_BUSY_SECONDS, isolation_level=None)


def _remember(index: Path, fresh: dict[str, tuple[_Stat, Row]], gone: list[str]) -> None:
    """Write the new rows; a table that cannot be understood is made anew, one that cannot be written is left."""
    if not index.parent.is_dir():
        return
    try:
        _write(index, fresh, gone)
    except sqlite3.OperationalError as error:
        if "no such column" in str(error) or "has no column" in str(error) or "not a table" in str(error):
            _start_anew(index, fresh)
    except (sqlite3.DatabaseError, OSError):
        _start_anew(index, fresh)


def _start_anew(index: Path, fresh: dict[str, tuple[_Stat, Row]]) -> None:
    with suppress(sqlite3.Error, OSError):
        files.remove_tree(index)
        _write(index, fresh, [])


def _write(index: Path, fresh: dict[str, tuple[_Stat, Row]], gone: list[str]) -> None:
    files.create_once(index, b"")  # sqlite would make it readable by others
    rows = []
    for path, (stat, row) in fresh.items():
        try:
            blob = _encode(row)
        except OverflowError:  # a number in a damaged record
            continue
        rows.append((path, *stat, blob, _sum(path, stat, blob)))
    with closing(_open(index)) as connection:
        # Nothing is lost with it, so nothing waits for the disk; no WAL: several processes write.
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_TABLE)
        connection.executemany("DELETE FROM rows WHERE path = ?", [(path,) for path in gone])
        connection.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.execute("COMMIT")

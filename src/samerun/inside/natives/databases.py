"""Databases in a file: dbm, duckdb, lmdb (``files`` hears of sqlite3 from an audit event)."""

from __future__ import annotations

import os

from .hooks import READ, UPDATE, Call, Hook

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Iterable


def _opened(path: Any, read_only: bool) -> Iterable[tuple[Any, str]]:
    """A database that is there is read; it may be changed unless it was opened for reading alone."""
    if read_only or os.path.exists(path):
        yield path, READ
    if not read_only:
        yield path, UPDATE


def _dbm(suffix: str) -> Any:
    def pairs(call: Call) -> Iterable[tuple[Any, str]]:
        path = os.fsdecode(call.value(0, "filename")) + suffix
        return _opened(path, str(call.value(1, "flags", "r"))[:1] == "r")

    return pairs


def _duckdb(call: Call) -> Iterable[tuple[Any, str]]:
    path = call.value(0, "database", ":memory:")
    if not path or str(path).startswith(":"):
        return ()
    return _opened(path, bool(call.value(1, "read_only", False)))


def _lmdb(call: Call) -> Iterable[tuple[Any, str]]:
    path = call.value(0, "path")
    whole = os.path.join(path, "data.mdb") if call.kwargs.get("subdir", True) else path
    return _opened(whole, bool(call.kwargs.get("readonly", False)))


HOOKS: dict[str, tuple[Hook, ...]] = {
    "_gdbm": (Hook("open", _dbm("")),),
    "_dbm": (Hook("open", _dbm(".db")),),
    "duckdb": (
        Hook("connect", _duckdb),
        *(Hook(name, READ, 0, "path_or_buffer") for name in ("read_csv", "from_csv_auto", "read_json")),
        *(Hook(name, READ, 0, "file_glob") for name in ("read_parquet", "from_parquet")),
    ),
    "lmdb": (Hook("open", _lmdb),),
}

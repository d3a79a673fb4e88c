"""The rows of a table in a file, once as a hash of each, and some of them as they are."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from blake3 import blake3

from samerun.data.table_files import open_table_file
from samerun.data.table_rows import row_digests
from samerun.outputs import csv_table, json_document, json_lines, npy, sqlite_database
from samerun.outputs.arrays import Array
from samerun.outputs.reading import map_file
from samerun.outputs.showing import clean

_SIZE = 8


class Numbering(NamedTuple):
    """How rows are called: ``one`` of them, ``many``, the ``form`` of a number, and the number of the ``first``."""

    one: str
    many: str
    form: str
    first: int

    def label(self, row: int) -> str:
        """Return what a row is called that is number ``row`` from 0."""
        return self.form.format(row + self.first)


ROWS = Numbering("row", "rows", "row {:,}", 1)
ITEMS = Numbering("item", "items", "[{}]", 0)


class Rows(Protocol):
    """One table: its columns, each name with its type (a text), or none where rows have no columns in common."""

    columns: dict[str, str]
    numbering: Numbering

    def digests(self, columns: Sequence[str]) -> Iterator[int]:
        """Yield a hash of 64 bits of each row, by these columns alone."""

    def pick(self, numbers: Iterable[int], columns: Sequence[str]) -> dict[int, Any]:
        """Return some rows by their numbers, from 0: each a mapping of the columns, or a document."""


def open_rows(path: Path, kind: str) -> Rows | None:
    """Return the rows of a file, or None for a kind of file that has none.

    Args:
        path: the file.
        kind: what it was compared as: ``csv``, ``jsonl``, ``json``, ``parquet``, ``feather``, ``npy``.

    Raises:
        Whatever reading gives: ``samerun.outputs.reading.FAILURES``, or a ``SamerunError``.
    """
    if kind == csv_table.kind:
        return _Csv(path)
    if kind == json_lines.kind:
        return _JsonLines(path)
    if kind == json_document.kind:
        document = json_document.read(path)
        return _Items(document) if isinstance(document, list) else None
    if kind == npy.kind:
        return array_rows(npy.read_npy(map_file(path)))
    return _arrow_rows(path) if kind in ("parquet", "feather") else None


def array_rows(found: Any) -> Rows | None:
    """Return the rows of what a npy file held: what lies along the array's first axis; None if there is none."""
    return _Array(found.values) if isinstance(found, Array) and found.values.ndim else None


def table_rows(connection: sqlite3.Connection, label: str) -> Rows | None:
    """Return the rows of a table of an open database; None if there is none with this label.

    Args:
        connection: the database, as ``samerun.outputs.sqlite_database.opened`` gives it; it must stay open.
        label: what the table is called in a difference.
    """
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'create virtual%'")
    found = [name for (name,) in names if f"table {clean(name)}" == label]
    return _Table(connection, found[0]) if len(found) == 1 else None


class _Table:
    """Rows of a table of a database, in the order of its row ids."""

    numbering = ROWS

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        self._names = [str(field[0]) for field in sqlite_database.rows_of(connection, name).description]
        self.columns = dict.fromkeys(self._names, "value")

    def digests(self, columns: Sequence[str]) -> Iterator[int]:
        places = [self._names.index(name) for name in columns]
        for row in sqlite_database.rows_of(self._connection, self._name):
            yield _hash(repr([row[place] for place in places]).encode("utf-8", "surrogatepass"))

    def pick(self, numbers: Iterable[int], columns: Sequence[str]) -> dict[int, Any]:
        places = {name: self._names.index(name) for name in columns}
        rows = iter(sqlite_database.rows_of(self._connection, self._name))
        return {n: {name: row[place] for name, place in places.items()} for n, row in _picked(rows, numbers)}


class _Items:
    """Items of a list in a JSON document; the order of keys does not count."""

    numbering = ITEMS

    def __init__(self, items: list[Any]) -> None:
        self._items = items
        self.columns: dict[str, str] = {}

    def digests(self, columns: Sequence[str]) -> Iterator[int]:
        return (_hash(json.dumps(item, sort_keys=True).encode()) for item in self._items)

    def pick(self, numbers: Iterable[int], columns: Sequence[str]) -> dict[int, Any]:
        return {number: self._items[number] for number in numbers if number < len(self._items)}


class _Array:
    """Rows of an array, bit by bit."""

    numbering = ITEMS

    def __init__(self, array: Any) -> None:
        self._array = array
        self.columns = {"": f"{array.dtype} {array.shape[1:]}"}

    def digests(self, columns: Sequence[str]) -> Iterator[int]:
        return (_hash(item.tobytes()) for item in self._array)

    def pick(self, numbers: Iterable[int], columns: Sequence[str]) -> dict[int, Any]:
        return {number: self._array[number].tolist() for number in numbers if number < len(self._array)}


class _Csv:
    """Rows of text: a cell counts as it is written."""

    numbering = ROWS

    def __init__(self, path: Path) -> None:
        self._path = path
        self._names = csv_table.Table(path).columns
        self.columns = dict.fromkeys(self._names, "text")

    def digests(self, columns: Sequence[str]) -> Iterator[int]:
        places = self._places(columns)
        for row in self._rows():
            yield _hash("\0".join([row[place] for place in places]).encode("utf-8", "surrogateescape"))

    def pick(self, numbers: Iterable[int], columns: Sequence[str]) -> dict[int, Any]:
        places = self._places(columns)
        picked = _picked(self._rows(), numbers)
        return {n: {self._names[place]: row[place] for place in places} for n, row in picked}

    def _places(self, columns: Sequence[str]) -> list[int]:
        return [self._names.index(name) for name in columns]

    def _rows(self) -> Iterator[list[str]]:
        for chunk in csv_table.Table(self._path).chunks():
            yield from chunk


class _JsonLines:
    """Rows that are documents: they count as they are written."""

    numbering = ROWS

    def __init__(self, path: Path) -> None:
        self._path = path
        self.columns: dict[str, str] = {}

    def digests(self, columns: Sequence[str]) -> Iterator[int]:
        return (_hash(line.encode("utf-8", "surrogateescape")) for line in json_lines.rows_of(self._path))

    def pick(self, numbers: Iterable[int], columns: Sequence[str]) -> dict[int, Any]:
        return {number: _document(line) for number, line in _picked(json_lines.rows_of(self._path), numbers)}


def _arrow_rows(path: Path) -> Rows | None:
    """Return the rows of a Parquet or Arrow file; None where two columns have one name, or there is none."""
    rows = _Arrow(path)
    return rows if rows.columns and rows.has_names else None


class _Arrow:
    """Rows of a Parquet or Arrow file."""

    numbering = ROWS

    def __init__(self, path: Path) -> None:
        self._schema, self._batches = open_table_file(path)
        self.columns = {name: str(kind) for name, kind in zip(self._schema.names, self._schema.types, strict=True)}

    @property
    def has_names(self) -> bool:
        """Whether each column can be told by its name."""
        return len(self.columns) == len(self._schema.names)

    def digests(self, columns: Sequence[str]) -> Iterator[int]:
        places = [self._schema.names.index(name) for name in columns]
        for batch in self._batches():
            for digests in row_digests([batch.column(place) for place in places], batch.num_rows, _SIZE):
                yield from array("Q", digests)

    def pick(self, numbers: Iterable[int], columns: Sequence[str]) -> dict[int, Any]:
        wanted, found, first = sorted(numbers), {}, 0
        for batch in self._batches():
            for number in [each for each in wanted if first <= each < first + batch.num_rows]:
                (row,) = batch.slice(number - first, 1).select(list(columns)).to_pylist()
                found[number] = row
            first += batch.num_rows
            if not wanted or first > wanted[-1]:
                break
        return found


def _hash(content: bytes) -> int:
    return int.from_bytes(blake3(content).digest(_SIZE), "little")


def _picked(rows: Iterator[Any], numbers: Iterable[int]) -> Iterator[tuple[int, Any]]:
    at = 0
    for number in sorted(numbers):
        row = next(islice(rows, number - at, None), None)
        if row is not None:
            yield number, row
        at = number + 1


def _document(line: str) -> Any:
    try:
        return json_document.parse(line)
    except ValueError:
        return line

"""CSV and TSV: tables compared column by column; quoting, separators and line ends make no difference."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePosixPath

from samerun.outputs.comparing import Comparing
from samerun.outputs.field_names import words
from samerun.outputs.limits import MEGABYTE, check_size
from samerun.outputs.reading import Unreadable, compare_content
from samerun.outputs.tables import TableComparison
from samerun.record.difference import Difference

kind = "csv"

LARGEST = 4096 * MEGABYTE
CHUNK = 20_000
"""Rows that are compared at a time."""

_SAMPLE = 65536
_LONGEST_CELL = 64 * MEGABYTE
_DELIMITERS = ",\t;|"
_INTEGER = re.compile(r"[+-]?(?:0|[1-9]\d{0,4000})")
_FLOAT = re.compile(r"[+-]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][+-]?\d+)?|[+-]?(?i:nan|inf|infinity)")


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """By its name: ``.csv``, ``.tsv``, ``.tab``."""
    return path.suffix.lower() in (".csv", ".tsv", ".tab") and b"\0" not in head


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two tables, ``CHUNK`` rows at a time."""
    return compare_content(kind, a, b, Table, lambda one, two: _compare(one, two, comparing))


class Table:
    """One file, read from the front: its columns, then its rows."""

    def __init__(self, path: Path) -> None:
        check_size(path, LARGEST)
        self._path = path
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            sample = file.read(_SAMPLE)
        self._delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else _delimiter(sample)
        first = next(csv.reader(sample.splitlines(), delimiter=self._delimiter), [])
        self.has_header = _is_header(first)
        self.columns = _names(first) if self.has_header else [f"{place}" for place in range(1, len(first) + 1)]

    def chunks(self) -> Iterator[list[list[str]]]:
        """Yield the rows in pieces; empty lines are passed over.

        Raises:
            Unreadable: a row is no CSV, or has more cells than the table has columns.
        """
        with self._path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            rows = self._rows(csv.reader(file, delimiter=self._delimiter))
            while chunk := _taken(rows):
                yield chunk

    def _rows(self, reader: Iterator[list[str]]) -> Iterator[list[str]]:
        width, skip = len(self.columns), self.has_header
        try:
            for row in reader:
                if row and not skip:
                    yield _fitted(row, width)
                skip = skip and not row
        except csv.Error as error:
            raise Unreadable(str(error)) from error


def _taken(rows: Iterator[list[str]]) -> list[list[str]]:
    """Return the next rows; whole documents may stand in a cell, which ``csv`` by itself does not take."""
    usual = csv.field_size_limit(_LONGEST_CELL)
    try:
        return list(islice(rows, CHUNK))
    finally:
        csv.field_size_limit(usual)  # it counts for the whole process, which may be a user's


def _compare(a: Table, b: Table, comparing: Comparing) -> Difference:
    comparison = TableComparison(a.columns, b.columns, comparing, convert=_number)
    left, right = a.chunks(), b.chunks()
    rows_a = rows_b = 0
    while True:
        ours, theirs = next(left, []), next(right, [])
        if not ours and not theirs:
            return comparison.finish(kind, rows_a, rows_b)
        rows_a, rows_b = rows_a + len(ours), rows_b + len(theirs)
        if ours != theirs:
            comparison.add(_columns(a, ours), _columns(b, theirs))
        else:
            comparison.same(len(ours))


def _columns(table: Table, rows: list[list[str]]) -> dict[str, tuple[str, ...]]:
    if not rows:
        return dict.fromkeys(table.columns, ())
    return dict(zip(table.columns, zip(*rows, strict=True), strict=True))


def _fitted(row: list[str], width: int) -> list[str]:
    if len(row) > width:
        raise Unreadable(f"a row has {len(row)} cells, the table {width} columns")
    return row + [""] * (width - len(row))


def _number(column: str, cell: str) -> str | int | float:
    """Return a cell as the number that it is written as; codes with leading zeros, and versions, stay text."""
    text = cell.strip()
    if "version" in words(column):
        return cell
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else cell


def _delimiter(sample: str) -> str:
    """Return the delimiter by which the first rows have the most cells, equally many in each."""
    lines = sample.splitlines()[:20]
    best, most = ",", 1
    for delimiter in _DELIMITERS:
        widths = {len(row) for row in csv.reader(lines[:-1] or lines, delimiter=delimiter) if row}
        if len(widths) == 1 and max(widths) > most:
            best, most = delimiter, max(widths)
    return best


def _is_header(row: list[str]) -> bool:
    """Names hold no numbers; an empty name is an index that pandas has written."""
    return any(row) and not any(isinstance(_number("", cell), int | float) for cell in row)


def _names(row: list[str]) -> list[str]:
    seen: Counter[str] = Counter()
    found = []
    for cell in row:
        name = cell.strip() or "(no name)"
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found

"""What became of a table's rows, where one that is gone, new or moved would else make all that follow seem changed."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec.structs import replace

from samerun.basics import files
from samerun.data.row_alignment import Alignment, align
from samerun.data.row_sources import Numbering, Rows, array_rows, open_rows, table_rows
from samerun.errors import SamerunError
from samerun.outputs import csv_table, json_lines, npy, npz, sqlite_database
from samerun.outputs.comparing import Comparing
from samerun.outputs.expanding import Members
from samerun.outputs.gathering import Gatherer
from samerun.outputs.members import Compressed
from samerun.outputs.reading import FAILURES, map_file
from samerun.outputs.showing import clean, count, short
from samerun.outputs.table_of_types import recognise
from samerun.outputs.values import compare_values
from samerun.record.difference import Difference

MOST_ROWS = 1_000_000
"""Rows of a table up to which they are aligned: a few seconds, and some 300 MB."""

SHOWN = 100
"""How many rows of each sort are shown."""

_FAILURES: tuple[type[BaseException], ...] = (*FAILURES, ImportError, SamerunError, sqlite3.Error)
_FEW = 5
_HEAD = 4096
_TEXTS = (csv_table.kind, json_lines.kind)


def row_difference(a: Path, b: Path, found: Difference, comparing: Comparing) -> Difference:
    """Return the difference of two tables by their rows, or ``found`` where that says it as well.

    Args:
        a: the first file.
        b: the second.
        found: what comparing them place by place gave.
        comparing: how values are compared.
    """
    if found.verdict != "different":
        return found
    try:
        if found.label in _OF_SEVERAL:
            return _OF_SEVERAL[found.label](a, b, found, comparing)
        return _by_rows(open_rows(a, found.label), open_rows(b, found.label), found, comparing)
    except _FAILURES:  # then it is told place by place
        return found


def text_row_difference(a: Path, b: Path, comparing: Comparing) -> Difference | None:
    """Return the difference of two tables of text by their rows alone; None where it must be told place by place.

    Comparing rows of text place by place takes long where all of them differ, as they do behind one that is gone.

    Args:
        a: the first file.
        b: the second.
        comparing: how values are compared.
    """
    try:
        kinds = {recognise(path.name, files.read_regular(path, _HEAD)).kind for path in (a, b)}
        kind = kinds.pop()
        if kinds or kind not in _TEXTS:
            return None
        ours, theirs = open_rows(a, kind), open_rows(b, kind)
        if ours is None or theirs is None or [*ours.columns] != [*theirs.columns]:
            return None
        nothing = Difference(kind, "different")
        found = _by_rows(ours, theirs, nothing, comparing)
    except _FAILURES:
        return None
    return None if found is nothing else found


def _of_packed(a: Path, b: Path, found: Difference, comparing: Comparing) -> Difference:
    """Do the same for what two compressed files hold."""
    if len(found.children) != 1:
        return found
    (inner,) = found.children
    with TemporaryDirectory(prefix="samerun-") as folder:
        ours, theirs = _unpacked(a, Path(folder, "a")), _unpacked(b, Path(folder, "b"))
        by_place = replace(inner, label=recognise(ours.name, files.read_regular(ours, _HEAD)).kind)
        by_rows = row_difference(ours, theirs, by_place, comparing)
    if by_rows is by_place:
        return found
    return _told(found, [replace(by_rows, label=inner.label)], "parts")


def _unpacked(path: Path, target: Path) -> Path:
    opened = Compressed().index(path)
    (name,) = opened.members
    named = target.with_suffix(Path(name).suffix)
    opened.copy(name, named)
    return named


def _of_arrays(a: Path, b: Path, found: Difference, comparing: Comparing) -> Difference:
    """Do the same for each array that two files of arrays both have."""
    ours, theirs = (Members(path, map_file(path)) for path in (a, b))
    return _told(found, [_of_array(ours, theirs, child, comparing) for child in found.children], "arrays")


def _of_tables(a: Path, b: Path, found: Difference, comparing: Comparing) -> Difference:
    """Do the same for each table that two databases both have."""
    with sqlite_database.opened(a) as ours, sqlite_database.opened(b) as theirs:
        told = [
            _by_rows(table_rows(ours, child.label), table_rows(theirs, child.label), child, comparing)
            for child in found.children
        ]
    return _told(found, told, "parts")


def _told(found: Difference, children: Sequence[Difference], noun: str) -> Difference:
    """Return a difference with what was found of its parts."""
    if [*children] == [*found.children]:
        return found
    number = f"{len(children):,} {noun} differ; first: " if len(children) > 1 else ""
    detail = f"{number}{children[0].label}: {children[0].detail}"
    return replace(found, detail=detail, children=tuple(children))


def _of_array(a: Members, b: Members, found: Difference, comparing: Comparing) -> Difference:
    name = f"{found.label}.npy"
    if name not in a or name not in b:
        return found
    ours, theirs = (array_rows(npy.read_npy(side.read(name))) for side in (a, b))
    return _by_rows(ours, theirs, found, comparing)


def _by_rows(a: Rows | None, b: Rows | None, found: Difference, comparing: Comparing) -> Difference:
    if a is None or b is None:
        return found
    shared = [name for name, kind in a.columns.items() if b.columns.get(name) == kind]
    if (a.columns or b.columns) and not shared:
        return found
    ours, theirs = (array("Q", islice(side.digests(shared), MOST_ROWS + 1)) for side in (a, b))
    if max(len(ours), len(theirs)) > MOST_ROWS:
        return found
    aligned = align(ours, theirs)
    if len(aligned.changed) == aligned.rows or aligned.rows > _by_place(ours, theirs):
        return found
    gatherer = Gatherer(most=4 * SHOWN)
    beside = _of_columns(found, shared)
    for child in [*beside, *_of_rows(a, b, aligned, shared, comparing)]:
        gatherer.add(child)
    columns = [f"{child.label}: {child.detail}" for child in beside if child.label.startswith("column")]
    more = [f"{count(len(columns) - 1, 'more column')}"] if len(columns) > 1 else []
    return gatherer.finish(found.label, "; ".join([_sentence(aligned, len(ours), a.numbering), *columns[:1], *more]))


def _by_place(a: Sequence[int], b: Sequence[int]) -> int:
    """Return how many rows differ from those at the same place."""
    return sum(map(int.__ne__, a, b)) + abs(len(a) - len(b))


def _of_columns(found: Difference, shared: Sequence[str]) -> list[Difference]:
    """Return what was found of columns that the tables do not share, and of what stands beside the columns."""
    told = {"rows", *(f"column {clean(name)}" for name in shared)}
    return [child for child in found.children if shared and child.label not in told]


def _of_rows(
    a: Rows, b: Rows, aligned: Alignment, columns: Sequence[str], comparing: Comparing
) -> Iterator[Difference]:
    removed, added, changed = aligned.removed[:SHOWN], aligned.added[:SHOWN], aligned.changed[:SHOWN]
    ours = a.pick([*removed, *(row for row, _ in changed)], columns)
    theirs = b.pick([*added, *(row for _, row in changed)], columns)
    label = a.numbering.label
    for row in removed:
        yield Difference(label(row), "different", f"only in the first: {_row(ours[row])}")
    for row in added:
        yield Difference(label(row), "different", f"only in the second: {_row(theirs[row])}")
    for row, place in changed:
        name = label(row) if row == place else f"{label(row)} (now {place + a.numbering.first:,})"
        yield compare_values(name, ours[row], theirs[place], comparing)
    for row, place in aligned.moved[:SHOWN]:
        yield Difference(label(row), "different", f"stands at {label(place)} now")


def _row(row: Any) -> str:
    if isinstance(row, dict):
        return clean(", ".join(f"{name}={short(value)}" for name, value in row.items()))
    return short(row)


def _sentence(aligned: Alignment, height: int, numbering: Numbering) -> str:
    parts = [
        _part(aligned.removed, "only in the first", numbering),
        _part(aligned.added, "only in the second", numbering),
        _part([row for row, _ in aligned.changed], "changed", numbering),
        _part([row for row, _ in aligned.moved], "moved", numbering),
    ]
    left = height - len(aligned.removed) - len(aligned.changed) - len(aligned.moved)
    rest = f"the other {count(left, numbering.one, numbering.many)} as before" if left else ""
    return "; ".join(part for part in [*parts, rest] if part)


def _part(rows: Sequence[int], words: str, numbering: Numbering) -> str:
    if not rows:
        return ""
    if len(rows) > _FEW:
        return f"{count(len(rows), numbering.one, numbering.many)} {words}, first {numbering.label(rows[0])}"
    labels = [numbering.label(row) for row in rows]
    same = f"{numbering.one} "
    if len(rows) > 1 and all(label.startswith(same) for label in labels):
        return f"{numbering.many} {', '.join(label.removeprefix(same) for label in labels)} {words}"
    return f"{', '.join(labels)} {words}"


_OF_SEVERAL: dict[str, Callable[[Path, Path, Difference, Comparing], Difference]] = {
    Compressed.kind: _of_packed,
    npz.kind: _of_arrays,
    sqlite_database.kind: _of_tables,
}
"""What looks into files that hold several tables, or one that is packed."""

"""What became of a table's rows, where one that is gone, new or moved would else make all that follow seem changed."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec.structs import replace

from samerun.basics import files
from samerun.data.row_alignment import Alignment, align
from samerun.data.row_sources import Rows, open_rows
from samerun.errors import SamerunError
from samerun.outputs.comparing import Comparing
from samerun.outputs.gathering import Gatherer
from samerun.outputs.members import Compressed
from samerun.outputs.reading import FAILURES
from samerun.outputs.showing import clean, count, short
from samerun.outputs.table_of_types import recognise
from samerun.outputs.values import compare_values
from samerun.record.difference import Difference

MOST_ROWS = 1_000_000
"""Rows of a table up to which they are aligned: a few seconds, and some 300 MB."""

SHOWN = 100
"""How many rows of each sort are shown."""

_FAILURES: tuple[type[BaseException], ...] = (*FAILURES, ImportError, SamerunError)
_FEW = 5
_HEAD = 4096


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
        if found.label == Compressed.kind and len(found.children) == 1:
            return _of_packed(a, b, found, comparing)
        sides = open_rows(a, found.label), open_rows(b, found.label)
        if sides[0] is None or sides[1] is None:
            return found
        return _by_rows(sides[0], sides[1], found, comparing)
    except _FAILURES:  # then it is told place by place
        return found


def _of_packed(a: Path, b: Path, found: Difference, comparing: Comparing) -> Difference:
    """Do the same for what two compressed files hold."""
    (inner,) = found.children
    with TemporaryDirectory(prefix="samerun-") as folder:
        ours, theirs = _unpacked(a, Path(folder, "a")), _unpacked(b, Path(folder, "b"))
        by_place = replace(inner, label=recognise(ours.name, files.read_regular(ours, _HEAD)).kind)
        by_rows = row_difference(ours, theirs, by_place, comparing)
    if by_rows is by_place:
        return found
    told = replace(by_rows, label=inner.label)
    return replace(found, detail=f"{told.label}: {told.detail}", children=(told,))


def _unpacked(path: Path, target: Path) -> Path:
    opened = Compressed().index(path)
    (name,) = opened.members
    named = target.with_suffix(Path(name).suffix)
    opened.copy(name, named)
    return named


def _by_rows(a: Rows, b: Rows, found: Difference, comparing: Comparing) -> Difference:
    shared = [name for name, kind in a.columns.items() if b.columns.get(name) == kind]
    if a.columns and not shared:
        return found
    ours, theirs = (array("Q", islice(side.digests(shared), MOST_ROWS + 1)) for side in (a, b))
    if max(len(ours), len(theirs)) > MOST_ROWS:
        return found
    aligned = align(ours, theirs)
    if len(aligned.changed) == aligned.rows or aligned.rows > _by_place(ours, theirs):
        return found
    gatherer = Gatherer(most=4 * SHOWN)
    for child in [*_of_columns(found, shared), *_of_rows(a, b, aligned, shared, comparing)]:
        gatherer.add(child)
    return gatherer.finish(found.label, _sentence(aligned, len(ours)))


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
    for row in removed:
        yield Difference(f"row {row + 1:,}", "different", f"only in the first: {_row(ours[row])}")
    for row in added:
        yield Difference(f"row {row + 1:,}", "different", f"only in the second: {_row(theirs[row])}")
    for row, place in changed:
        label = f"row {row + 1:,}" if row == place else f"row {row + 1:,} (now {place + 1:,})"
        yield compare_values(label, ours[row], theirs[place], comparing)
    for row, place in aligned.moved[:SHOWN]:
        yield Difference(f"row {row + 1:,}", "different", f"stands at row {place + 1:,} now")


def _row(row: Any) -> str:
    if isinstance(row, dict):
        return clean(", ".join(f"{name}={short(value)}" for name, value in row.items()))
    return short(row)


def _sentence(aligned: Alignment, height: int) -> str:
    parts = [
        _part(aligned.removed, "only in the first"),
        _part(aligned.added, "only in the second"),
        _part([row for row, _ in aligned.changed], "changed"),
        _part([row for row, _ in aligned.moved], "moved"),
    ]
    left = height - len(aligned.removed) - len(aligned.changed) - len(aligned.moved)
    return "; ".join([*(part for part in parts if part), f"the other {count(left, 'row')} as before"])


def _part(rows: Sequence[int], words: str) -> str:
    if not rows:
        return ""
    if len(rows) > _FEW:
        return f"{count(len(rows), 'row')} {words}, first row {rows[0] + 1:,}"
    noun = "row" if len(rows) == 1 else "rows"
    return f"{noun} {', '.join(f'{row + 1:,}' for row in rows)} {words}"

"""JSON Lines: a document a line, compared row by row and never held in memory as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec.structs import replace

from samerun.outputs.comparing import Comparing
from samerun.outputs.deviations import Tally
from samerun.outputs.gathering import Gatherer
from samerun.outputs.json_document import parse
from samerun.outputs.limits import MEGABYTE, check_size
from samerun.outputs.lines import compare_line
from samerun.outputs.reading import compare_content
from samerun.outputs.showing import clean, count
from samerun.outputs.values import compare_values
from samerun.record.difference import Difference

kind = "jsonl"

LARGEST = 2048 * MEGABYTE
_LONGEST_ROW = 64 * MEGABYTE


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """By its name: ``.jsonl``, ``.ndjson``, ``.jsonlines``."""
    return path.suffix.lower() in (".jsonl", ".ndjson", ".jsonlines")


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two files row by row; a row that is no JSON on either side is compared as text."""
    return compare_content(kind, a, b, rows_of, lambda one, two: _compare(one, two, comparing))


def rows_of(path: Path) -> Iterator[str]:
    """Return the rows of a file that are not empty, each as it is written.

    Raises:
        Unreadable: the file is too large.
    """
    check_size(path, LARGEST)
    return _stream(path)


def _stream(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        while line := file.readline(_LONGEST_ROW):
            if line.strip():
                yield line.strip()


def _compare(a: Iterator[str], b: Iterator[str], comparing: Comparing) -> Difference:
    gatherer, tally = Gatherer(), Tally()
    rows_a = rows_b = 0
    for number, (left, right) in enumerate(zip_longest(a, b), 1):
        rows_a, rows_b = rows_a + (left is not None), rows_b + (right is not None)
        if left is None or right is None:
            gatherer.add(_surplus(f"row {number:,}", left, right))
        elif left != right:
            child = _compare_row(f"row {number:,}", left, right, comparing)
            if child.deviation is not None:
                tally.add(replace(child.deviation, where=""), child.label)
            gatherer.add(child)
    return gatherer.finish(kind, _sentence(gatherer, rows_a, rows_b), tally.deviation())


def _surplus(label: str, a: str | None, b: str | None) -> Difference:
    side = "first" if b is None else "second"
    line = clean(a or b or "")
    return Difference(label, "different", f"only in the {side}: {line}")


def _compare_row(label: str, a: str, b: str, comparing: Comparing) -> Difference:
    left, right = _parsed(a), _parsed(b)
    if left is None or right is None:
        return compare_line(label, a, b, comparing)
    return compare_values(label, left[0], right[0], comparing)


def _parsed(line: str) -> tuple[Any] | None:
    """Return the row in a tuple; None if it is no JSON (a torn last row, as a rule)."""
    try:
        return (parse(line),)
    except (ValueError, RecursionError):
        return None


def _sentence(gatherer: Gatherer, rows_a: int, rows_b: int) -> str:
    lead = gatherer.lead
    if lead is None:
        return ""
    number = gatherer.number(gatherer.verdict)
    if gatherer.verdict == "equivalent":
        return f"only volatile fields differ, in {count(number, 'row')}"
    rows = f"{rows_a:,} -> {count(rows_b, 'row')}; " if rows_a != rows_b else ""
    verb = "differs" if number == 1 else "differ"
    return f"{rows}{number:,} of {count(max(rows_a, rows_b), 'row')} {verb}; first: {lead.label}: {lead.detail}"

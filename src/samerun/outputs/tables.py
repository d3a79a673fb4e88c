"""Compare two tables of columns: their schema, their rows, and each column's values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from samerun.outputs.comparing import Comparing
from samerun.outputs.deviations import Tally
from samerun.outputs.gathering import Gatherer
from samerun.outputs.showing import clean, count
from samerun.outputs.values import compare_scalars, compare_values, summary
from samerun.record.difference import Difference

SHOWN_ROWS = 10
"""How many differing rows of a column are kept in the tree."""

Columns = Mapping[str, Sequence[Any]]


def compare_columns(label: str, a: Columns, b: Columns, comparing: Comparing) -> Difference:
    """Compare two tables that are in memory.

    Args:
        label: what the table is called in the tree.
        a: name -> values of each column, in the order of the columns.
        b: the other.
        comparing: tolerances, windows and the project's volatile names; a column is a field of that name.

    Returns:
        A child for each differing column (``column loss``) with its deviation, its first differing rows below it
        (``row 17``, counted from 1), and children for columns or rows that only one side has.
    """
    comparison = TableComparison(list(a), list(b), comparing)
    comparison.add(a, b)
    return comparison.finish(label, _height(a), _height(b))


class TableComparison:
    """Compares two tables that come in pieces of equally many rows on both sides.

    Args:
        a: the names of the first table's columns, in order.
        b: those of the second.
        comparing: tolerances, windows and the project's volatile names.
        convert: makes a value of a cell that differs, given its column's name (a CSV's cells are text).
    """

    def __init__(
        self,
        a: Sequence[str],
        b: Sequence[str],
        comparing: Comparing,
        convert: Callable[[str, Any], Any] | None = None,
    ) -> None:
        self._names = (tuple(a), tuple(b))
        shared = set(b)
        self._columns = {name: _Column(name, comparing, convert or _as_it_is) for name in a if name in shared}
        self._rows = 0

    def add(self, a: Columns, b: Columns) -> None:
        """Compare the next rows; columns that only one side has are left out, surplus rows too."""
        height = min(_height(a), _height(b))
        for name, column in self._columns.items():
            column.add(a[name], b[name], self._rows)
        self._rows += height

    def same(self, rows: int) -> None:
        """Take the next rows as equal on both sides."""
        self._rows += rows
        for column in self._columns.values():
            column.same(rows)

    def finish(self, label: str, rows_a: int, rows_b: int) -> Difference:
        """Return the difference, told how many rows each side has altogether."""
        gatherer = Gatherer()
        for child in self._schema():
            gatherer.add(child)
        if rows_a != rows_b:
            gatherer.add(Difference("rows", "different", f"{count(rows_a, 'row')} -> {count(rows_b, 'row')}"))
        tally = Tally()
        for column in self._columns.values():
            tally.include(column.tally)
            gatherer.add(column.finish())
        return gatherer.finish(label, summary(gatherer, "column"), tally.deviation())

    def _schema(self) -> list[Difference]:
        a, b = self._names
        only_a = [name for name in a if name not in b]
        only_b = [name for name in b if name not in a]
        gone = [Difference(f"column {clean(name)}", "different", "only in the first") for name in only_a]
        come = [Difference(f"column {clean(name)}", "different", "only in the second") for name in only_b]
        if gone or come or a == b:
            return gone + come
        return [Difference("columns", "different", "in another order", a=clean(", ".join(a)), b=clean(", ".join(b)))]


class _Column:
    """What differs in one column."""

    def __init__(self, name: str, comparing: Comparing, convert: Callable[[str, Any], Any]) -> None:
        self.name = name
        self.tally = Tally()
        self._comparing = comparing
        self._convert = convert
        self._gatherer = Gatherer(SHOWN_ROWS)
        self._rows = 0

    def same(self, rows: int) -> None:
        """Count rows that agree."""
        self._rows += rows
        self.tally.same(rows)

    def add(self, a: Sequence[Any], b: Sequence[Any], first: int) -> None:
        """Compare two pieces of the column, of which the first value is in the row after ``first``."""
        unsure = [
            (row, left, right)
            for row, (left, right) in enumerate(zip(a, b, strict=False), first + 1)
            if not (left is right or (left == right and type(left) is type(right) and left))
        ]
        self.same(min(len(a), len(b)) - len(unsure))
        for row, left, right in unsure:
            self._rows += 1
            self._differ(row, self._convert(self.name, left), self._convert(self.name, right))

    def _differ(self, row: int, left: Any, right: Any) -> None:
        child = self._cell(f"row {row}", left, right)
        self._gatherer.add(child)
        if child.deviation is not None and not child.volatile:
            self.tally.add(child.deviation, f"row {row}, column {self.name}")
        else:
            self.tally.same()

    def _cell(self, label: str, left: Any, right: Any) -> Difference:
        if isinstance(left, Mapping | list | tuple):
            return compare_values(label, {self.name: left}, {self.name: right}, self._comparing)
        return compare_scalars(label, (self.name,), left, right, self._comparing)

    def finish(self) -> Difference:
        """Return the column's difference."""
        differing = self._gatherer.number()
        lead = self._gatherer.lead
        detail = f"{differing:,} of {count(self._rows, 'value')} {'differs' if differing == 1 else 'differ'}"
        deviation = self.tally.deviation()
        if deviation is not None and deviation.max_abs:
            detail += f"; by {deviation.max_abs:.3g} at most, in {deviation.where.partition(',')[0]}"
        elif lead is not None:
            detail += f"; first in {lead.label}: {lead.detail}"
        return self._gatherer.finish(f"column {clean(self.name)}", detail, deviation)


def _as_it_is(column: str, value: Any) -> Any:
    return value


def _height(columns: Columns) -> int:
    return max((len(values) for values in columns.values()), default=0)

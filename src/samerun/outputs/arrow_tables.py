"""Compare two tables of Arrow's piece by piece: schema, rows, columns of numbers at once and others value by value."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from samerun.outputs.array_tally import ArrayTally
from samerun.outputs.comparing import Comparing
from samerun.outputs.field_names import roles_of
from samerun.outputs.late import Late
from samerun.outputs.reading import Unreadable, gather_parts, only_in
from samerun.outputs.showing import clean, count
from samerun.outputs.tables import TableComparison
from samerun.outputs.values import compare_values
from samerun.outputs.volatile import is_declared
from samerun.record.difference import Difference, identical

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # the table of types is read by commands that compare no array

pyarrow: Any = Late("pyarrow")  # an optional part
types: Any = Late("pyarrow.types")  # an optional part

ROWS = 1 << 16
"""How many rows are held in memory at once."""

_INDEX = ("index_columns", "column_indexes")
"""What pandas says in a table's metadata that the columns do not say; the rest is about itself."""


class ArrowTable(Struct, frozen=True, eq=False):
    """A table on disk: its schema and a way to read its record batches in order."""

    schema: Any
    batches: Callable[[], Iterator[Any]]


def compare_tables(label: str, a: ArrowTable, b: ArrowTable, comparing: Comparing) -> Difference:
    """Compare two tables; how the rows are grouped and compressed does not count.

    Args:
        label: the kind of the files.
        a: one table.
        b: the other.
        comparing: tolerances, windows and volatile names; a column is a field of that name.

    Raises:
        ValueError: or another of ``FAILURES``, if a table cannot be read to its end.
    """
    try:
        return _compare(label, a, b, comparing)
    except pyarrow.ArrowException as error:  # some of Arrow's errors are no kind of Python's
        raise Unreadable(str(error)) from error


def _compare(label: str, a: ArrowTable, b: ArrowTable, comparing: Comparing) -> Difference:
    shared = [name for name in a.schema.names if _type(a, name) == _type(b, name)]
    plain = [name for name in shared if _is_number(_type(a, name)) and not _may_be_volatile(name, comparing)]
    numbers = {name: _Numbers(name, comparing) for name in plain}
    others = TableComparison([name for name in shared if name not in numbers], _rest(b, shared, numbers), comparing)
    rows = _Rows()
    for first, one, two in _pairs(rows, _checked(a), _checked(b)):
        for name, column in numbers.items():
            column.add(first, one.column(name), two.column(name))
        others.add(_columns(one, shared, numbers), _columns(two, shared, numbers))
    children = [*_schemas(a, b), *(column.finish() for column in numbers.values())]
    children += others.finish("columns", 0, 0).children
    if rows.of_a != rows.of_b:
        children.append(Difference("rows", "different", f"{count(rows.of_a, 'row')} -> {count(rows.of_b, 'row')}"))
    return gather_parts(label, [*children, _compare_metadata(a, b, comparing)], "column")


def _checked(table: ArrowTable) -> Iterator[Any]:
    """Yield the batches, each checked: offsets that lead out of a damaged file's buffers would be followed."""
    for batch in table.batches():
        batch.validate(full=True)
        yield batch


def _type(table: ArrowTable, name: str) -> Any:
    """Return a column's type; None where there is no such column, or several."""
    place = table.schema.get_field_index(name)
    return None if place < 0 else table.schema.field(place).type


def _rest(table: ArrowTable, shared: list[str], numbers: dict[str, _Numbers]) -> list[str]:
    return [name for name in table.schema.names if name in shared and name not in numbers]


def _columns(batch: Any, shared: list[str], numbers: dict[str, _Numbers]) -> dict[str, list[Any]]:
    return {name: batch.column(name).to_pylist() for name in shared if name not in numbers}


def _is_number(kind: Any) -> bool:
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind))


def _may_be_volatile(name: str, comparing: Comparing) -> bool:
    """Say whether a column's values must be looked at one by one: its name allows them to be volatile."""
    return bool(roles_of(name)) or is_declared((name,), comparing)


class _Rows:
    """How many rows each side has."""

    def __init__(self) -> None:
        self.of_a = 0
        self.of_b = 0


def _pairs(rows: _Rows, a: Iterator[Any], b: Iterator[Any]) -> Iterator[tuple[int, Any, Any]]:
    """Yield the number of the first row and a batch of each side, both of the same rows; count all rows."""
    one, two = next(a, None), next(b, None)
    while one is not None and two is not None:
        height = min(one.num_rows, two.num_rows)
        yield rows.of_a, one.slice(0, height), two.slice(0, height)
        rows.of_a += height
        rows.of_b += height
        one = one.slice(height) if one.num_rows > height else next(a, None)
        two = two.slice(height) if two.num_rows > height else next(b, None)
    rows.of_a += sum(batch.num_rows for batch in (one, *a) if batch is not None)
    rows.of_b += sum(batch.num_rows for batch in (two, *b) if batch is not None)


class _Numbers:
    """What differs in one column of numbers."""

    def __init__(self, name: str, comparing: Comparing) -> None:
        self._name = name
        self._tally = ArrayTally("", comparing.rtol, comparing.atol)
        self._nulls = 0
        self._where = ""

    def add(self, first: int, a: Any, b: Any) -> None:
        """Compare the values from the row after ``first`` on."""
        absent, missing = (np.asarray(side.is_null()) for side in (a, b))
        self._count_nulls(first, absent != missing, a, b)
        one, two = _values(a), _values(b)
        either = absent | missing
        if either.any():
            two = np.where(either, one, two)
        self._tally.add(first, one, two)

    def _count_nulls(self, first: int, one_sided: np.ndarray[Any, Any], a: Any, b: Any) -> None:
        if not one_sided.any():
            return
        if not self._nulls:
            place = int(one_sided.argmax())
            self._where = f"row {first + place + 1}: {a[place].as_py()} -> {b[place].as_py()}"
        self._nulls += int(one_sided.sum())

    def finish(self) -> Difference:
        """Return the column's difference."""
        label = f"column {clean(self._name)}"
        found = self._tally.difference(label, lambda place: f"row {place + 1}, column {self._name}")
        if not self._nulls:
            return found
        detail = f"{count(self._nulls, 'value')} missing on one side only, first in {self._where}"
        return Difference(label, "different", f"{detail}; {found.detail}" if found.detail else detail)


def _values(column: Any) -> np.ndarray[Any, Any]:
    """Return a column's values, a zero for each that is missing."""
    filled = column.fill_null(False if types.is_boolean(column.type) else 0)
    return np.asarray(filled.to_numpy(zero_copy_only=False))


def _schemas(a: ArrowTable, b: ArrowTable) -> Iterator[Difference]:
    """Yield what differs in the columns' names, types and order."""
    names = dict.fromkeys([*a.schema.names, *b.schema.names])
    for name in names:
        one, two = _type(a, name), _type(b, name)
        label = f"column {clean(name)}"
        if one is None or two is None:
            yield only_in(label, "first" if two is None else "second")
        elif one != two:
            yield Difference(label, "different", f"type {clean(str(one))} -> {clean(str(two))}")
    if a.schema.names != b.schema.names and sorted(a.schema.names) == sorted(b.schema.names):
        yield Difference("columns", "different", "in another order")


def _compare_metadata(a: ArrowTable, b: ArrowTable, comparing: Comparing) -> Difference:
    """Compare what the writer put beside the columns, such as the index of a data frame."""
    one, two = _metadata(a), _metadata(b)
    return identical("metadata") if one == two else compare_values("metadata", one, two, comparing)


def _metadata(table: ArrowTable) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in (table.schema.metadata or {}).items():
        name, text = key.decode("utf-8", "replace"), value.decode("utf-8", "replace")
        if name == "pandas":
            content = json.loads(text)
            found[name] = {each: content[each] for each in _INDEX if each in content}
        elif name != "ARROW:schema":
            found[name] = text
    return found

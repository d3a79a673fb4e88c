"""What a table is made of, small enough to be kept, and what two of them differ in."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from samerun.data.table_types import is_bytes, is_list, is_text, plain_array, storage_type
from samerun.errors import BadTable
from samerun.outputs.late import Late

pa: Any = Late("pyarrow")  # an optional part
pc: Any = Late("pyarrow.compute")  # an optional part
types: Any = Late("pyarrow.types")  # an optional part

SHOWN = 40
"""How many letters of a smallest or largest value are kept."""

What = Literal["rows", "added", "removed", "renamed", "reordered", "retyped", "changed"]


class ColumnSummary(msgspec.Struct, frozen=True):
    """One column.

    ``type`` is the text of its type, ``nulls`` counts missing values (NaN too), ``hash`` is that of type and values in
    order; ``smallest`` and ``largest`` are texts, None where there is no value or no order.
    """

    name: str
    type: str
    nulls: int
    hash: str
    smallest: str | None = None
    largest: str | None = None


class ColumnDifference(msgspec.Struct, frozen=True):
    """One thing in which two tables differ; ``column`` is empty where it is the table as a whole."""

    what: What
    column: str
    detail: str

    def __str__(self) -> str:
        return f"column {self.column!r}: {self.detail}" if self.column else f"{self.what}: {self.detail}"


class TableSummary(msgspec.Struct, frozen=True):
    """A table: how many rows, its columns in order, and its ``hash_table``."""

    rows: int
    columns: tuple[ColumnSummary, ...]
    hash: str

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, len(self.columns)

    def differences(self, other: TableSummary) -> list[ColumnDifference]:
        """Return which columns were added, removed, renamed, retyped, changed or put in another order.

        Args:
            other: the later table. Columns are paired by name (of several of one name, by their turn); one that is gone
                and one that has come with the same type and values are one column renamed.

        Returns:
            Nothing if the hashes are the same. Where the number of rows differs, every column has changed: then only
            what else differs of a column (its type) is told.
        """
        return list(_differences(self, other))

    def to_json(self) -> str:
        """Return the summary as one line of JSON."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> TableSummary:
        """Return the summary that ``to_json`` wrote.

        Raises:
            BadTable: it is none.
        """
        try:
            return msgspec.json.decode(text, type=cls)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BadTable(f"This is no summary of a table: {error}.", "Make it again from the table.") from error

    def __str__(self) -> str:
        rows = [("column", "type", "missing", "smallest", "largest", "hash")]
        for each in self.columns:
            rows.append(
                (each.name, each.type, f"{each.nulls:,}", each.smallest or "", each.largest or "", each.hash[:12])
            )
        widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([f"{self.rows:,} rows, {len(self.columns):,} columns, hash {self.hash[:12]}", *lines])


def _turns(columns: tuple[ColumnSummary, ...]) -> dict[tuple[str, int], ColumnSummary]:
    """Return the columns by name, and by how many of that name came before."""
    found: dict[tuple[str, int], ColumnSummary] = {}
    seen: dict[str, int] = {}
    for column in columns:
        turn = seen.get(column.name, 0)
        seen[column.name] = turn + 1
        found[column.name, turn] = column
    return found


def _differences(a: TableSummary, b: TableSummary) -> list[ColumnDifference]:
    ours, theirs = _turns(a.columns), _turns(b.columns)
    gone = [column for key, column in ours.items() if key not in theirs]
    come = [column for key, column in theirs.items() if key not in ours]
    found = [] if a.rows == b.rows else [ColumnDifference("rows", "", f"{a.rows:,} -> {b.rows:,}")]
    found += _moved(gone, come)
    shared = [key for key in ours if key in theirs]
    if shared != [key for key in theirs if key in ours]:
        found.append(ColumnDifference("reordered", "", "the same columns in another order"))
    for key in shared:
        found += _changed(ours[key], theirs[key], a.rows == b.rows)
    return found


def _moved(gone: list[ColumnSummary], come: list[ColumnSummary]) -> list[ColumnDifference]:
    """Tell columns that are on one side only; those with the same content are one, renamed."""
    found = []
    left = list(come)
    for column in gone:
        twin = next((each for each in left if each.hash == column.hash), None)
        if twin is None:
            found.append(ColumnDifference("removed", column.name, f"removed ({column.type})"))
        else:
            left.remove(twin)
            found.append(ColumnDifference("renamed", column.name, f"renamed to {twin.name!r}"))
    return found + [ColumnDifference("added", each.name, f"added ({each.type})") for each in left]


def _changed(a: ColumnSummary, b: ColumnSummary, same_rows: bool) -> list[ColumnDifference]:
    if a.type != b.type:
        return [ColumnDifference("retyped", a.name, f"type {a.type} -> {b.type}{_facts(a, b)}")]
    if a.hash == b.hash or not same_rows:
        return []
    return [ColumnDifference("changed", a.name, f"other values{_facts(a, b)}")]


def _facts(a: ColumnSummary, b: ColumnSummary) -> str:
    """Tell what else is different, as far as a summary knows."""
    pairs = (
        ("missing", a.nulls, b.nulls),
        ("smallest", a.smallest, b.smallest),
        ("largest", a.largest, b.largest),
    )
    return "".join(f"; {what} {one} -> {two}" for what, one, two in pairs if one != two)


class ColumnRange:
    """The smallest and the largest value of a column, as its batches come.

    Args:
        kind: the column's ``pyarrow.DataType``.
    """

    def __init__(self, kind: Any) -> None:
        kind = storage_type(kind)
        self._text = is_text(kind)
        self._bounds: list[Any] = []
        self._ordered = not (is_list(kind) or types.is_struct(kind) or types.is_null(kind))
        self._floats = types.is_floating(kind)
        self._unit = f" {kind.unit}" if types.is_duration(kind) else ""

    def add(self, array: Any) -> None:
        """Take the next values."""
        if not self._ordered or not len(array):
            return
        array = plain_array(array)
        if types.is_float16(array.type) or types.is_duration(array.type):  # Arrow orders neither of them
            array = array.cast(pa.float32() if self._floats else pa.int64())
        found = pc.min_max(array.filter(pc.invert(pc.is_nan(array))) if self._floats and _has_nan(array) else array)
        bounds = [found["min"], found["max"]]
        if bounds[0].is_valid:
            self._bounds = _widest(self._bounds, bounds)

    def texts(self) -> tuple[str | None, str | None]:
        """Return both as text, cut where they are long."""
        if not self._bounds:
            return None, None
        low, high = (self._show(bound) for bound in self._bounds)
        return low, high

    def _show(self, bound: Any) -> str:
        shown: str
        if is_bytes(bound.type):
            value = bound.as_py()
            shown = value.decode("utf-8", "replace") if self._text else value[:SHOWN].hex()
        else:
            shown = repr(bound.as_py()) if self._floats else str(bound.cast(pa.string()).as_py()) + self._unit
        return shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + "…"


def _has_nan(array: Any) -> bool:
    return bool(pc.any(pc.is_nan(array)).as_py())


def _widest(a: list[Any], b: list[Any]) -> list[Any]:
    """Return the smaller of two lower bounds and the larger of two upper ones."""
    if not a:
        return b
    low = a[0] if pc.less_equal(a[0], b[0]).as_py() else b[0]
    high = a[1] if pc.greater_equal(a[1], b[1]).as_py() else b[1]
    return [low, high]

"""``hash_table`` and ``summarise_table``: a table identified by its content, wherever it lies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from samerun.data.table_columns import Column, hash_columns
from samerun.data.table_rows import RowSum, hash_rows
from samerun.data.table_sources import Source, open_table
from samerun.data.table_summary import ColumnRange, ColumnSummary, TableSummary
from samerun.data.table_types import type_text
from samerun.errors import BadTable
from samerun.outputs.late import Late

pa: Any = Late("pyarrow")  # an optional part


def hash_table(table: Any, *, ordered: bool = True, column_order: bool | None = None, schema: Any = None) -> str:
    """Return a hash of a table's content: the same for the same columns and values, wherever they lie.

    Names, types and values of the columns count; how they are stored (chunks, dictionaries, compression, metadata) does
    not. NaN and null are one in columns of floats, -0.0 and 0.0 are two; ``docs/guide/tables.md`` defines all of it.

    Args:
        table: a pandas or polars frame (eager or lazy) or Series; an Arrow table, batch, array, data set, reader of
            batches (used up by it) or anything with ``__arrow_c_stream__``; a numpy array of one or two dimensions, or
            with named fields, or what turns into one (a tensor); the path of a Parquet, Arrow (Feather) or CSV file.
        ordered: whether the order of the rows counts. If not, they are a multiset: each counts as often as it comes.
        column_order: whether the order of the columns counts; None: as ``ordered``.
        schema: for a CSV file alone, the types of its columns: ``{"name": "int64", ...}``, a ``pyarrow.Schema``, a
            frame that has them, or that frame's ``dtypes`` (pandas) or ``schema`` (polars).

    Returns:
        64 hexadecimal digits (BLAKE3).

    Raises:
        BadTable: it is no table, is damaged, or a column holds what has no content of its own; the column is named.
        BadOption: the schema is missing, or does not fit.
        MissingData: there is no such file.
        MissingExtra: pyarrow is not installed (``samerun[data]``).

    Cost: reading plus BLAKE3's own time; a file is held in memory by a few batches of 4 MB. Unordered: about a
    microsecond a row.
    """
    source = open_table(table, schema)
    order = column_places(source.schema.names, ordered if column_order is None else column_order)
    names = [source.schema.names[place] for place in order]
    kinds = [source.schema.types[place] for place in order]
    if ordered:
        columns, rows = _read_columns(source, order, names, kinds)
        return hash_columns(names, columns, rows)
    texts = [type_text(kind, name) for kind, name in zip(kinds, names, strict=True)]
    total, rows = RowSum(), 0
    for batch in batches_of(source):
        total.add([batch.column(place) for place in order], batch.num_rows)
        rows += batch.num_rows
    return hash_rows(names, texts, rows, total)


def summarise_table(table: Any, *, schema: Any = None) -> TableSummary:
    """Return what a table is made of: its hash and, for each column, type, missing values, hash and range.

    Two summaries say which columns differ (``TableSummary.differences``); they are small, and can be kept as JSON.

    Args:
        table: what ``hash_table`` takes.
        schema: as for ``hash_table``.

    Returns:
        The summary; its ``hash`` is that of ``hash_table(table)``.

    Raises:
        The same as ``hash_table``.

    Cost: that of ``hash_table``, and one more pass for the ranges.
    """
    source = open_table(table, schema)
    names = list(source.schema.names)
    ranges = [ColumnRange(kind) for kind in source.schema.types]
    columns, rows = _read_columns(source, list(range(len(names))), names, list(source.schema.types), ranges)
    found = [
        ColumnSummary(name, column.type, column.nulls, column.digest().hex(), *spread.texts())
        for name, column, spread in zip(names, columns, ranges, strict=True)
    ]
    return TableSummary(rows, tuple(found), hash_columns(names, columns, rows))


def column_places(names: list[str], in_order: bool) -> list[int]:
    """Return the places of the columns in the order in which they count: as they are, or by name (UTF-8)."""
    places = list(range(len(names)))
    return places if in_order else sorted(places, key=lambda place: names[place].encode())


def batches_of(source: Source) -> Iterator[Any]:
    """Yield a source's batches; what goes wrong while they are made is told as a sentence.

    Raises:
        BadTable: they cannot be read to their end.
    """
    try:
        yield from source.batches()
    except pa.ArrowException as error:  # some of Arrow's errors are no kind of Python's
        reason = " ".join(str(error).split())[:300].rstrip(".")
        raise BadTable(f"The table cannot be read to its end: {reason}.", "Is it whole?") from error


def _read_columns(
    source: Source, order: list[int], names: list[str], kinds: list[Any], ranges: list[ColumnRange] | None = None
) -> tuple[list[Column], int]:
    columns = [Column(kind, name) for kind, name in zip(kinds, names, strict=True)]
    rows = 0
    for batch in batches_of(source):
        rows += batch.num_rows
        for place, column in zip(order, columns, strict=True):
            with naming(column.name):
                column.add(batch.column(place))
        for place, spread in enumerate(ranges or []):
            spread.add(batch.column(place))
    return columns, rows


@contextmanager
def naming(column: str) -> Iterator[None]:
    """Say which column it was whose values cannot be brought to their plain form."""
    try:
        yield
    except pa.ArrowException as error:
        reason = " ".join(str(error).split())[:300].rstrip(".")
        sentence = f"The column {column!r} cannot be identified by its content: {reason}."
        raise BadTable(sentence, "Convert it, or leave the column out.", column=column) from error

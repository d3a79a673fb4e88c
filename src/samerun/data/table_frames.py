"""Frames of pandas and polars, and arrays of numpy, as Arrow tables: nothing lost, nothing guessed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from samerun.data.table_objects import check_objects
from samerun.errors import BadTable
from samerun.outputs.late import Late

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # commands that hash no table do not pay for it

pa: Any = Late("pyarrow")  # an optional part
pd: Any = Late("pandas")  # an optional part; nothing here is reached without it

_NO_CONTENT = ("Object", "Int128", "UInt128")
_CONVERT = "Convert it (to numbers, text or dates), or leave the column out."


def from_pandas(frame: Any) -> Any:
    """Return the Arrow table of a DataFrame (a Series is one column).

    The columns come first, then the levels of the index, unless it is a ``RangeIndex``, which Arrow and Parquet keep
    beside the columns too; a level without a name is ``__index_level_0__``, as there.

    Raises:
        BadTable: a column holds what has no content of its own.
    """
    if isinstance(frame, pd.Series):
        frame = frame.to_frame("0" if frame.name is None else frame.name)
    names = [str(name) for name in frame.columns]
    columns = [from_pandas_column(name, frame.iloc[:, place]) for place, name in enumerate(names)]
    if not isinstance(frame.index, pd.RangeIndex):
        for place in range(frame.index.nlevels):
            level = frame.index.get_level_values(place)
            name = f"__index_level_{place}__" if level.name is None else str(level.name)
            names.append(name)
            columns.append(from_pandas_column(name, level.to_series()))
    return _table(columns, names, len(frame))


def _table(columns: list[Any], names: list[str], height: int) -> Any:
    """Return a table; one without columns keeps its rows."""
    if columns:
        return pa.table(columns, names=names)
    return pa.table([pa.nulls(height)], names=["x"]).select([])


def from_pandas_column(name: str, values: Any) -> Any:
    """Return the values of a Series as an Arrow array.

    Args:
        name: the column's name, for the error.
        values: the Series.
    """
    kind = values.dtype
    if isinstance(kind, pd.SparseDtype):
        values = values.sparse.to_dense()
        kind = values.dtype
    inner = kind.categories.dtype if isinstance(kind, pd.CategoricalDtype) else kind
    if isinstance(inner, pd.PeriodDtype | pd.IntervalDtype):
        raise BadTable(
            f"The column {name!r} has the type {inner}, which libraries store in different ways.",
            "Convert it first: to text with `.astype(str)`, or its bounds to columns of their own.",
            column=name,
        )
    if isinstance(kind, np.dtype):
        return from_numpy_column(name, values.to_numpy())
    if isinstance(kind, pd.CategoricalDtype) and inner.kind == "O":
        check_objects(name, values.cat.categories.to_numpy())
    return _convert(name, values, str(kind))


def from_numpy_column(name: str, values: Any) -> Any:
    """Return the values of a numpy array (its first axis is the rows) as an Arrow array; mostly not copied.

    Args:
        name: the column's name, for the error.
        values: one dimension; several are lists of fixed size.
    """
    if values.ndim > 1:
        flat = from_numpy_column(name, values.reshape(-1))
        for size in reversed(values.shape[1:]):
            flat = pa.FixedSizeListArray.from_arrays(flat, size)
        return flat
    if values.dtype.hasobject or values.dtype.kind == "T":
        values = values.astype(object)
        check_objects(name, values)
        return _convert(name, values, "object")
    if values.dtype.kind == "V" and values.dtype.names is None:
        return pa.array(values.tolist(), pa.large_binary())
    if values.dtype.names is not None:
        names = list(values.dtype.names)
        return pa.StructArray.from_arrays([from_numpy_column(name, values[each]) for each in names], names)
    return _convert(name, values.astype(values.dtype.newbyteorder("="), copy=False), str(values.dtype))


def _convert(name: str, values: Any, kind: str) -> Any:
    # In columns of floats NaN and null are the same to a hash, so numpy's need not be looked through for NaN here.
    nulls = not (isinstance(values, np.ndarray) and values.dtype.kind == "f")
    try:
        return pa.array(values, from_pandas=nulls)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        reason = " ".join(str(error).split())[:200].rstrip(".")
        sentence = f"The column {name!r} of type {kind} cannot be identified by its content: {reason}."
        raise BadTable(sentence, _CONVERT, column=name) from error


def from_numpy(array: Any) -> Any:
    """Return the Arrow table of an array: a structured one by its fields, another by its columns 0, 1, 2 ...

    Raises:
        BadTable: it has no or more than two dimensions, or elements without content of their own.
    """
    if array.ndim == 0 or array.ndim > 2 or (array.ndim == 2 and array.dtype.names is not None):
        sentence = f"An array of {array.ndim} dimensions is no table."
        raise BadTable(sentence, "Give rows by columns, such as `array.reshape(len(array), -1)`.")
    if array.dtype.names is not None:
        names = list(array.dtype.names)
        return _table([from_numpy_column(name, array[name]) for name in names], names, len(array))
    matrix = array if array.ndim == 2 else array.reshape(len(array), 1)
    names = [str(place) for place in range(matrix.shape[1])]
    turned = matrix.T if isinstance(matrix, np.ma.MaskedArray) else np.ascontiguousarray(matrix.T)
    return _table([from_numpy_column(name, turned[place]) for place, name in enumerate(names)], names, len(array))


def from_polars(frame: Any) -> Any:
    """Return a reader of a polars frame's batches; a lazy one is collected piece by piece where polars can.

    Raises:
        BadTable: a column holds Python objects, or integers of 128 bits.
    """
    if hasattr(frame, "to_frame"):
        frame = frame.to_frame(frame.name or "0")
    lazy = hasattr(frame, "collect")
    schema = frame.collect_schema()
    for name, kind in schema.items():
        if any(each in str(kind) for each in _NO_CONTENT):
            sentence = f"The column {name!r} has the type {kind}, which cannot be identified by its content."
            raise BadTable(sentence, _CONVERT, column=name)
    if not lazy:
        return pa.RecordBatchReader.from_stream(frame)
    empty = schema.to_frame().to_arrow()
    return pa.RecordBatchReader.from_batches(empty.schema, _collected(frame, empty.schema))


def _collected(frame: Any, schema: Any) -> Iterator[Any]:
    pieces = frame.collect_batches() if hasattr(frame, "collect_batches") else [frame.collect()]
    for piece in pieces:
        yield from piece.to_arrow().cast(schema).to_batches()

"""Tables from wherever they are (pandas, polars, Arrow, numpy, files) as a schema and batches of rows, in order."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from samerun.data.table_files import open_table_file
from samerun.data.table_frames import from_numpy, from_pandas, from_polars
from samerun.errors import BadOption, BadTable, MissingExtra
from samerun.outputs.late import Late

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # commands that hash no table do not pay for it

pa: Any = Late("pyarrow")  # an optional part

IN_MEMORY = 1 << 22
"""How many rows of a table that is in memory are looked at at once: pieces large enough to be hashed by all cores."""


@dataclass(frozen=True)
class Source:
    """A table to be read once: its ``pyarrow.Schema``, and what gives its record batches in order."""

    schema: Any
    batches: Callable[[], Iterator[Any]]


def open_table(table: Any, schema: Any = None) -> Source:
    """Open a table of any of the kinds that ``hash_table`` takes.

    Args:
        table: a frame, a table, an array, a reader of batches, or the path of a file.
        schema: the types of the columns of a CSV file; None for everything else.

    Raises:
        BadOption: a schema was given for something that has its own, or is missing for a CSV file.
        BadTable: it is no table, or holds what cannot be identified by its content.
        MissingData: there is no such file, or it cannot be read.
        MissingExtra: pyarrow is not installed.
    """
    _need_pyarrow()
    if isinstance(table, str | os.PathLike):
        return Source(*open_table_file(Path(table), _plain_schema(schema)))
    if schema is not None:
        raise BadOption("`schema=` is for CSV files: this table has types of its own.", "Leave it out.")
    try:
        return _open_object(table)
    except pa.ArrowException as error:
        raise BadTable(f"The table cannot be read: {_line(error)}.", "See the column that it names.") from error


def _need_pyarrow() -> None:
    try:
        _ = pa.Table
    except ImportError as error:
        sentence = "Tables are read with pyarrow, which is not installed."
        raise MissingExtra(sentence, "pip install 'samerun[data]' brings it.") from error


def _open_object(table: Any) -> Source:
    if _is_of(table, "pandas", "DataFrame", "Series"):
        return _in_memory(from_pandas(table))
    if _is_of(table, "polars", "DataFrame", "Series", "LazyFrame"):
        return _streamed(from_polars(table))
    if _is_of(table, "numpy", "ndarray"):
        return _in_memory(from_numpy(table))
    return _open_arrow(table)


def _is_of(table: Any, library: str, *names: str) -> bool:
    """Say whether it is an instance of one of a library's classes; nothing is imported."""
    module = sys.modules.get(library)
    return module is not None and isinstance(table, tuple(getattr(module, name) for name in names))


def _open_arrow(table: Any) -> Source:
    if isinstance(table, pa.Table):
        return _in_memory(table)
    if isinstance(table, pa.RecordBatch):
        return _in_memory(pa.Table.from_batches([table]))
    if isinstance(table, pa.Array | pa.ChunkedArray):
        return _in_memory(pa.table([table], names=["0"]))
    if isinstance(table, pa.RecordBatchReader):
        return Source(table.schema, lambda: iter(table))
    if callable(getattr(table, "to_batches", None)) and isinstance(getattr(table, "schema", None), pa.Schema):
        return Source(table.schema, lambda: iter(table.to_batches()))  # a pyarrow.dataset.Dataset
    if hasattr(table, "__arrow_c_stream__"):
        return _streamed(pa.RecordBatchReader.from_stream(table))
    if hasattr(table, "__array__"):
        return _in_memory(from_numpy(as_array(table)))  # a tensor, an array of JAX
    raise BadTable(
        f"A {type(table).__module__}.{type(table).__qualname__} is no table that can be identified.",
        "Give a pandas, polars or Arrow table, a numpy array, or the path of a Parquet, Feather or CSV file.",
    )


def as_array(tensor: Any) -> Any:
    """Return the numpy array of a tensor or an array of another library.

    Raises:
        BadTable: it cannot be had here (it lies on another device, or carries gradients).
    """
    try:
        return np.asarray(tensor)
    except (RuntimeError, TypeError, ValueError) as error:
        sentence = f"A {type(tensor).__name__} cannot be read as an array: {_line(error)}."
        raise BadTable(sentence, "Give it as numpy has it: `tensor.detach().cpu().numpy()`.") from error


def _plain_schema(schema: Any) -> Any:
    """Return the Arrow schema of a frame, of pandas' ``dtypes`` or of polars' ``schema``; others as they are."""
    if _is_of(schema, "pandas", "Series"):
        library = sys.modules["pandas"]
        schema = library.DataFrame({name: library.Series(dtype=kind) for name, kind in schema.items()})
    elif _is_of(schema, "polars", "Schema"):
        schema = schema.to_frame()
    frame = _is_of(schema, "pandas", "DataFrame") or _is_of(schema, "polars", "DataFrame")
    return _open_object(schema).schema if frame or isinstance(schema, pa.Table) else schema


def _in_memory(table: Any) -> Source:
    return Source(table.schema, lambda: iter(table.to_batches(max_chunksize=IN_MEMORY)))


def _streamed(reader: Any) -> Source:
    return Source(reader.schema, lambda: iter(reader))


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300].rstrip(".")

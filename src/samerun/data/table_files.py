"""Parquet, Arrow (Feather) and CSV files as a schema and batches of rows, in memory that does not grow with the file.

Files are read, never mapped: one that somebody truncates meanwhile would end this process with SIGBUS. What a damaged
or hostile file claims of its own buffers is checked before it is followed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from samerun.data.table_types import is_bytes, is_text, storage_type, type_text
from samerun.errors import BadOption, BadTable, MissingData
from samerun.outputs.late import Late

pa: Any = Late("pyarrow")  # an optional part
pq: Any = Late("pyarrow.parquet")  # an optional part
ipc: Any = Late("pyarrow.ipc")  # an optional part
feather: Any = Late("pyarrow.feather")  # an optional part
csv: Any = Late("pyarrow.csv")  # an optional part

Batches = Callable[[], Iterator[Any]]

BATCH_BYTES = 4 << 20
"""How many bytes of a file's rows are in memory at once, roughly."""
BATCH_ROWS = 1 << 17
"""How many rows at most."""

_BUFFER = 1 << 20
_PROBED = 256
_PACKED = (".gz", ".bz2", ".zst", ".lz4")
_TEXTS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}


def is_text_file(table: Any) -> bool:
    """Say whether it is the path of a file that needs a schema, by its name."""
    return isinstance(table, str | os.PathLike) and _text_suffix(Path(table)) in _TEXTS


def _text_suffix(path: Path) -> str:
    """Return the suffix by which a file is text; that of its packing does not count: Arrow unpacks as it reads."""
    plain = path.with_suffix("") if path.suffix.lower() in _PACKED else path
    return plain.suffix.lower()


def open_table_file(path: Path, schema: Any = None) -> tuple[Any, Batches]:
    """Open a file by its first bytes, or its name where it is text.

    Args:
        path: a Parquet, Feather or Arrow file, an Arrow stream (``.arrows``), or CSV (``.csv``, ``.tsv``).
        schema: for CSV alone: a ``pyarrow.Schema``, or names with types (``{"id": "int64"}``).

    Returns:
        The schema, and what gives the record batches, each checked.

    Raises:
        BadOption: a schema is missing for CSV, given for something else, or no schema.
        BadTable: the file is none of these, or damaged.
        MissingData: there is no such file, or it cannot be read.
    """
    text = is_text_file(path)
    if schema is None and text:
        raise BadOption(
            f"{path} is text: it does not say which types its columns have.",
            'Give `schema={"column": "int64", ...}` or a pyarrow.Schema.',
            path=str(path),
        )
    if schema is not None and not text:
        raise BadOption(f"`schema=` is for CSV files: {path} has types of its own.", "Leave it out.")
    with reading(path):
        found, batches = _open_csv(path, schema) if text else _open_binary(path)
        for name, kind in zip(found.names, found.types, strict=True):  # names may be no UTF-8
            type_text(kind, name)
    return found, lambda: _checked(path, batches)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what goes wrong in the block into a sentence about the file.

    Raises:
        BadTable: the file is damaged, or not what it seems.
        MissingData: there is no such file, or it cannot be read.
    """
    try:
        yield
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise MissingData(f"{path} cannot be read: {error.strerror}.", "Give the path of a file.") from error
    except (pa.ArrowException, OSError, ValueError, KeyError, OverflowError) as error:
        reason = " ".join(str(error).split())[:300].rstrip(".")
        next_step = "Is it whole, and are its types those of `schema=`?" if is_text_file(path) else "Is it whole?"
        raise BadTable(f"{path} cannot be read as a table: {reason}.", next_step, path=str(path)) from error


def _checked(path: Path, batches: Batches) -> Iterator[Any]:
    with reading(path):
        for batch in batches():
            batch.validate(full=True)
            yield batch


def _open_binary(path: Path) -> tuple[Any, Batches]:
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PAR1"):
        return _open_parquet(path)
    if head.startswith(b"ARROW1\0\0"):
        return _open_arrow_file(path)
    if head.startswith(b"FEA1"):
        raise BadTable(f"{path} is Feather of version 1.", "Write it again with a newer pandas or pyarrow.")
    if head.startswith(b"\xff\xff\xff\xff"):
        stream = ipc.open_stream(pa.OSFile(str(path)))
        return stream.schema, lambda: iter(stream)
    raise BadTable(f"{path} is no Parquet, Arrow or CSV file.", "Read it, and give the frame.", path=str(path))


def _open_parquet(path: Path) -> tuple[Any, Batches]:
    # With a buffer, column chunks are read as they are needed; without, a row group is in memory as a whole.
    file = pq.ParquetFile(str(path), memory_map=False, buffer_size=_BUFFER, pre_buffer=False)
    return file.schema_arrow, lambda: _parquet_batches(file)


def _parquet_batches(file: Any) -> Iterator[Any]:
    for place in range(file.num_row_groups):
        group = file.metadata.row_group(place)
        rows = rows_at_once(group, _decoded_width(file, place) if _has_dictionary(group) else 0)
        yield from file.iter_batches(batch_size=rows, row_groups=[place], use_threads=False)


def rows_at_once(group: Any, width: float = 0) -> int:
    """Return how many rows of a row group make a batch.

    Args:
        group: its metadata, which say how large its rows are as they are stored.
        width: how many bytes a row has in memory, if that is known.
    """
    stored = group.total_byte_size / max(group.num_rows, 1)
    return max(1, min(BATCH_ROWS, int(BATCH_BYTES / max(stored, width, 1))))


def _has_dictionary(group: Any) -> bool:
    """Say whether text may be much larger in memory than it is stored: each different one is stored once."""
    columns = (group.column(place) for place in range(group.num_columns))
    return any(each.has_dictionary_page and each.physical_type == "BYTE_ARRAY" for each in columns)


def _decoded_width(file: Any, place: int) -> float:
    """Return how many bytes one of the first rows of a group has in memory."""
    first = next(file.iter_batches(batch_size=_PROBED, row_groups=[place], use_threads=False), None)
    return first.nbytes / first.num_rows if first is not None and first.num_rows else 0


def _open_arrow_file(path: Path) -> tuple[Any, Batches]:
    file = ipc.open_file(pa.OSFile(str(path)))

    def batches() -> Iterator[Any]:
        for place in range(file.num_record_batches):
            yield file.get_batch(place)

    return file.schema, batches


def _open_csv(path: Path, schema: Any) -> tuple[Any, Batches]:
    kinds = _column_types(schema)
    for name, kind in kinds.items():
        if pa.types.is_null(kind):  # such as pandas' object, of which nobody knows what it holds
            raise BadOption(f"`schema=` does not say which type the column {name!r} has.", 'Such as "string".')
    texts = any(is_text(kind) or is_bytes(kind) for kind in kinds.values())
    reader = csv.open_csv(
        str(path),
        read_options=csv.ReadOptions(block_size=4 << 20, use_threads=False),
        parse_options=csv.ParseOptions(
            delimiter=_TEXTS[_text_suffix(path)],
            newlines_in_values=True,
            ignore_empty_lines=len(kinds) != 1,  # where there is one column, an empty line is a missing value
        ),
        # An empty cell is missing; one that is quoted is an empty text, if there is text. Words such as NA are words.
        convert_options=csv.ConvertOptions(
            column_types=kinds, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=not texts
        ),
    )
    _compare_names(path, reader.schema.names, list(kinds))
    return reader.schema, lambda: iter(reader)


def _column_types(schema: Any) -> dict[str, Any]:
    """Return the types by name."""
    if isinstance(schema, pa.Schema):
        return {field.name: _csv_type(field.type) for field in schema}
    if not isinstance(schema, Mapping):
        raise BadOption("`schema=` is a pyarrow.Schema or a dict of names and types.", 'Such as {"id": "int64"}.')
    return {str(name): _data_type(str(name), kind) for name, kind in schema.items()}


def _data_type(name: str, kind: Any) -> Any:
    if isinstance(kind, pa.DataType):
        return _csv_type(kind)
    try:
        return _csv_type(pa.type_for_alias(str(kind)))
    except ValueError as error:
        sentence = f"{kind!r} is no type for the column {name!r}."
        raise BadOption(
            sentence, 'Give a pyarrow type, or a name such as "int64", "string", "timestamp[us]".'
        ) from error


def _csv_type(kind: Any) -> Any:
    """Return the type to read a column as: the same to a hash, and one that Arrow reads from text."""
    kind = storage_type(kind)
    if is_text(kind):
        return pa.large_string()
    if pa.types.is_time(kind):  # whatever their unit, they are hashed as nanoseconds, and polars writes them so
        return pa.time64("ns")
    if pa.types.is_timestamp(kind) and kind.unit == "s":  # likewise milliseconds
        return pa.timestamp("ms", kind.tz)
    return kind


def _compare_names(path: Path, found: list[str], given: list[str]) -> None:
    unknown = [name for name in found if name not in given]
    absent = [name for name in given if name not in found]
    if unknown or absent:
        said = [f"has {unknown!r}, which `schema=` does not name"] if unknown else []
        said += [f"lacks {absent!r}"] if absent else []
        next_step = "Name each column of its first line."
        if "" in unknown:
            next_step += " One without a name is an index that pandas wrote: write with index=False."
        raise BadOption(f"{path} {' and '.join(said)}.", next_step, unknown=unknown, absent=absent)

"""Which columns a table file has, and of which of Croissant's types: only what holds for every row."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from samerun.data.table_files import is_text_file, reading
from samerun.data.table_sources import open_table
from samerun.data.table_types import is_text
from samerun.errors import BadTable
from samerun.outputs.late import Late

pa: Any = Late("pyarrow")  # an optional part
csv: Any = Late("pyarrow.csv")  # an optional part

TABLES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".parquet": "application/x-parquet",
}
"""The tables whose columns are told, with their types of file: those that Croissant's readers read."""


class Field(NamedTuple):
    """A column: its name and its type, such as ``sc:Integer`` or ``sc:Text``."""

    name: str
    type: str


def fields_of(path: Path) -> tuple[Field, ...] | None:
    """Return the columns of a table file; None where they cannot be told.

    They cannot where a name is empty or stands twice, a type has no counterpart, the file is no table of rows, or
    pyarrow is not installed. Text is read to its end: a type that its first rows seem to have may not be that of the
    last; columns are text then.

    Args:
        path: a CSV, TSV or Parquet file.
    """
    try:
        found = _of_text(path) if is_text_file(path) else _of_schema(open_table(path).schema)
    except (ImportError, BadTable):
        return None
    except pa.ArrowException:
        return None
    names = [field.name for field in found or ()]
    return found if names and "" not in names and len(set(names)) == len(names) else None


def _of_schema(schema: Any) -> tuple[Field, ...] | None:
    fields = [Field(field.name, croissant_type(field.type)) for field in schema]
    return tuple(fields) if all(field.type for field in fields) else None


def croissant_type(kind: Any) -> str:
    """Return Croissant's name for a type of Arrow; empty if it has none."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if is_text(kind):
        return "sc:Text"
    checks = (
        (pa.types.is_boolean, "sc:Boolean"),
        (pa.types.is_integer, "sc:Integer"),
        (pa.types.is_floating, "sc:Float"),
        (pa.types.is_date, "sc:Date"),
        (pa.types.is_timestamp, "sc:DateTime"),
    )
    return next((name for check, name in checks if check(kind)), "")


def _of_text(path: Path) -> tuple[Field, ...] | None:
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    parse = csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    with reading(path):
        try:
            reader = csv.open_csv(str(path), parse_options=parse)
            for _ in reader:
                pass
        except pa.ArrowInvalid:
            texts = {name: pa.string() for name in _names(path, parse)}
            convert = csv.ConvertOptions(column_types=texts)
            reader = csv.open_csv(str(path), parse_options=parse, convert_options=convert)
            for _ in reader:  # a row with more or fewer cells is no row
                pass
    return tuple(Field(field.name, croissant_type(field.type) or "sc:Text") for field in reader.schema)


def _names(path: Path, parse: Any) -> list[str]:
    """Return the names in the first line."""
    reader = csv.open_csv(str(path), parse_options=parse, read_options=csv.ReadOptions(block_size=1 << 20))
    return list(reader.schema.names)

"""The hashes of ``docs/guide/tables.md`` once more, from that page alone: slow, plain, one value after the other.

A type is its text (``int64``), ``("list", type)`` or ``("struct", {name: type})``; a column a list of Python values.
"""

from __future__ import annotations

import datetime
import decimal
import json
import struct
from typing import Any

from blake3 import blake3

Kind = Any

_FORMATS = {
    "int8": "<b",
    "int16": "<h",
    "int32": "<i",
    "int64": "<q",
    "uint8": "<B",
    "uint16": "<H",
    "uint32": "<I",
    "uint64": "<Q",
    "float16": "<e",
    "float32": "<f",
    "float64": "<d",
    "bool": "<?",
}
_WIDTHS = {"date": 4, "time": 8, "timestamp": 8, "duration": 8, "decimal": 32}
_PER_SECOND = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def digest(data: bytes) -> bytes:
    return blake3(data).digest()


def u64(value: int) -> bytes:
    return struct.pack("<Q", value)


def text_of(kind: Kind) -> str:
    if isinstance(kind, str):
        return kind
    if kind[0] == "list":
        return f"list<{text_of(kind[1])}>"
    return f"struct<{', '.join(f'{json.dumps(name)}: {text_of(each)}' for name, each in kind[1].items())}>"


def is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)


def fixed(kind: str, value: Any) -> bytes | None:
    """Return the bytes of a value of a type of fixed width; None for other types."""
    if kind in _FORMATS:
        return struct.pack(_FORMATS[kind], value)
    name = kind.partition("[")[0].partition("(")[0]
    if name not in _WIDTHS:
        return None
    return counted(name, kind, value).to_bytes(_WIDTHS[name], "little", signed=True)


def counted(name: str, kind: str, value: Any) -> int:
    if name == "date":
        return (value - datetime.date(1970, 1, 1)).days
    if name == "time":
        seconds = (value.hour * 60 + value.minute) * 60 + value.second
        return (seconds * 1_000_000 + value.microsecond) * 1000
    if name == "decimal":
        scale = int(kind.partition("(")[2].rstrip(")"))
        return int(value.scaleb(scale, decimal.Context(prec=90)))
    unit = kind.partition("[")[2].partition(",")[0].rstrip("]")
    if name == "timestamp":
        value = (value if value.tzinfo else value.replace(tzinfo=datetime.UTC)) - _EPOCH
    microseconds = value // datetime.timedelta(microseconds=1)
    return microseconds * _PER_SECOND[unit] // 1_000_000


def column_digest(kind: Kind, values: list[Any]) -> bytes:
    places = [place for place, value in enumerate(values) if is_missing(value)]
    present = [value for value in values if not is_missing(value)]
    absent = b"" if kind == "null" else b"".join(map(u64, places))
    lengths, content, below = b"", b"", []
    if kind == "string":
        present = [value.encode() for value in present]
    if kind in ("string", "binary"):
        lengths, content = b"".join(u64(len(value)) for value in present), b"".join(present)
    elif isinstance(kind, str) and kind != "null":
        content = b"".join(fixed(kind, value) or b"" for value in present)
    elif kind[0] == "list":
        lengths = b"".join(u64(len(value)) for value in present)
        below = [column_digest(kind[1], [item for value in present for item in value])]
    elif kind[0] == "struct":
        below = [column_digest(each, [value.get(name) for value in present]) for name, each in kind[1].items()]
    head = f"samerun.column/1\n{text_of(kind)}\n".encode() + u64(len(values)) + u64(len(places))
    return digest(b"".join([head, digest(absent), digest(lengths), digest(content), *below]))


def table_hash(columns: list[tuple[str, Kind, list[Any]]], rows: int) -> str:
    data = b"samerun.table/1\n" + u64(rows) + u64(len(columns))
    for name, kind, values in columns:
        data += u64(len(name.encode())) + name.encode() + column_digest(kind, values)
    return digest(data).hex()


def cell(kind: Kind, value: Any) -> bytes:
    there = not is_missing(value)
    flag = b"\1" if there else b"\0"
    if kind == "null":
        return flag
    if kind in ("string", "binary"):
        data = (value.encode() if isinstance(value, str) else value) if there else b""
        return flag + u64(len(data)) + data
    if isinstance(kind, str):
        return flag + (fixed(kind, value) or b"" if there else bytes(width(kind)))
    if kind[0] == "list":
        items = value if there else []
        return flag + u64(len(items)) + b"".join(cell(kind[1], item) for item in items)
    fields = value if there else {}
    return flag + b"".join(cell(each, fields.get(name)) for name, each in kind[1].items())


def width(kind: str) -> int:
    if kind in _FORMATS:
        return struct.calcsize(_FORMATS[kind])
    return _WIDTHS[kind.partition("[")[0].partition("(")[0]]


def rows_hash(columns: list[tuple[str, Kind, list[Any]]], rows: int) -> str:
    columns = sorted(columns, key=lambda column: column[0].encode())
    total = 0
    for row in range(rows):
        encoded = b"".join(cell(kind, values[row]) for _, kind, values in columns)
        total += int.from_bytes(blake3(encoded).digest(256), "little")
    data = b"samerun.rows/1\n" + u64(rows) + u64(len(columns))
    for name, kind, _ in columns:
        for text in (name.encode(), text_of(kind).encode()):
            data += u64(len(text)) + text
    return digest(data + (total % 2**2048).to_bytes(256, "little")).hex()

"""What a column's type means, whichever library holds it, and its values in one plain form.

The text of a type is part of every table's hash: what is left out of it here (how strings are stored, dictionaries,
the precision of decimals) can change without changing the hash. ``docs/guide/tables.md`` lists them all.
"""

from __future__ import annotations

import json
import re
from typing import Any

from samerun.errors import BadTable
from samerun.outputs.late import Late

pa: Any = Late("pyarrow")  # an optional part
pc: Any = Late("pyarrow.compute")  # an optional part
types: Any = Late("pyarrow.types")  # an optional part

_FLOATS = {"halffloat": "float16", "float": "float32", "double": "float64"}
_UTC = frozenset({"+00:00", "-00:00", "Z", "Etc/UTC", "Etc/GMT+0", "Etc/GMT-0"})
_OFFSET = re.compile(r"Etc/GMT([+-])(\d{1,2})\Z")
_WIDEST_DECIMAL = 76
_FIXED_WIDTHS = {"bool": 1, "date": 4, "time": 8, "decimal": 32, "timestamp": 8, "duration": 8}


def type_text(kind: Any, column: str = "") -> str:
    """Return the text that stands for a type in a hash.

    Args:
        kind: a ``pyarrow.DataType``.
        column: the column's name, for the error.

    Returns:
        Such as ``int64``, ``string``, ``timestamp[us, UTC]``, ``list<float32>``, ``struct<"a": int8, "b": string>``.

    Raises:
        BadTable: values of this type cannot be hashed (unions, calendar intervals).
    """
    kind = storage_type(kind)
    if is_list(kind):
        return f"list<{type_text(item_type(kind), column)}>"
    if types.is_struct(kind):
        fields = (kind.field(place) for place in range(kind.num_fields))
        return f"struct<{', '.join(f'{json.dumps(each.name)}: {type_text(each.type, column)}' for each in fields)}>"
    return _simple_text(kind) or _refuse(kind, column)


def _simple_text(kind: Any) -> str:
    if types.is_integer(kind) or types.is_boolean(kind) or types.is_null(kind):
        return str(kind)
    if types.is_floating(kind):
        return _FLOATS[str(kind)]
    if is_text(kind):
        return "string"
    if is_bytes(kind):
        return "binary"
    if types.is_decimal(kind):
        return f"decimal({kind.scale})"
    return _temporal_text(kind)


def _temporal_text(kind: Any) -> str:
    if types.is_date(kind):
        return "date"
    if types.is_time(kind):
        return "time"
    if types.is_duration(kind):
        return f"duration[{_unit(kind)}]"
    if types.is_timestamp(kind):
        zone = _zone(kind.tz)
        return f"timestamp[{_unit(kind)}, {zone}]" if zone else f"timestamp[{_unit(kind)}]"
    return ""


def _zone(name: str | None) -> str | None:
    """Return one name for a zone of several; polars calls ``+02:00`` ``Etc/GMT-2``, with the sign turned round."""
    offset = _OFFSET.match(name or "")
    if name in _UTC:
        return "UTC"
    return f"{'+' if offset[1] == '-' else '-'}{offset[2]:0>2}:00" if offset else name


def _unit(kind: Any) -> str:
    """Return the unit; Parquet and polars have no seconds and keep them as milliseconds, so both count as these."""
    return "ms" if kind.unit == "s" else str(kind.unit)


def _refuse(kind: Any, column: str) -> str:
    raise BadTable(
        f"The column {column!r} has the type {kind}, which cannot be identified by its content.",
        "Convert it (to numbers, text or dates), or leave the column out.",
        column=column,
        type=str(kind),
    )


def storage_type(kind: Any) -> Any:
    """Return what a type's values really are: without extension names, dictionaries and runs."""
    while True:
        if isinstance(kind, pa.BaseExtensionType):
            kind = kind.storage_type
        elif types.is_dictionary(kind) or types.is_run_end_encoded(kind):
            kind = kind.value_type
        else:
            return kind


def is_text(kind: Any) -> bool:
    """Say whether values are Unicode text, however stored."""
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def is_bytes(kind: Any) -> bool:
    """Say whether values are bytes, however stored."""
    fixed = types.is_fixed_size_binary(kind) and not types.is_decimal(kind)
    return bool(fixed or types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind))


def is_list(kind: Any) -> bool:
    """Say whether values are lists, however stored; a map is a list of pairs."""
    plain = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind) or types.is_map(kind)
    return bool(plain or types.is_list_view(kind) or types.is_large_list_view(kind))


def item_type(kind: Any) -> Any:
    """Return the type of a list's items; those of a map are ``struct<"key", "value">``."""
    if types.is_map(kind):
        return pa.struct([pa.field("key", kind.key_type), pa.field("value", kind.item_type)])
    return kind.value_type


def fixed_width(text: str) -> int:
    """Return how many bytes each value of a type takes in a hash; 0 where that depends on the value.

    Args:
        text: what ``type_text`` returned.
    """
    name = text.partition("[")[0].partition("(")[0]
    if name.startswith(("int", "uint", "float")):
        return int(name.lstrip("uintfloa")) // 8
    return _FIXED_WIDTHS.get(name, 0)


def plain_array(array: Any) -> Any:
    """Return an array with the same values in the one form that is hashed; mostly without copying.

    Returns:
        A ``pyarrow.Array``: text and bytes as ``large_binary``, decimals as ``decimal256``, dates as ``date32``, times
        in nanoseconds, seconds as milliseconds, maps as lists of structs; other types as they are.

    Raises:
        ArrowInvalid: a moment or span in seconds is beyond what milliseconds can count, or a date has a time.
    """
    array = _stored(array)
    kind = array.type
    if is_text(kind) or is_bytes(kind):
        return array.cast(pa.large_binary())
    if types.is_map(kind):
        return array.cast(pa.large_list(item_type(kind)))
    target = _plain_type(kind)
    return array if target is None or target == kind else array.cast(target)


def _plain_type(kind: Any) -> Any:
    if types.is_decimal(kind):
        return pa.decimal256(_WIDEST_DECIMAL, kind.scale)
    if types.is_date(kind):
        return pa.date32()
    if types.is_time(kind):
        return pa.time64("ns")
    if types.is_duration(kind):
        return pa.duration(_unit(kind))
    return pa.timestamp(_unit(kind), kind.tz) if types.is_timestamp(kind) else None


def _stored(array: Any) -> Any:
    while True:
        kind = array.type
        if isinstance(kind, pa.BaseExtensionType):
            array = array.storage
        elif types.is_dictionary(kind):
            array = plain_array(array.dictionary).take(array.indices)  # Arrow cannot take from views of strings
        elif types.is_run_end_encoded(kind):
            array = pc.run_end_decode(array)
        else:
            return array

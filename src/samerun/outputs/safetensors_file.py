"""safetensors: named tensors behind a JSON header."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from samerun.outputs.arrays import Array, compare_named
from samerun.outputs.comparing import Comparing
from samerun.outputs.late import Late
from samerun.outputs.raw_arrays import array_at
from samerun.outputs.reading import Unreadable, compare_content, cut, gather_parts, map_file
from samerun.outputs.values import compare_values
from samerun.record.difference import Difference

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # the table of types is read by commands that compare no array

kind = "safetensors"
MAX_HEADER = 100 << 20
"""The longest header that is read, in bytes (the format's own limit)."""

_DTYPES = {
    "BOOL": ("bool", "u1"),
    "U8": ("uint8", "u1"),
    "I8": ("int8", "i1"),
    "U16": ("uint16", "<u2"),
    "I16": ("int16", "<i2"),
    "U32": ("uint32", "<u4"),
    "I32": ("int32", "<i4"),
    "U64": ("uint64", "<u8"),
    "I64": ("int64", "<i8"),
    "F16": ("float16", "<f2"),
    "F32": ("float32", "<f4"),
    "F64": ("float64", "<f8"),
    "C64": ("complex64", "<c8"),
    "BF16": ("bfloat16", "<u2"),
    "F8_E4M3": ("float8_e4m3fn", "u1"),
    "F8_E4M3FNUZ": ("float8_e4m3fnuz", "u1"),
    "F8_E5M2": ("float8_e5m2", "u1"),
    "F8_E5M2FNUZ": ("float8_e5m2fnuz", "u1"),
    "F8_E8M0": ("float8_e8m0fnu", "u1"),
}


class _Tensors(Struct, frozen=True):
    arrays: dict[str, Array]
    metadata: dict[str, str]


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """A safetensors file has a length and then a JSON object; a file of that name counts too."""
    return path.suffix == ".safetensors" or (head[8:10] == b'{"' and _size(head) <= MAX_HEADER)


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two files tensor by tensor, and their metadata."""
    return compare_content(kind, a, b, _read, lambda one, two: _compare(one, two, comparing))


def _compare(a: _Tensors, b: _Tensors, comparing: Comparing) -> Difference:
    tensors = compare_named(kind, a.arrays, b.arrays, comparing)
    metadata = compare_values("__metadata__", a.metadata, b.metadata, comparing)
    if metadata.verdict == "identical":
        return tensors
    return metadata if tensors.verdict == "identical" else gather_parts(kind, [*tensors.children, metadata])


def _size(head: bytes) -> int:
    return int.from_bytes(head[:8], "little")


def _read(path: Path) -> _Tensors:
    view = map_file(path)
    size = _size(bytes(cut(view, 0, 8)))
    if size > MAX_HEADER:
        raise Unreadable(f"a header of {size} bytes")
    header = json.loads(bytes(cut(view, 8, size)))
    metadata = header.pop("__metadata__", {})
    data = view[8 + size :]
    return _Tensors({name: _tensor(data, entry) for name, entry in sorted(header.items())}, metadata)


def _tensor(data: memoryview, entry: dict[str, Any]) -> Array:
    """Return one tensor; its offsets must hold just what its type and shape say."""
    if entry["dtype"] not in _DTYPES:
        raise Unreadable(f"the type {str(entry['dtype'])[:20]!r}")
    name, code = _DTYPES[entry["dtype"]]
    start, end = entry["data_offsets"]
    shape = tuple(entry["shape"])
    if any(not isinstance(number, int) or number < 0 for number in (start, end, *shape)):
        raise Unreadable("a shape or an offset that is no whole number")
    values = array_at(cut(data, start, end - start), 0, np.dtype(code), shape, "C")
    if values.nbytes != end - start:
        raise Unreadable("a tensor of another size than its type and shape say")
    return Array(values, name)

"""Rows as bytes of their own, and a hash of all of them that does not depend on their order.

Each row is encoded, hashed to 2,048 bits by BLAKE3, and these are added up modulo 2**2048: rows count as often as they
come, in any order, in memory that does not grow. Adding is what Bellare and Micciancio call AdHash (EUROCRYPT 1997,
"A New Paradigm for Collision-Free Hashing"); at 256 bits Wagner's generalised birthday attack finds another table of
the same sum in some 2**32 steps, at 2,048 bits it takes about 2**90. Exclusive or would not see rows that come in
pairs, and lanes of 16 bits (LtHash) not those that come 65,536 times.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from blake3 import blake3

from samerun.data.table_types import fixed_width, is_list, plain_array, type_text
from samerun.data.table_values import fixed_values, list_parts, missing, text_parts
from samerun.outputs.late import Late

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # commands that hash no table do not pay for it

pa: Any = Late("pyarrow")  # an optional part
pc: Any = Late("pyarrow.compute")  # an optional part

_ROW_BYTES = 256
_MODULUS = 1 << (8 * _ROW_BYTES)
_AT_ONCE = 1 << 14


class RowSum:
    """The sum of the hashes of rows, which come in any order."""

    def __init__(self) -> None:
        self._sum = 0

    def add(self, columns: list[Any], height: int) -> None:
        """Add the rows of a batch.

        Args:
            columns: its arrays, in the order in which they count.
            height: how many rows it has.
        """
        for digests in row_digests(columns, height, _ROW_BYTES):
            lanes = np.frombuffer(digests, "<u4").reshape(-1, _ROW_BYTES // 4).sum(axis=0, dtype=np.uint64)
            self._sum += sum(int(lane) << (32 * place) for place, lane in enumerate(lanes))
        self._sum %= _MODULUS

    def digest(self) -> bytes:
        """Return the sum, 256 bytes little-endian."""
        return self._sum.to_bytes(_ROW_BYTES, "little")


def hash_rows(names: list[str], kinds: list[str], rows: int, total: RowSum) -> str:
    """Return the hash of a table as a multiset of rows.

    Args:
        names: the columns' names, in the order in which they count.
        kinds: the texts of their types.
        rows: how many rows there are.
        total: the sum over them.

    Returns:
        64 hexadecimal digits.
    """
    hasher = blake3(b"samerun.rows/1\n" + struct.pack("<QQ", rows, len(names)))
    for text in (part.encode() for pair in zip(names, kinds, strict=True) for part in pair):
        hasher.update(struct.pack("<Q", len(text)) + text)
    hasher.update(total.digest())
    return str(hasher.hexdigest())


def row_digests(columns: list[Any], height: int, size: int) -> Iterator[bytes]:
    """Yield the BLAKE3 of each row, ``size`` bytes each, some thousands joined.

    Args:
        columns: the arrays of a batch.
        height: how many rows it has.
        size: how many bytes of each hash.
    """
    for start in range(0, height, _AT_ONCE):
        count = min(_AT_ONCE, height - start)
        encoded = encode_rows([column.slice(start, count) for column in columns], count)
        _, offsets, data = encoded.buffers()
        bounds = np.frombuffer(offsets, np.int64)[encoded.offset : encoded.offset + count + 1].tolist()
        view = memoryview(data) if data is not None else memoryview(b"")
        yield b"".join([blake3(view[a:b]).digest(size) for a, b in zip(bounds, bounds[1:], strict=False)])


def encode_rows(columns: list[Any], height: int) -> Any:
    """Return each row as bytes, from which its values could be told: a ``large_binary`` array.

    Args:
        columns: the arrays of a batch; a row's encoding is that of its cells, one after the other.
        height: how many rows it has.
    """
    parts = list(_merged([part for array in columns for part in _parts(array)], height))
    if not parts:
        return _as_binary(np.zeros((height, 0), np.uint8))
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, pa.scalar(b"", pa.large_binary()))


def _merged(parts: list[Any], height: int) -> Iterator[Any]:
    """Yield the parts as binary arrays, neighbours of fixed width made one."""
    fixed: list[Any] = []
    for part in [*parts, None]:
        if isinstance(part, np.ndarray):
            fixed.append(part)
            continue
        if fixed:
            yield _as_binary(np.concatenate(fixed, axis=1) if len(fixed) > 1 else fixed[0])
            fixed = []
        if part is not None:
            yield part


def _as_binary(matrix: Any) -> Any:
    """Return the rows of a matrix of bytes as a binary array, not copied."""
    height, width = matrix.shape
    offsets = np.arange(height + 1, dtype=np.int64) * width
    data = pa.py_buffer(np.ascontiguousarray(matrix))
    return pa.Array.from_buffers(pa.large_binary(), height, [None, pa.py_buffer(offsets), data])


def _parts(array: Any) -> Iterator[Any]:
    """Yield the cells of a column, cut into parts: matrices of bytes where all have one width, else binary arrays.

    A cell is a byte that says whether there is a value, then: the value where all have one width (zeros where there is
    none); the length in 8 bytes and the bytes, for text; the length and the items' cells, for a list; the fields'
    cells, for a struct.
    """
    text = type_text(array.type)
    array = plain_array(array)
    absent = missing(array, text)
    present = np.ones((len(array), 1), np.uint8)
    if absent is not None:
        present[absent] = 0
    yield present
    if fixed_width(text):
        yield _fixed(array, text, absent)
    elif text.startswith("struct"):
        for child in array.flatten():
            yield from _parts(child)
    elif text != "null":
        yield from _variable(array)


def _fixed(array: Any, text: str, absent: Any) -> Any:
    values = fixed_values(array, text).reshape(-1, fixed_width(text))
    if absent is None:
        return values
    values = values.copy()
    values[absent] = 0
    return values


def _variable(array: Any) -> Iterator[Any]:
    nested = is_list(array.type)
    array = array if nested or not array.null_count else pc.fill_null(array, pa.scalar(b"", pa.large_binary()))
    lengths, content = list_parts(array) if nested else text_parts(array)
    yield lengths.view(np.uint8).reshape(-1, 8)
    yield _joined(lengths, content) if nested else array


def _joined(lengths: Any, items: Any) -> Any:
    """Return the encoded items of each list joined: their bytes already lie side by side, only the bounds change."""
    cells = encode_rows([items], len(items))
    _, offsets, data = cells.buffers()
    bounds = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=bounds[1:], dtype=np.int64)
    if offsets is not None:
        bounds = np.frombuffer(offsets, np.int64)[cells.offset :][bounds]
    return pa.Array.from_buffers(pa.large_binary(), len(lengths), [None, pa.py_buffer(bounds), data])

"""Columns as streams of bytes: their hash does not depend on where the batches are cut.

Each column is a node with a few BLAKE3 streams: the row numbers of its missing values, and the values that are there.
Lists and structs are nodes with nodes below. Memory is that of one batch. ``docs/guide/tables.md`` has the format.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from blake3 import blake3

from samerun.data.table_types import fixed_width, is_list, item_type, plain_array, storage_type, type_text
from samerun.data.table_values import fixed_values, list_parts, missing, text_parts
from samerun.outputs.late import Late

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # commands that hash no table do not pay for it

pa: Any = Late("pyarrow")  # an optional part
types: Any = Late("pyarrow.types")  # an optional part

_MANY = 4 << 20
"""From how many bytes in one piece several threads hash faster than one."""


class Stream:
    """A BLAKE3 over bytes that come in pieces; by all cores if they come in large ones."""

    def __init__(self) -> None:
        self._hasher: Any = None

    def add(self, data: Any) -> None:
        """Add bytes, or the bytes of an array that lies in one piece."""
        if not len(data):
            return
        view = memoryview(data).cast("B")
        if self._hasher is None:
            self._hasher = blake3(max_threads=blake3.AUTO if len(view) >= _MANY else 1)
        self._hasher.update(view)

    def digest(self) -> bytes:
        """Return the 32 bytes."""
        return bytes((self._hasher or blake3()).digest())


class Column:
    """One column, or one level of a nested one, hashed as its values come.

    Args:
        kind: its ``pyarrow.DataType``.
        name: the column's name, for errors.

    Raises:
        BadTable: values of this type cannot be hashed.
    """

    def __init__(self, kind: Any, name: str) -> None:
        kind = storage_type(kind)
        self.name = name
        self.type = type_text(kind, name)
        self.nulls = 0
        self._rows = 0
        self._missing = Stream()
        self._values = Stream()
        self._lengths = Stream()
        self._below = [Column(each, name) for each in _types_below(kind)]

    def add(self, array: Any, kept: Any = None) -> None:
        """Hash the next values.

        Args:
            array: a ``pyarrow.Array`` of the column's type.
            kept: which of them count, where the struct that they belong to is missing in some rows; None: all.
        """
        array = plain_array(array)
        absent = missing(array, self.type)
        if kept is not None:
            absent = ~kept if absent is None else absent | ~kept
        if absent is not None:
            self._add_missing(absent if kept is None else absent[kept])
        self._rows += len(array) if kept is None else int(kept.sum())
        if fixed_width(self.type):
            self._add_fixed(array, absent)
        elif self.type.startswith("struct"):
            for node, child in zip(self._below, array.flatten(), strict=True):
                node.add(child, None if absent is None else ~absent)
        elif self.type != "null":
            self._add_variable(array, absent)

    def _add_missing(self, absent: Any) -> None:
        places = np.flatnonzero(absent).astype("<u8")
        self.nulls += len(places)
        places += np.uint64(self._rows)
        if self.type != "null":
            self._missing.add(places)

    def _add_fixed(self, array: Any, absent: Any) -> None:
        values = fixed_values(array, self.type)
        if absent is not None:
            values = values.view(f"V{fixed_width(self.type)}")[~absent].view(np.uint8)
        self._values.add(values)

    def _add_variable(self, array: Any, absent: Any) -> None:
        if self._below:
            lengths, items = list_parts(array)
            self._below[0].add(items)
        else:
            array = array if absent is None else array.filter(pa.array(~absent))
            lengths, content = text_parts(array)
            self._values.add(content)
        self._lengths.add(lengths if absent is None or not self._below else lengths[~absent])

    def digest(self) -> bytes:
        """Return the 32 bytes that stand for the type and all values so far."""
        head = f"samerun.column/1\n{self.type}\n".encode() + struct.pack("<QQ", self._rows, self.nulls)
        parts = [head, self._missing.digest(), self._lengths.digest(), self._values.digest()]
        return bytes(blake3(b"".join([*parts, *(node.digest() for node in self._below)])).digest())


def _types_below(kind: Any) -> list[Any]:
    if is_list(kind):
        return [item_type(kind)]
    if types.is_struct(kind):
        return [kind.field(place).type for place in range(kind.num_fields)]
    return []


def hash_columns(names: list[str], columns: list[Column], rows: int) -> str:
    """Return the hash of a table from its columns.

    Args:
        names: the columns' names, in order; they may repeat.
        columns: the columns, all values added.
        rows: how many rows there are (a table without columns may have some).

    Returns:
        64 hexadecimal digits.
    """
    hasher = blake3(b"samerun.table/1\n" + struct.pack("<QQ", rows, len(names)))
    for name, column in zip(names, columns, strict=True):
        text = name.encode()
        hasher.update(struct.pack("<Q", len(text)) + text + column.digest())
    return str(hasher.hexdigest())

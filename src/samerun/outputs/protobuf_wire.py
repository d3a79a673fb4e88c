"""The wire format of protocol buffers: a message as its fields' numbers and raw values."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from samerun.outputs.reading import Unreadable, cut

Value = int | memoryview
"""A whole number, or the bytes of a text, a message, a packed list or a fixed-width number."""


def fields(message: memoryview) -> Iterator[tuple[int, Value]]:
    """Yield each field's number and value, in the order they were written.

    Args:
        message: the whole message.

    Raises:
        Unreadable: if it is no message or cut short.
    """
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        number, wire = key >> 3, key & 7
        if wire == 0:
            whole, place = _varint(message, place)
            yield number, whole
            continue
        if wire == 2:
            size, place = _varint(message, place)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise Unreadable(f"a field of the unknown kind {wire}")
        yield number, cut(message, place, size)
        place += size


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """Return a whole number and the place behind it."""
    found = shift = 0
    while shift < 70:
        byte = cut(message, place, 1)[0]
        found |= (byte & 0x7F) << shift
        place += 1
        if byte < 0x80:
            return found & 0xFFFF_FFFF_FFFF_FFFF, place
        shift += 7
    raise Unreadable("a whole number that does not end")


def message(value: Value) -> memoryview:
    """Return a field that must have bytes.

    Raises:
        Unreadable: if it is a number.
    """
    if isinstance(value, int):
        raise Unreadable("a number where a message belongs")
    return value


def signed(value: Value) -> int:
    """Return an int64 as the number that it stands for."""
    if not isinstance(value, int):
        raise Unreadable("bytes where a number belongs")
    return value - (1 << 64) if value >> 63 else value


def text(value: Value) -> str:
    """Return a field of text; what is no UTF-8 is replaced."""
    return bytes(message(value)).decode("utf-8", "replace")


def number(value: Value) -> float:
    """Return a float or a double, by its width.

    Raises:
        Unreadable: if it is neither.
    """
    raw = message(value)
    if len(raw) not in (4, 8):
        raise Unreadable(f"a number of {len(raw)} bytes")
    found: float = struct.unpack("<f" if len(raw) == 4 else "<d", raw)[0]
    return found

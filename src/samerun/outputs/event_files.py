"""Read TensorBoard's event files: records, events and summaries, without TensorBoard or TensorFlow."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from samerun.outputs.late import Late
from samerun.outputs.protobuf_wire import fields, message, number, signed, text
from samerun.outputs.raw_arrays import array_at
from samerun.outputs.reading import Unreadable, map_file

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # the table of types is read by commands that compare no array

MAX_POINTS = 10_000_000
"""How many values are read from one file."""

_CASTAGNOLI = 0x82F63B78
_TENSOR_TYPES = {1: "<f4", 2: "<f8", 3: "<i4", 4: "u1", 6: "i1", 9: "<i8", 10: "?", 19: "<f2"}
_TENSOR_LISTS = {5: "<f4", 6: "<f8"}


class Point(Struct, frozen=True, eq=False):
    """One value of a tag: a number, a text, an array, or the raw bytes of anything else."""

    step: int
    wall_time: float
    value: Any
    plugin: str = ""


class EventFile(Struct, frozen=True):
    """All points by tag; ``whole`` is the number of bytes up to which the file could be read."""

    points: dict[str, list[Point]]
    whole: int
    size: int

    @property
    def is_cut(self) -> bool:
        """Whether the file ends in the middle of a record."""
        return self.whole < self.size


def read_scalars(path: Path) -> dict[str, list[tuple[int, float, float]]]:
    """Return the scalars of an event file: tag -> (step, value, wall time), in the order they were written.

    Args:
        path: the event file; what is whole of a truncated one is read.

    Raises:
        ValueError: it is no event file (``OSError`` if it cannot be read at all).
    """
    points = read_events(path).points
    return {
        tag: [(each.step, each.value, each.wall_time) for each in series if isinstance(each.value, float)]
        for tag, series in points.items()
        if any(isinstance(each.value, float) for each in series)
    }


def read_events(path: Path) -> EventFile:
    """Return what an event file holds, up to its first broken record.

    Raises:
        Unreadable: not even the first record is whole.
    """
    view = map_file(path)
    points: dict[str, list[Point]] = {}
    whole = total = 0
    for end, record in _records(view):
        for tag, point in _points(record):
            points.setdefault(tag, []).append(point)
            total += 1
        if total > MAX_POINTS:
            raise Unreadable(f"more than {MAX_POINTS:,} values")
        whole = end
    if not whole:
        raise Unreadable("no whole record")
    return EventFile(points, whole, len(view))


def _records(view: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield the whole records, each with the place behind it; stop at the first that is not."""
    place = 0
    while place + 12 <= len(view):
        size, check = struct.unpack("<QI", view[place : place + 12])
        end = place + 16 + size
        if check != _masked(view[place : place + 8]) or end > len(view):
            return
        yield end, view[place + 12 : end - 4]
        place = end


def _masked(data: memoryview) -> int:
    """Return the masked CRC-32C of a few bytes, as record headers carry it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (_CASTAGNOLI if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _points(event: memoryview) -> Iterator[tuple[str, Point]]:
    """Yield the values of one event; a graph counts as one, the file's version and the session's log do not."""
    wall_time, step, found = 0.0, 0, []
    for field, value in fields(event):
        if field == 1:
            wall_time = number(value)
        elif field == 2:
            step = signed(value)
        elif field == 4:
            found.append(("(graph)", bytes(message(value)), ""))
        elif field == 5:
            found += [_value(message(each)) for kind, each in fields(message(value)) if kind == 1]
    for tag, content, plugin in found:
        yield tag, Point(step, wall_time, content, plugin)


def _value(summary: memoryview) -> tuple[str, Any, str]:
    """Return the tag, the value and the plugin of one value of a summary."""
    tag = plugin = ""
    content: Any = b""
    beside = b""
    for field, value in fields(summary):
        if field == 1:
            tag = text(value)
        elif field == 2:
            content = number(value)
        elif field == 4:
            content = _last_bytes(message(value), 4)
        elif field == 5:
            content = _histogram(message(value))
        elif field == 6:
            content = _last_bytes(message(value), 5)
        elif field == 8:
            content = _tensor(message(value))
        elif field == 9:
            plugin, beside = _plugin(message(value))
    return tag, beside if plugin == "hparams" else content, plugin


def _last_bytes(part: memoryview, wanted: int) -> bytes:
    """Return a field of bytes, such as the encoded picture of an image."""
    return next((bytes(message(value)) for field, value in fields(part) if field == wanted), b"")


def _plugin(metadata: memoryview) -> tuple[str, bytes]:
    """Return the name and the content of a summary's plugin data."""
    name, content = "", b""
    for field, value in fields(metadata):
        if field == 1:
            for inner, each in fields(message(value)):
                name = text(each) if inner == 1 else name
                content = bytes(message(each)) if inner == 2 else content
    return name, content


def _histogram(part: memoryview) -> Any:
    """Return a histogram as one array: minimum, maximum, number and sums, then its buckets' limits and counts."""
    summary, buckets = [0.0] * 5, []  # a zero is not written
    for field, value in fields(part):
        if field in (6, 7):
            buckets.append(np.frombuffer(message(value), dtype="<f8"))
        elif 1 <= field <= 5:
            summary[field - 1] = number(value)
    return np.concatenate([np.array(summary), *buckets])


def _tensor(part: memoryview) -> Any:
    """Return a tensor: a float if it is one number, a text or texts, or an array."""
    code, found = 0, []
    shape: tuple[int, ...] = ()
    for field, value in fields(part):
        if field == 1:
            code = signed(value)
        elif field == 2:
            shape = _shape(message(value))
        else:
            found.append((field, value))
    if code == 7:
        texts = [text(value) for field, value in found if field == 8]
        return texts[0] if len(texts) == 1 else texts
    numbers = _numbers(code, found)
    if numbers.size == 1:
        return float(numbers.reshape(-1)[0])
    return numbers.reshape(shape) if numbers.size == int(np.prod(shape)) else numbers


def _numbers(code: int, found: list[tuple[int, Any]]) -> np.ndarray[Any, Any]:
    """Return the elements of a tensor: raw content, or lists of numbers of which each may be packed."""
    if code not in _TENSOR_TYPES:
        raise Unreadable(f"a tensor of the unknown type {code}")
    dtype = np.dtype(_TENSOR_TYPES[code])
    parts = []
    for field, value in found:
        if field == 4:
            raw = message(value)
            parts.append(array_at(raw, 0, dtype, (len(raw) // dtype.itemsize,), "C"))
        elif field in _TENSOR_LISTS:
            parts.append(np.frombuffer(message(value), dtype=_TENSOR_LISTS[field]))
        elif isinstance(value, int) and field in (7, 10, 11):
            parts.append(np.array([signed(value)]))
        elif field in (7, 10, 11, 13):
            parts.append(np.frombuffer(bytes(message(value)), dtype=np.uint8))
    return np.concatenate(parts) if parts else np.zeros(0)


def _shape(part: memoryview) -> tuple[int, ...]:
    sizes = []
    for field, value in fields(part):
        if field == 2:
            sizes.append(next((signed(size) for inner, size in fields(message(value)) if inner == 1), 0))
    if any(size < 0 for size in sizes):
        raise Unreadable("a dimension below 0")
    return tuple(sizes)

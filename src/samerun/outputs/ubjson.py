"""Universal Binary JSON, in which XGBoost saves its models (``.ubj``)."""

from __future__ import annotations

import struct
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from samerun.outputs.arrays import plain
from samerun.outputs.comparing import Comparing
from samerun.outputs.late import Late
from samerun.outputs.object_trees import compare_objects
from samerun.outputs.pickle_reader import Stream
from samerun.outputs.pickle_records import Mapping
from samerun.outputs.reading import Unreadable, compare_content, map_file
from samerun.record.difference import Difference

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # the table of types is read by commands that compare no array

kind = "ubjson"
MAX_DEPTH = 100
"""Levels of nesting that are read."""

MAX_VALUES = 20_000_000
"""How many values outside of typed arrays are read: some ten seconds."""

_NUMBERS = {"i": "b", "U": "B", "I": ">h", "u": ">H", "l": ">i", "m": ">I", "L": ">q", "M": ">Q", "d": ">f", "D": ">d"}
_WORDS = {"Z": None, "T": True, "F": False}


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """A UBJSON file has its name, or starts with an object whose first key has its length before it."""
    if path.suffix.lower() in (".ubj", ".ubjson"):
        return True
    return head[:1] == b"{" and head[1:2] in (b"i", b"L") and 0 in head[:10]


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two documents key by key, their long lists of numbers as arrays."""
    return compare_content(kind, a, b, _read, lambda one, two: compare_objects(kind, one, two, comparing, _same, _same))


def _same(value: Any) -> Any:
    return value


def _read(path: Path) -> Any:
    return read_ubjson(map_file(path))


def read_ubjson(view: memoryview) -> Any:
    """Return the document: None, bools, numbers, texts, lists, typed arrays as ``Array``, objects as ``Mapping``.

    Raises:
        ValueError: it is none, is cut short, or goes beyond a limit.
    """
    reader = _Reader(Stream(view))
    found = reader.value(reader.marker(), 0)
    if reader.stream.place != len(view):
        raise Unreadable("bytes behind the document")
    return found


class _Reader:
    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._values = 0

    def marker(self) -> str:
        found = "N"
        while found == "N":  # a marker that means nothing
            found = bytes(self.stream.take(1)).decode("latin-1")
        return found

    def value(self, marker: str, depth: int) -> Any:
        self._values += 1
        if depth > MAX_DEPTH or self._values > MAX_VALUES:
            raise Unreadable("a document of too many values or levels")
        if marker in _NUMBERS:
            return struct.unpack(_NUMBERS[marker], self.stream.take(struct.calcsize(_NUMBERS[marker])))[0]
        if marker in _WORDS:
            return _WORDS[marker]
        if marker == "C":
            return bytes(self.stream.take(1)).decode("latin-1")
        if marker in ("S", "H"):
            return self._text()
        if marker in ("[", "{"):
            return self._array(depth) if marker == "[" else self._object(depth)
        raise Unreadable(f"the unknown marker {marker!r}")

    def _length(self) -> int:
        marker = self.marker()
        found = self.value(marker, 0)
        if marker not in "iUIulmLM" or found < 0:
            raise Unreadable("a length that is no whole number")
        return int(found)

    def _text(self) -> str:
        return bytes(self.stream.take(self._length())).decode("utf-8", "surrogateescape")

    def _header(self) -> tuple[str, int | None, str]:
        """Return the type and the number of a container's values if it has them, and else its next marker."""
        marker, kind_of_all = self.marker(), ""
        if marker == "$":
            kind_of_all, marker = self.marker(), self.marker()
            if marker != "#":
                raise Unreadable("a type without a number")
        return (kind_of_all, self._length(), "") if marker == "#" else ("", None, marker)

    def _array(self, depth: int) -> Any:
        kind_of_all, number, marker = self._header()
        if kind_of_all in _NUMBERS and number is not None:
            dtype = np.dtype(_NUMBERS[kind_of_all])
            return plain(np.frombuffer(self.stream.take(number * dtype.itemsize), dtype=dtype))
        if number is not None:
            return [self.value(kind_of_all or self.marker(), depth + 1) for _ in range(number)]
        items = []
        while marker != "]":
            items.append(self.value(marker, depth + 1))
            marker = self.marker()
        return items

    def _object(self, depth: int) -> Mapping:
        kind_of_all, number, marker = self._header()
        found = Mapping()
        while number is None and marker != "}":
            self.stream.place -= 1  # a key is a text without its marker
            found.pairs.append((self._text(), self.value(self.marker(), depth + 1)))
            marker = self.marker()
        for _ in range(number or 0):
            found.pairs.append((self._text(), self.value(kind_of_all or self.marker(), depth + 1)))
        return found

"""npy: one numpy array in a file, read without numpy's loader (which may unpickle)."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath
from typing import Any

from samerun.outputs.arrays import plain
from samerun.outputs.comparing import Comparing
from samerun.outputs.object_trees import compare_objects
from samerun.outputs.pickle_meaning import meaning
from samerun.outputs.pickle_reader import read_pickle
from samerun.outputs.raw_arrays import array_at, dtype_of
from samerun.outputs.reading import Unreadable, compare_content, cut, map_file
from samerun.record.difference import Difference

kind = "npy"
MAGIC = b"\x93NUMPY"
MAX_HEADER = 1 << 20
"""The longest header that is read, in bytes."""

_TOKEN = re.compile(r"\s*(?:('[^'\\]*'|\"[^\"\\]*\")|(-?\d+)L?|(True|False|None)|([\[\](){},:]))")
_WORDS = {"True": "true", "False": "false", "None": "null", "(": "[", ")": "]"}


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """A npy file tells by its first bytes."""
    return head.startswith(MAGIC)


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two arrays element by element."""
    return compare_content(kind, a, b, _read, lambda one, two: _compare(kind, one, two, comparing, ""))


def _read(path: Path) -> Any:
    return read_npy(map_file(path))


def compare_npy(label: str, a: memoryview, b: memoryview, comparing: Comparing) -> Difference:
    """Compare the bytes of two npy files, named ``label`` in the tree.

    Raises:
        ValueError: or another of ``FAILURES``, if one of them is none or cut short.
    """
    return _compare(label, read_npy(a), read_npy(b), comparing, label)


def _compare(label: str, a: Any, b: Any, comparing: Comparing, name: str) -> Difference:
    return compare_objects(label, a, b, comparing, meaning, meaning, name)


def read_npy(view: memoryview) -> Any:
    """Return the array of a npy file's bytes, not copied; for an array of objects, what its pickle would build.

    Raises:
        Unreadable: if the header is not what numpy writes, or elements are missing.
    """
    header, start = _header(view)
    dtype = dtype_of(header["descr"])
    if dtype.hasobject:
        return read_pickle(view[start:])
    shape = tuple(_whole(size) for size in header["shape"])
    return plain(array_at(view, start, dtype, shape, "F" if header["fortran_order"] is True else "C"))


def _whole(size: object) -> int:
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise Unreadable(f"a shape with {size!r} in it")
    return size


def _header(view: memoryview) -> tuple[dict[str, Any], int]:
    """Return the header and where the elements start."""
    if bytes(cut(view, 0, 6)) != MAGIC:
        raise Unreadable("the magic bytes are missing")
    width = 2 if view[6] == 1 else 4
    size = int.from_bytes(cut(view, 8, width), "little")
    if size > MAX_HEADER:
        raise Unreadable(f"a header of {size} bytes")
    text = bytes(cut(view, 8 + width, size)).decode("utf-8" if view[6] >= 3 else "latin-1")
    header = json.loads(_as_json(text))
    if not isinstance(header, dict) or not isinstance(header.get("shape"), list):
        raise Unreadable("the header is no description of an array")
    return header, 8 + width + size


def _as_json(text: str) -> str:
    """Turn the Python literal of a header into JSON; nothing is evaluated."""
    tokens: list[str] = []
    place = 0
    text = text.rstrip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise Unreadable(f"the header cannot be read from {text[place : place + 20]!r} on")
        string, token = found[1], found[2] or found[3] or found[4] or ""
        if token in ("]", ")", "}") and tokens and tokens[-1] == ",":
            tokens.pop()  # JSON allows no comma before a closing bracket
        tokens.append(json.dumps(string[1:-1]) if string else _WORDS.get(token, token))
        place = found.end()
    return "".join(tokens)

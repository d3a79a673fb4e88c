"""Bytes: what any file can be compared by, and the last type of the table."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import BinaryIO

from samerun.outputs.comparing import Comparing
from samerun.outputs.showing import count
from samerun.record.difference import Difference, identical

kind = "binary"
_CHUNK = 1 << 20


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """Any file is bytes."""
    return True


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two files byte by byte; ``comparing`` changes nothing."""
    return compare_bytes(a, b)


def compare_bytes(a: Path, b: Path, why: str = "", label: str = kind) -> Difference:
    """Compare two files by their bytes.

    Args:
        a: one file.
        b: the other.
        why: why they are not compared by what they hold, put first in the detail.
        label: the kind of the type that falls back on this.

    Returns:
        ``identical``, or ``different`` with the first differing offset, the sizes and the count of differing bytes; if
        a file cannot be read at all, ``incomplete``.
    """
    try:
        with a.open("rb") as left, b.open("rb") as right:
            offset, differing = _scan(left, right)
            sizes = left.seek(0, 2), right.seek(0, 2)
    except OSError as error:
        return Difference(label, "incomplete", f"cannot be read: {error.strerror or error}")
    if offset is None and sizes[0] == sizes[1]:
        return identical(label)
    said = _sentence(min(sizes) if offset is None else offset, differing, sizes)
    return Difference(label, "different", f"{why}; by bytes: {said}" if why else said)


def _scan(left: BinaryIO, right: BinaryIO) -> tuple[int | None, int]:
    """Return the first differing offset and the number of differing bytes within the common length."""
    first, differing, start = None, 0, 0
    while (one := left.read(_CHUNK)) and (two := right.read(_CHUNK)):
        if one != two:
            size = min(len(one), len(two))
            apart = (int.from_bytes(one[:size], "big") ^ int.from_bytes(two[:size], "big")).to_bytes(size, "big")
            differing += size - apart.count(0)
            if first is None and any(apart):
                first = start + size - len(apart.lstrip(b"\0"))
        start += len(one)
    return first, differing


def _sentence(offset: int, differing: int, sizes: tuple[int, int]) -> str:
    said = f"first difference at byte {offset:,}"
    if differing:
        said += f"; {count(differing, 'byte')} of {min(sizes):,} {'differs' if differing == 1 else 'differ'}"
    return said if sizes[0] == sizes[1] else f"{said}; {sizes[0]:,} bytes and {sizes[1]:,} bytes long"

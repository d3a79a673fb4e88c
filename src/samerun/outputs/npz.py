"""npz: named numpy arrays in a zip file, stored or compressed."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from samerun.outputs.comparing import Comparing
from samerun.outputs.expanding import Members
from samerun.outputs.npy import compare_npy
from samerun.outputs.reading import compare_content, gather_parts, map_file, only_in
from samerun.record.difference import Difference

kind = "npz"


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """A npz file is a zip file of that name, or one whose first member is a npy file."""
    if not head.startswith(b"PK\x03\x04"):
        return path.suffix == ".npz" and head.startswith(b"PK\x05\x06")
    return path.suffix == ".npz" or head[30 : 30 + int.from_bytes(head[26:28], "little")].endswith(b".npy")


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two files array by array; the order and the compression of members do not count."""
    return compare_content(kind, a, b, _read, lambda one, two: _compare(one, two, comparing))


def _read(path: Path) -> Members:
    return Members(path, map_file(path))


def _compare(a: Members, b: Members, comparing: Comparing) -> Difference:
    children = []
    for name in sorted({*a, *b}):
        label = name.removesuffix(".npy")
        if name not in a or name not in b:
            children.append(only_in(label, "first" if name in a else "second"))
        else:
            children.append(compare_npy(label, a.read(name), b.read(name), comparing))
    return gather_parts(kind, children, "array")

"""pickle and joblib: compared by what they would build, without ever unpickling."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from samerun.outputs.comparing import Comparing
from samerun.outputs.expanding import expand, is_compressed
from samerun.outputs.object_trees import compare_objects
from samerun.outputs.pickle_meaning import read_joblib_array
from samerun.outputs.pickle_reader import Stream, read_next
from samerun.outputs.reading import Unreadable, compare_content, map_file
from samerun.outputs.torch_meaning import TorchMeaning
from samerun.record.difference import Difference

kind = "pickle"
SUFFIXES = frozenset({".pkl", ".pickle", ".joblib", ".p", ".pck", ".pcl", ".pkl.gz", ".pkl.bz2", ".pkl.xz", ".sav"})
"""Names of pickles; without one of them a file counts by its first bytes."""

_OLD_OPCODES = {bytes([code]) for code in b"(]})cCGIFJKLMNSTUVX"}
"""What a pickle of protocol 0 or 1 may start with."""

MAX_PICKLES = 100_000
"""How many pickles written one behind the other are read from one file."""


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """A pickle has such a name, or starts as protocols 2 to 5 do."""
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return True
    named = path.suffix.lower() in SUFFIXES or "".join(path.suffixes[-2:]).lower() in SUFFIXES
    return named and (is_compressed(head) or head[:1] in _OLD_OPCODES)


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare the objects of two files, attribute by attribute and array by array."""
    return compare_content(kind, a, b, read_objects, lambda one, two: compare_read(kind, one, two, comparing))


def compare_read(label: str, a: Any, b: Any, comparing: Comparing) -> Difference:
    """Compare what two pickles would build; the tensors of torch in them are understood."""
    return compare_objects(label, a, b, comparing, TorchMeaning(), TorchMeaning())


def read_objects(path: Path) -> Any:
    """Return what a file's pickle would build; a list if it holds several, one behind the other.

    Raises:
        ValueError: or another of ``FAILURES``, if it is no pickle.
    """
    view = map_file(path)
    stream = Stream(expand(path) if is_compressed(bytes(view[:8])) else view)
    objects = []
    while stream.place < len(stream.view):
        objects.append(read_next(stream, read_joblib_array))
        if len(objects) > MAX_PICKLES:
            raise Unreadable(f"more than {MAX_PICKLES:,} pickles")
    if not objects:
        raise Unreadable("it is empty")
    return objects[0] if len(objects) == 1 else objects

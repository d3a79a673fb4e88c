"""What every type that parses bytes shares: reading without trust, and saying why a file was not understood."""

from __future__ import annotations

import lzma
import mmap
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from samerun.outputs.binary import compare_bytes
from samerun.outputs.gathering import Gatherer
from samerun.outputs.late import how_to_install
from samerun.outputs.showing import count
from samerun.record.difference import Difference, identical

Read = TypeVar("Read")

CONTAINER_ONLY = "same content; only the container's bytes differ"


class Unreadable(ValueError):
    """A file is not what its name promises, or goes beyond a limit."""


# Parsers of hostile bytes fail in all these ways.
FAILURES: tuple[type[BaseException], ...] = (
    ArithmeticError,
    AttributeError,
    BufferError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def compare_content(
    kind: str, a: Path, b: Path, read: Callable[[Path], Read], compare: Callable[[Read, Read], Difference]
) -> Difference:
    """Read both files and compare what they hold; by bytes, saying why, where that fails.

    Args:
        kind: the type's name, the label of the result.
        a: the first file.
        b: the second file.
        read: turns a file into its content; may raise any of ``FAILURES`` or ``ImportError``.
        compare: compares the two contents; may raise the same.

    Returns:
        The difference; never ``identical``, for the files' bytes differ.
    """
    sides: list[Read] = []
    try:
        for path in (a, b):
            sides.append(read(path))
        return settle(compare(sides[0], sides[1]))
    except ImportError as error:
        return compare_bytes(a, b, how_to_install(error), kind)
    except FAILURES as error:
        side = ("the first file", "the second file", "one of the files")[len(sides)]
        return compare_bytes(a, b, f"{side} cannot be read as {kind}: {reason(error)}", kind)


def reason(error: BaseException) -> str:
    """Return an error as one short line."""
    text = " ".join(str(error).split())
    return (text or type(error).__name__)[:200]


def settle(found: Difference, container: str = CONTAINER_ONLY) -> Difference:
    """Turn ``identical`` content of differing files into ``equivalent``, with the sentence that says so."""
    if found.verdict != "identical":
        return found
    return Difference(found.label, "equivalent", found.detail or container)


def gather_parts(label: str, children: Iterable[Difference], what: str = "part", many: str = "") -> Difference:
    """Return a node over the parts that differ; all verdicts count, identical parts are dropped.

    Args:
        label: what the node stands for.
        children: the parts, identical ones included.
        what: what one part is called in the sentence.
        many: what several are called; ``what`` with an s where empty.
    """
    gatherer, total = Gatherer(), 0
    for child in children:
        gatherer.add(child)
        total += 1
    lead = gatherer.lead
    if lead is None:
        return identical(label)
    return gatherer.finish(label, _sentence(gatherer.number(gatherer.verdict), count(total, what, many), lead))


def _sentence(grave: int, total: str, lead: Difference) -> str:
    """Say how many parts have the worst verdict, and what happened to the first thing that differs below them."""
    leaf = lead
    while leaf.children:
        leaf = next((child for child in leaf.children if child.verdict == leaf.verdict), leaf.children[0])
    first = f"{leaf.label}: {leaf.detail}" if leaf.detail else leaf.label
    if grave == 1:
        return lead.detail if lead.children and lead.detail else first
    return f"{grave:,} of {total} differ; first: {first}"


def only_in(label: str, side: str) -> Difference:
    """Return the difference of a part that one side lacks; ``side`` is ``first`` or ``second``."""
    return Difference(label, "different", f"only in the {side}")


def map_file(path: Path) -> memoryview:
    """Return a file's bytes without reading them: they come from the disk when they are looked at."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            return memoryview(b"")
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def cut(view: memoryview, start: int, size: int) -> memoryview:
    """Return ``size`` bytes of a view from ``start`` on.

    Raises:
        Unreadable: if they do not all lie inside it.
    """
    if start < 0 or size < 0 or start + size > len(view):
        raise Unreadable(f"{size} bytes at {start} lie outside the {len(view)} that are there (cut short?)")
    return view[start : start + size]

"""PDF: pages are compared by their bytes; when they were written, and the identity drawn for that, do not count."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from msgspec import Struct

from samerun.outputs.binary import compare_bytes
from samerun.outputs.comparing import Comparing
from samerun.outputs.limits import MEGABYTE, check_size
from samerun.outputs.moments import is_moment
from samerun.outputs.reading import compare_content
from samerun.record.difference import Difference
from samerun.record.window import Window

kind = "pdf"

LARGEST = 256 * MEGABYTE
_DATE = re.compile(rb"(/(?:CreationDate|ModDate)\s{0,4}\(D:)(\d{4,14})([^()]{0,12}\))")
_IDENTITY = re.compile(rb"/ID\s{0,4}\[\s{0,4}<[0-9A-Fa-f]{0,64}>\s{0,4}<[0-9A-Fa-f]{0,64}>\s{0,4}\]")


class _Document(Struct, frozen=True):
    """The bytes without dates and identities, and the dates in their order (digits from the year on)."""

    masked: bytes
    dates: tuple[str, ...]


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """A PDF tells by its first bytes."""
    return head.startswith(b"%PDF-")


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two documents."""
    return compare_content(kind, a, b, _read, lambda one, two: _compare(a, b, one, two, comparing))


def _read(path: Path) -> _Document:
    check_size(path, LARGEST)
    data = path.read_bytes()
    dates = tuple(found[1].decode("ascii") for found in _DATE.findall(data))
    return _Document(_IDENTITY.sub(b"/ID", _DATE.sub(rb"\1\3", data)), dates)


def _compare(a: Path, b: Path, one: _Document, two: _Document, comparing: Comparing) -> Difference:
    differing = [pair for pair in zip(one.dates, two.dates, strict=False) if pair[0] != pair[1]]
    in_the_runs = all(_is_written_by(*pair, comparing.a, comparing.b) for pair in differing)
    if one.masked != two.masked or not in_the_runs:
        return compare_bytes(a, b, label=kind)
    detail = "only the moment of writing and the identity drawn for it differ"
    return Difference(kind, "equivalent", detail)


def _is_written_by(date: str, other: str, window: Window, other_window: Window) -> bool:
    return is_moment(date, window) and is_moment(other, other_window)

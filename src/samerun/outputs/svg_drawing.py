"""SVG: text, in which the names that a library drew at random for its parts do not count.

Matplotlib names markers, clip paths and glyphs by a hash with a salt of its own for each process; what has such a name
is compared where it stands, and a reference leads to the same part in both drawings.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from samerun.outputs.comparing import Comparing
from samerun.outputs.limits import MEGABYTE, check_size
from samerun.outputs.reading import Unreadable, compare_content, settle
from samerun.outputs.text import compare_text
from samerun.record.difference import Difference

kind = "svg"

LARGEST = 64 * MEGABYTE
_NAMED = re.compile(r"""\sid=["']([A-Za-z]{0,2}[0-9a-f]{10,64})["']""")
_WORD = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{0,2}[0-9a-f]{10,64}(?![0-9A-Za-z])")


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """A drawing tells by its name and its first tag."""
    return path.suffix.lower() == ".svg" and b"<" in head


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two drawings line by line."""
    return compare_content(kind, a, b, _read, lambda one, two: _compare(one, two, comparing))


def _compare(one: str, two: str, comparing: Comparing) -> Difference:
    return settle(compare_text(kind, one, two, comparing), "only names drawn at random for parts of the drawing differ")


def _read(path: Path) -> str:
    check_size(path, LARGEST)
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("it is no UTF-8") from error
    return _renamed(text)


def _renamed(text: str) -> str:
    """Return the text with each drawn name replaced by the place of its first use, in a form that is no number."""
    drawn = set(_NAMED.findall(text))
    places: dict[str, str] = {}

    def replace(found: re.Match[str]) -> str:
        word = found.group()
        return places.setdefault(word, f"drawn.{len(places)}") if word in drawn else word

    return _WORD.sub(replace, text)

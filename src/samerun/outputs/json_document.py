"""JSON: two documents compared by what they hold; the order of keys and white space make no difference."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any

from samerun.outputs.comparing import Comparing
from samerun.outputs.limits import MEGABYTE, check_size
from samerun.outputs.reading import compare_content
from samerun.outputs.values import compare_values
from samerun.record.difference import Difference

kind = "json"

LARGEST = 256 * MEGABYTE


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """By its name alone: much that begins with a bracket is no JSON."""
    return path.suffix.lower() in (".json", ".geojson", ".webmanifest", ".har")


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two documents value by value."""
    return compare_content(kind, a, b, read, lambda one, two: compare_values(kind, one, two, comparing))


def read(path: Path) -> Any:
    """Return what a file holds; one that holds several documents, one a line, is read as a list of them."""
    check_size(path, LARGEST)
    text = path.read_bytes().decode("utf-8-sig")
    try:
        return parse(text)
    except json.JSONDecodeError as error:
        if not error.msg.startswith("Extra data"):
            raise
        return [parse(line) for line in text.splitlines() if line.strip()]


def parse(text: str) -> Any:
    """Parse one document: NaN and infinities are numbers, integers exact, a repeated key is kept as ``key (2)``."""
    return json.loads(text, object_pairs_hook=_pairs)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _with_repeats(pairs)


def _with_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    seen: Counter[str] = Counter()
    for key, value in pairs:
        seen[key] += 1
        found[key if seen[key] == 1 else f"{key} ({seen[key]})"] = value
    return found

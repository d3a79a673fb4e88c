"""TOML: two documents compared by what they hold."""

from __future__ import annotations

import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

from samerun.outputs.comparing import Comparing
from samerun.outputs.limits import MEGABYTE, check_size
from samerun.outputs.reading import compare_content
from samerun.outputs.values import compare_values
from samerun.record.difference import Difference

kind = "toml"

LARGEST = 16 * MEGABYTE


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """By its name: ``.toml``."""
    return path.suffix.lower() == ".toml"


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two documents value by value."""
    return compare_content(kind, a, b, read, lambda one, two: compare_values(kind, one, two, comparing))


def read(path: Path) -> dict[str, Any]:
    """Return what a file holds."""
    check_size(path, LARGEST)
    return tomllib.loads(path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))

"""How large a file may be to be parsed: what lies beyond is compared by bytes, and says so."""

from __future__ import annotations

from pathlib import Path

from samerun.outputs.reading import Unreadable

MEGABYTE = 1 << 20


def check_size(path: Path, limit: int) -> None:
    """Raise ``Unreadable`` if the file at ``path`` has more than ``limit`` bytes."""
    size = path.stat().st_size
    if size > limit:
        raise Unreadable(f"{size / MEGABYTE:,.0f} MB is more than the {limit / MEGABYTE:,.0f} MB that are parsed")

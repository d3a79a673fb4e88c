"""What is remembered of data is bounded: what nobody asked for in half a year goes, and the oldest beyond a size.

Nothing of it is ever needed: without it, files are read again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from samerun.basics import files

UNUSED_S = 180 * 86_400.0
"""Seconds after which what nobody asked for is forgotten."""

MOST_FILES, MOST_BYTES = 1_000, 1 << 30
"""How many trees are remembered, and how many bytes that may take; those asked for last stay."""

_LEFT_S = 3_600.0
_DAY_S = 86_400.0


class Forgotten(NamedTuple):
    """How many caches went, or would go, and the bytes that they took."""

    caches: int = 0
    bytes: int = 0


class _Cache(NamedTuple):
    used: float
    size: int
    path: str


def forget(folder: Path, *, dry_run: bool = False) -> Forgotten:
    """Forget what is too old or too much, and what killed writers left; costs a stat for each file.

    Args:
        folder: a folder with a file for each thing that is remembered; it need not exist.
        dry_run: only say what would be forgotten.
    """
    return remove(_too_much(sorted(_caches(folder), reverse=True)), dry_run)


def remove(caches: Iterable[tuple[str, int]], dry_run: bool) -> Forgotten:
    """Remove files, each a path and its bytes; one that cannot be removed stays, and does not count."""
    count = freed = 0
    for path, size in caches:
        with suppress(OSError):
            if not dry_run:
                os.unlink(path)
            count, freed = count + 1, freed + size
    return Forgotten(count, freed)


def note_use(path: Path) -> None:
    """Note in a cache's time that it was used, at most once a day; a disk that does not let us is no failure."""
    with suppress(OSError):
        if os.stat(path).st_mtime < time.time() - _DAY_S:
            os.utime(path)


def _caches(folder: Path) -> Iterator[_Cache]:
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.is_file(follow_symlinks=False):
                    facts = entry.stat(follow_symlinks=False)
                    yield _Cache(facts.st_mtime, facts.st_size, entry.path)


def _too_much(caches: Iterable[_Cache]) -> Iterator[tuple[str, int]]:
    """Yield those that go, the caches being given with the last used one first."""
    now, kept, total = time.time(), 0, 0
    for cache in caches:
        if files.is_temporary(os.path.basename(cache.path)):
            goes = cache.used < now - _LEFT_S
        else:
            kept, total = kept + 1, total + cache.size
            goes = kept > MOST_FILES or total > MOST_BYTES or cache.used < now - UNUSED_S
        if goes:
            yield cache.path, cache.size

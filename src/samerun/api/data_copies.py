"""Where a content is still to be had: the store, other files that runs knew or that lie beside it, git."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from samerun.basics.git import NoGit, open_git
from samerun.basics.hashing import hash_bytes
from samerun.record.files import FileFact
from samerun.store.lineage import LineageIndex
from samerun.store.objects import Objects

MOST = 3
"""How many other files are named for one content."""

_BESIDE = 2_000
_FROM_GIT_BYTES = 100 << 20


class Copy(Struct, frozen=True):
    """A place where a content is: a file of the store, another file, or the name of a blob that git has."""

    kind: Literal["store", "file", "git"]
    place: str


Hash = Callable[[str], str | None]
"""Returns the hash of the file at a path as it is now, None if there is none to be had."""


class Copies:
    """Looks for contents that are no longer where they were.

    Args:
        objects: the store's contents.
        index: which run knew a content at which path.
        tree: the folder of the run, whose git is asked.
        hash_of: hashes a file.
        known: contents that have been seen just now, with their paths.
    """

    def __init__(
        self, objects: Objects, index: LineageIndex, tree: Path, hash_of: Hash, known: Mapping[str, Sequence[str]]
    ) -> None:
        self._objects = objects
        self._index = index
        self._tree = tree
        self._hash_of = hash_of
        self._known = known

    def find(self, wanted: Mapping[str, FileFact]) -> dict[str, tuple[Copy, ...]]:
        """Return where copies are, by the absolute path of each file that is wanted.

        Costs what hashing the copies costs: a place is named only if the content is there now.
        """
        blobs = self._in_git(wanted.values())
        return {path: tuple(self._copies(path, fact, blobs)) for path, fact in wanted.items()}

    def _copies(self, path: str, fact: FileFact, blobs: set[str]) -> Iterator[Copy]:
        if fact.hash is None or fact.secret:
            return
        if self._objects.verify(fact.hash):
            yield Copy("store", str(self._objects.path(fact.hash)))
        found = 0
        for place in self._candidates(path, fact):
            if found < MOST and place != path and self._is_there(place, fact):
                yield Copy("file", place)
                found += 1
        if fact.blob in blobs:
            yield Copy("git", fact.blob or "")

    def _candidates(self, path: str, fact: FileFact) -> Iterable[str]:
        digest = fact.hash or ""
        seen = self._known.get(digest, ())
        used = (use.path for use in self._index.uses_of([digest]))
        return dict.fromkeys([*seen, *used, *_beside(path, fact.size)])

    def _is_there(self, place: str, fact: FileFact) -> bool:
        try:
            same_size = os.path.isfile(place) and os.stat(place).st_size == fact.size
        except OSError:
            return False
        return same_size and self._hash_of(place) == fact.hash

    def _in_git(self, facts: Iterable[FileFact]) -> set[str]:
        """Return the blobs that git has and that hold what the run read."""
        hashes = {fact.blob: fact.hash for fact in facts if fact.blob and fact.size <= _FROM_GIT_BYTES}
        if not hashes:
            return set()
        try:
            blobs = open_git(self._tree).blobs(hashes)
        except (NoGit, OSError):
            return set()
        return {name for name, content in blobs.items() if hash_bytes(content) == hashes[name]}


def _beside(path: str, size: int) -> list[str]:
    """Return the files of this size in the folder where one is missed: it may have been renamed."""
    found: list[str] = []
    try:
        with os.scandir(os.path.dirname(path)) as entries:
            for _, entry in zip(range(_BESIDE), entries, strict=False):
                if entry.is_file(follow_symlinks=False) and entry.stat().st_size == size:
                    found.append(entry.path)
    except OSError:
        return []
    return sorted(found)

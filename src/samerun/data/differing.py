"""The difference of two data sets: of folders, files and locks, in any pairing."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from samerun.data.changes import Change
from samerun.data.identity import Progress, look
from samerun.data.lock_file import Lock, is_lock, read_lock
from samerun.data.locking import PathLike, look_below
from samerun.data.manifest import Manifest, manifest_of
from samerun.data.row_differences import row_difference, text_row_difference
from samerun.data.seen import Unread
from samerun.data.verifying import changes_between
from samerun.errors import BadOption
from samerun.outputs.comparing import Comparing
from samerun.outputs.table_of_types import compare_files
from samerun.record.difference import Difference
from samerun.record.window import Window

_FILE = "file"
"""What a file is called that is compared with another file: its name is no part of its content."""

MOST_DETAILS = 100
"""How many changed files are looked into."""

# Data has no volatile fields: no moment lies in this window.
_AS_IT_IS = Comparing(Window(math.inf, -math.inf), Window(math.inf, -math.inf))


class DataDiff(msgspec.Struct, frozen=True):
    """What differs between two data sets; ``changes`` lead from ``a`` to ``b``."""

    same: bool
    a: Manifest
    b: Manifest
    changes: tuple[Change, ...]


class _Side(NamedTuple):
    """One side: what it is called, what it holds, and where its files are at hand (empty: nowhere, it is a lock)."""

    name: str
    manifest: Manifest
    unread: Sequence[Unread] = ()
    place: str = ""
    paths: tuple[str, ...] = (".",)
    is_file: bool = False

    def file(self, path: str) -> Path | None:
        """Return where the file is that has a path in the manifest."""
        if not self.place:
            return None
        return Path(self.place) if self.is_file else Path(self.place, path)


def diff(
    a: PathLike | Lock | Manifest,
    b: PathLike | Lock | Manifest,
    *,
    details: bool = True,
    quick: bool = False,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> DataDiff:
    """Compare two data sets, each a folder, a file, a lock, or what ``hash_tree`` returned.

    A lock of one folder is compared as that folder, whatever it is called; a lock of several paths with the folder that
    they lie below. A file's name does not matter if both sides are one file. Costs what reading the folders costs, and
    for each of the first 100 changed files that are at hand on both sides what its type's comparison costs.

    Args:
        a: the first.
        b: the second.
        details: say of changed tables, arrays and documents which rows, columns, keys or indices differ.
        quick: trust what is remembered of unchanged files.
        cache: the folder of what is remembered; None takes the user's own cache folder.
        progress: called with files and bytes done.

    Raises:
        BadLock: a lock cannot be trusted.
        MissingData: there is nothing at a path.
        BadOption: one is a file and the other a folder.
    """
    locks = [_as_lock(one) for one in (a, b)]
    sides = [
        _side(one, lock, other, quick, cache, progress)
        for one, lock, other in zip((a, b), locks, reversed(locks), strict=True)
    ]
    left, right = _aligned(*sides)
    changes = changes_between(left.manifest, right.manifest, right.unread, left.unread)
    if details:
        changes = _with_details(changes, left, right)
    if left.is_file and right.is_file:
        name = os.path.basename(right.place or left.place) or _FILE
        changes = [msgspec.structs.replace(change, path=name) for change in changes]
    return DataDiff(not changes, left.manifest, right.manifest, tuple(changes))


def _as_lock(one: PathLike | Lock | Manifest) -> Lock | None:
    if isinstance(one, Lock):
        return one
    return read_lock(one) if not isinstance(one, Manifest) and is_lock(one) else None


def _side(
    one: PathLike | Lock | Manifest,
    lock: Lock | None,
    other: Lock | None,
    quick: bool,
    cache: Path | None,
    progress: Progress | None,
) -> _Side:
    if lock is not None:
        return _Side("the lock", lock.manifest, paths=lock.paths, is_file=_is_one_file(lock))
    if isinstance(one, Manifest):
        return _Side("the manifest", one)
    assert not isinstance(one, Lock)
    place = os.fspath(one)
    if os.path.isdir(one) and other is not None and len(other.paths) > 1:
        seen = look_below(one, other.paths, None, quick=quick, cache=cache, progress=progress, may_be_gone=True)
        return _Side(place, seen.manifest, seen.unread, place, other.paths)
    is_file = not os.path.isdir(one)
    seen = look(one, at=_FILE if is_file else "", quick=quick, cache=cache, progress=progress)
    return _Side(place, seen.manifest, seen.unread, place, (_FILE,) if is_file else (".",), is_file)


def _is_one_file(lock: Lock) -> bool:
    return [(entry.path, entry.kind) for entry in lock.manifest.entries] == [(lock.paths[0], "file")]


def _aligned(a: _Side, b: _Side) -> tuple[_Side, _Side]:
    """Return both sides with paths that start from the same place."""
    if a.is_file != b.is_file and "the manifest" not in (a.name, b.name):
        one, other = (a, b) if a.is_file else (b, a)
        raise BadOption(f"{one.name} is a file and {other.name} a folder.", "Give two files, or two folders.")
    return (a, b) if a.paths == b.paths else (_from_its_top(a), _from_its_top(b))


def _from_its_top(side: _Side) -> _Side:
    """Return a side of one folder or one file with its paths from there."""
    if side.paths == (".",) or len(side.paths) > 1:
        return side
    top = side.paths[0]
    entries = [
        msgspec.structs.replace(entry, path=_FILE if side.is_file else entry.path.removeprefix(f"{top}/"))
        for entry in side.manifest.entries
        if side.is_file or entry.path != top
    ]
    return side._replace(manifest=manifest_of(entries))


def _with_details(changes: Sequence[Change], a: _Side, b: _Side) -> list[Change]:
    looked, left = [], MOST_DETAILS
    for change in changes:
        found = _detail(change, a, b) if left and change.what == "changed" else None
        left -= found is not None
        looked.append(msgspec.structs.replace(change, difference=found) if found is not None else change)
    return looked


def _detail(change: Change, a: _Side, b: _Side) -> Difference | None:
    """Return in what two files differ, if both are at hand and are files."""
    if change.a is None or change.b is None or change.a.kind != "file" or change.b.kind != "file":
        return None
    ours, theirs = a.file(change.path), b.file(change.path)
    if ours is None or theirs is None:
        return None
    found = text_row_difference(ours, theirs, _AS_IT_IS)
    if found is not None:
        return found
    return row_difference(ours, theirs, compare_files(theirs.name, ours, theirs, _AS_IT_IS), _AS_IT_IS)

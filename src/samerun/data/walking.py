"""A folder's whole tree, folder by folder: what is there, and its stat. Nothing is opened but folders.

Links are never followed below the top, so there are no loops; mount points are entered like folders. What is called
``.git`` or ``.samerun`` is left out, and so is a folder that holds a ``.samerun``: a store of runs is no data.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

LEFT_OUT = frozenset((".git", ".samerun"))
"""Names that are never part of a tree."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | getattr(os, "O_CLOEXEC", 0)
_FAR = 1_000
"""Letters of a path below an open folder after which the next one is kept open: a path may be longer than the system
takes in one call, a file's name not."""


@dataclass
class Listing:
    """One folder: its path below the top, its open descriptor (until the next one is asked for), and what is in it.

    ``names`` are the regular files, sorted, ``facts`` the stat of each; ``others`` are what is neither a file nor a
    folder, with its own stat. ``left_out`` are paths below the top. Where the folder could not be listed, ``error``
    says why and the rest is empty.
    """

    path: str
    descriptor: int = -1
    folders: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    facts: list[os.stat_result] = field(default_factory=list)
    others: list[tuple[str, os.stat_result]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    error: OSError | None = None


@dataclass(frozen=True)
class _Place:
    """How a folder is reached: by a path from an open folder above it."""

    above: int
    way: str
    path: str


def walk(top: str | os.PathLike[str], skip: frozenset[str] = frozenset()) -> Iterator[Listing]:
    """Yield every folder of a tree, ``top`` first, in no promised order.

    Args:
        top: the folder; a link to one is followed.
        skip: paths below ``top`` that are passed over.
    """
    with ExitStack() as kept:
        try:
            first = os.open(top, _FOLDER)
        except OSError as error:
            yield Listing("", error=error)
            return
        kept.callback(os.close, first)
        listing = _listed(Listing("", first), skip)
        yield listing
        waiting = [_Place(first, name, name) for name in reversed(listing.folders)]
        while waiting:
            yield from _visit(waiting.pop(), waiting, skip, kept)


def _visit(place: _Place, waiting: list[_Place], skip: frozenset[str], kept: ExitStack) -> Iterator[Listing]:
    try:
        descriptor = os.open(place.way, _FOLDER | os.O_NOFOLLOW, dir_fd=place.above)
    except OSError as error:
        yield Listing(place.path, error=error)
        return
    far = len(place.way) > _FAR
    if far:
        kept.callback(os.close, descriptor)
    try:
        listing = _listed(Listing(place.path, descriptor), skip)
        yield listing
    finally:
        if not far:
            os.close(descriptor)
    above, way = (descriptor, "") if far else (place.above, f"{place.way}/")
    waiting += [_Place(above, f"{way}{name}", f"{place.path}/{name}") for name in reversed(listing.folders)]


def _listed(listing: Listing, skip: frozenset[str]) -> Listing:
    """Fill in what is in the folder."""
    prefix = f"{listing.path}/" if listing.path else ""
    try:
        with os.scandir(listing.descriptor) as entries:
            found = [entry for entry in entries if prefix + entry.name not in skip] if skip else list(entries)
        _sort_in(listing, found, prefix)
    except OSError as error:
        return Listing(listing.path, error=error)
    if prefix and f"{prefix}.samerun" in listing.left_out:  # a store
        return Listing(listing.path, left_out=[listing.path])
    listing.folders.sort()
    listing.others.sort()
    return listing


def _sort_in(listing: Listing, found: list[os.DirEntry[str]], prefix: str) -> None:
    files: dict[str, os.stat_result] = {}
    for entry in found:
        name = entry.name
        if name in LEFT_OUT:
            listing.left_out.append(prefix + name)
        elif entry.is_dir(follow_symlinks=False):
            listing.folders.append(name)
        else:
            try:
                facts = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # gone since the folder was listed, as if it had been listed later
                continue
            if entry.is_file(follow_symlinks=False):
                files[name] = facts
            else:
                listing.others.append((name, facts))
    listing.names = sorted(files)
    listing.facts = [files[name] for name in listing.names]

"""Which data is it: the hash of a file, and of everything in a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from samerun.data.hashing_pool import FileHashes, Pool
from samerun.data.manifest import Entry, Manifest, manifest_of
from samerun.data.reading import checked_algorithms, read_file, reason
from samerun.data.remembered import Remembered, cache_file, users_cache
from samerun.data.seen import Seen, Unread, refuse_unread
from samerun.data.walking import Listing, walk
from samerun.errors import MissingData

Progress = Callable[[int, int], None]
"""Called with the number of files and of bytes that are done."""

_SPECIAL = {
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "character device",
    stat.S_IFBLK: "block device",
}


def hash_file(path: str | os.PathLike[str], *, algorithm: str = "blake3") -> str:
    """Return the hash of a file's content in hex.

    Big files are hashed by all cores while they are read, at about BLAKE3's own speed (several GB/s); ``sha256`` and
    ``md5`` go at their own on one core. Memory: 8 MiB.

    Args:
        path: the file; a link to one is followed.
        algorithm: ``blake3``, ``sha256`` or ``md5``.

    Raises:
        MissingData: it is not there, is no file, cannot be read, or keeps changing while it is read.
        BadOption: there is no such algorithm.
    """
    also = checked_algorithms([algorithm])
    try:
        facts = os.stat(path)
    except OSError as error:
        raise not_there(path, error) from error
    if not stat.S_ISREG(facts.st_mode):
        raise MissingData(f"{os.fspath(path)} is no file.", "Give a file; hash_tree takes a folder.")
    # The top is followed if it is a link; what is read is never one.
    read = read_file(os.path.realpath(path), None, also)
    if read.why:
        raise MissingData(f"{os.fspath(path)} cannot be hashed: {read.why}.", "Give a file that is there and rests.")
    return read.others[algorithm] if also else read.blake3


def hash_tree(
    path: str | os.PathLike[str],
    *,
    quick: bool = False,
    also: Sequence[str] = (),
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Return what a folder (or one file) holds, with the hash of each file and one over all.

    Links, pipes, sockets and devices are named and never followed or opened. ``.git``, ``.samerun`` and stores of runs
    are left out. Costs about 15 µs a small file, BLAKE3's own speed on big ones; 4 µs an unchanged file with ``quick``.

    Args:
        path: the folder; a link to one is followed. For a file, the manifest has one entry under the file's name.
        quick: trust what is remembered of files whose size, times and inode are the same, instead of reading them.
        also: algorithms besides BLAKE3: ``sha256``, ``md5``. Files are read then even with ``quick``.
        cache: the folder of what is remembered; None takes the user's own cache folder.
        progress: called with files and bytes done.

    Raises:
        MissingData: there is nothing at ``path``, or something in it cannot be read or keeps changing.
        BadOption: an algorithm is unknown.
    """
    seen = look(path, quick=quick, also=also, cache=cache, progress=progress)
    refuse_unread(os.fspath(path), seen.unread)
    return seen.manifest


def look(
    path: str | os.PathLike[str],
    *,
    quick: bool = False,
    also: Sequence[str] = (),
    cache: Path | None = None,
    skip: frozenset[str] = frozenset(),
    at: str = "",
    progress: Progress | None = None,
) -> Seen:
    """Return what ``hash_tree`` does, together with what could not be read, instead of refusing.

    Args:
        path: as for ``hash_tree``, like all that follow.
        quick: trust what is remembered.
        also: algorithms besides BLAKE3.
        cache: the folder of what is remembered.
        skip: paths in the tree that are passed over.
        at: what stands before every path of the result, or the path of a single file; empty for none.
        progress: called with files and bytes done.
    """
    others = checked_algorithms(also)
    try:
        facts = os.stat(path)
    except OSError as error:
        raise not_there(path, error) from error
    if not stat.S_ISDIR(facts.st_mode):
        return _look_at_one(path, at or os.path.basename(os.path.abspath(path)), facts, others, progress)
    remembered = Remembered(cache_file(cache or users_cache(), path))
    with Pool(others, progress) as pool:
        return _Look(remembered, pool, quick and not others, at).through(path, skip)


class _Look:
    """One look through a tree."""

    def __init__(self, remembered: Remembered, pool: Pool, quick: bool, at: str) -> None:
        self._remembered = remembered
        self._at = f"{at}/" if at else ""
        self._pool = pool
        self._quick = quick
        self._entries: list[Entry] = []
        self._unread: list[Unread] = []
        self._left_out: list[str] = []
        self._folders: list[FileHashes] = []

    def through(self, top: str | os.PathLike[str], skip: frozenset[str]) -> Seen:
        """Look at everything; what was learnt on the way is remembered even if it is cut short."""
        whole = False
        try:
            for listing in walk(top, skip):
                self._take(listing)
            self._pool.finish()
            whole = True
        finally:
            for folder in self._folders:
                folder.remember(self._remembered)
            self._remembered.save(whole)
        for folder in self._folders:
            folder.add_to(self._entries, self._unread)
        return Seen(manifest_of(self._entries), self._unread, sorted(self._left_out))

    def _take(self, listing: Listing) -> None:
        self._left_out += [self._at + path for path in listing.left_out]
        path = (self._at + listing.path).rstrip("/")
        if listing.error is not None:
            self._unread.append(Unread(path, reason(listing.error), folder=True))
            return
        prefix = f"{path}/" if path else ""
        self._take_others(listing, prefix)
        if path and not (listing.names or listing.others or listing.folders or listing.left_out):
            self._entries.append(Entry(path, "folder"))
        names, facts = listing.names, listing.facts
        known = self._remembered.look_up(listing.path, names, facts) if self._quick else [""] * len(names)
        hashes = FileHashes(listing.path, prefix, names, facts, known)
        self._folders.append(hashes)
        self._pool.read(hashes, listing.descriptor)

    def _take_others(self, listing: Listing, prefix: str) -> None:
        for name, facts in listing.others:
            if stat.S_ISLNK(facts.st_mode):
                self._take_link(listing.descriptor, prefix + name, name)
            else:
                kind = _SPECIAL.get(stat.S_IFMT(facts.st_mode), "special file")
                self._entries.append(Entry(prefix + name, "special", special=kind))

    def _take_link(self, folder: int, path: str, name: str) -> None:
        try:
            self._entries.append(Entry(path, "link", target=os.readlink(name, dir_fd=folder)))
        except OSError as error:
            self._unread.append(Unread(path, reason(error)))


def _look_at_one(
    path: str | os.PathLike[str],
    name: str,
    facts: os.stat_result,
    also: tuple[str, ...],
    progress: Progress | None,
) -> Seen:
    if not stat.S_ISREG(facts.st_mode):
        raise MissingData(f"{os.fspath(path)} is no file and no folder.", "Give a file or a folder.")
    with Pool(also, progress) as pool:
        hashes = FileHashes("", "", [os.path.realpath(path)], [facts], [""], [name])
        pool.read(hashes, None)
        pool.finish()
    entries: list[Entry] = []
    unread: list[Unread] = []
    hashes.add_to(entries, unread)
    return Seen(manifest_of(entries), unread, [])


def not_there(path: str | os.PathLike[str], error: OSError) -> MissingData:
    """Return the error for data that is not where it is said to be, or cannot be listed."""
    words = "there is nothing there" if isinstance(error, FileNotFoundError) else reason(error)
    return MissingData(f"{os.fspath(path)} cannot be read: {words}.", "Give a file or a folder that can be read.")

"""Content by BLAKE3, and a cache that knows which files have not changed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
from blake3 import blake3

from samerun.basics import files
from samerun.basics.mapped import mapped_pieces
from samerun.basics.pieces import pieces
from samerun.basics.resting import COARSE_TICK_NS, FINE_TICK_NS, is_open_for_writing

MOST = 200_000
"""How many entries a cache holds: some 30 MB."""

_BIG = 8 << 20


class Hasher(Protocol):
    """What takes bytes: a hasher of ``hashlib`` or BLAKE3's own."""

    def update(self, data: memoryview | bytes, /) -> object:
        """Take more bytes."""


class StatKey(NamedTuple):
    """What the file system says of a file without reading it: if all of it is the same, so is the content.

    Sizes in bytes, times in nanoseconds since the epoch.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int


def stat_key(path: Path | str) -> StatKey:
    """Return the key of the file at ``path`` (a symbolic link is followed)."""
    return key_of(os.stat(path))


def key_of(facts: os.stat_result) -> StatKey:
    """Return the key of a file whose stat is at hand."""
    return StatKey(facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino, facts.st_dev)


def hash_bytes(data: bytes) -> str:
    """Return the BLAKE3 of ``data`` in hex."""
    return blake3(data).hexdigest()


def hash_file(path: Path | str) -> str:
    """Return the BLAKE3 of a file's content in hex; big files by all cores.

    Somebody may truncate it meanwhile: then it ends there.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    try:
        return hash_open(descriptor, os.fstat(descriptor).st_size)[0]
    finally:
        os.close(descriptor)


def hash_open(
    descriptor: int, size: int, also: Sequence[Hasher] = (), on_bytes: Callable[[int], None] | None = None
) -> tuple[str, int]:
    """Hash what is left to read of an open file.

    Args:
        descriptor: the file; it stays open.
        size: how many bytes it is thought to have; files of 8 MiB and more are hashed by all cores while they are read.
        also: other hashers (of ``hashlib``) that are to see the same bytes.
        on_bytes: called with the number of each big file's bytes that are done, piece by piece.

    Returns:
        The BLAKE3 in hex, and how many bytes there were.
    """
    if size < _BIG:
        return _hash_small(descriptor, size, also)
    hasher, count = blake3(max_threads=blake3.AUTO), 0
    for piece in chain(mapped_pieces(descriptor), pieces(descriptor)):
        for each in (hasher, *also):
            each.update(piece)
        count += len(piece)
        if on_bytes is not None:
            on_bytes(len(piece))
    return hasher.hexdigest(), count


def _hash_small(descriptor: int, size: int, also: Sequence[Hasher]) -> tuple[str, int]:
    data = os.read(descriptor, size + 1)
    hasher, count = blake3(data), len(data)
    for each in also:
        each.update(data)
    if count != size:  # it has grown, came in pieces, or has no size of its own (/proc)
        while data := os.read(descriptor, _BIG):
            for each in (hasher, *also):
                each.update(data)
            count += len(data)
    return hasher.hexdigest(), count


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    key: StatKey
    hash: str


class StatCache:
    """Remembers on disk the hash of each file together with its ``StatKey``.

    It never vouches for a file that may have changed once more within the same tick of the file system's clock as its
    last change, nor for one that was open or mapped for writing: such a file is hashed again. A cache that cannot be
    read is an empty one.

    Args:
        path: the cache's file; its folder exists when ``save`` is called.
        most: how many files are kept in it, those that were learnt or asked for last.
    """

    def __init__(self, path: Path, most: int = MOST) -> None:
        self.path = path
        self._most = most
        self._entries = _read_entries(path)
        self._changed = False

    def hash(self, path: Path | str) -> str:
        """Return the BLAKE3 of the file at ``path``, reading it only if it is not known."""
        name = os.fspath(path)
        if not name.startswith("/"):
            name = os.path.abspath(name)
        known = self.lookup(name, stat_key(name))
        return known if known is not None else self._read(name)

    def lookup(self, path: str, key: StatKey) -> str | None:
        """Return the hash remembered for an absolute path with this key, or None."""
        entry = self._entries.get(path)
        if entry is None or entry.key != key:
            return None
        self._entries[path] = self._entries.pop(path)  # the last place is that of what was needed last
        return entry.hash

    def remember(self, path: str, key: StatKey, digest: str, read_at_ns: int) -> None:
        """Keep a hash, unless the file was so young when it was read that a further change might not show.

        Args:
            path: the absolute path of a file that nobody had open for writing (``basics.resting``).
            key: the stat before reading, equal to the one after it.
            digest: the BLAKE3 of the content in hex.
            read_at_ns: when reading began, in nanoseconds since the epoch.
        """
        changed = max(key.mtime_ns, key.ctime_ns)
        grain = COARSE_TICK_NS if key.ctime_ns % 1_000_000 == 0 else FINE_TICK_NS
        if changed + grain <= read_at_ns and _is_text(path):
            self._entries.pop(path, None)
            self._entries[path] = _Entry(key, digest)
            self._changed = True

    def _read(self, name: str) -> str:
        began = time.time_ns()
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        try:
            before = os.fstat(descriptor)
            rests = not is_open_for_writing(descriptor, before)
            digest, _ = hash_open(descriptor, before.st_size)
            if rests and key_of(os.fstat(descriptor)) == key_of(before):
                self.remember(name, key_of(before), digest, began)
        finally:
            os.close(descriptor)
        return digest

    def save(self) -> None:
        """Write the cache if anything was learnt."""
        if self._changed:
            if len(self._entries) > self._most:
                self._entries = dict(list(self._entries.items())[-self._most :])
            files.write_atomic(self.path, msgspec.msgpack.encode(self._entries))
            self._changed = False


def _is_text(path: str) -> bool:
    """Say whether a path can be written into the cache: a name may hold bytes that are no UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read_entries(path: Path) -> dict[str, _Entry]:
    try:
        return msgspec.msgpack.decode(files.read_bytes(path), type=dict[str, _Entry])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}

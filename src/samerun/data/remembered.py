"""The hashes of a tree's files, remembered folder by folder with all that the file system says of each file.

One cache file belongs to one tree. It vouches for a file only while size, mtime, ctime, inode and device are what they
were, and only if the file rested when it was read: its last change was older than a tick of the file system's clock,
and nobody had it open for writing. ctime cannot be set by a program, so a restored mtime does not help; where the clock
was set back since the cache was written, the whole cache is forgotten. A folder in which nothing changed costs one
comparison.
"""

from __future__ import annotations

import os
import time
from array import array
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from operator import attrgetter
from pathlib import Path

import msgspec

from samerun.basics import files
from samerun.basics.hashing import hash_bytes
from samerun.data.forgetting import forget, note_use

TREES = "trees"
"""The folder of the caches, in that of all that is remembered."""

_VERSION = 1
_KEY = 40
_KEY_OF = attrgetter("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino", "st_dev")
_DIGEST = 64
_NEVER = array("q", (-1, -1, -1, -1, -1)).tobytes()
"""A key that no file has: of a file whose hash is not to be trusted again."""


class _Folder(msgspec.Struct, frozen=True, array_like=True):
    """One folder: its names joined by NUL, 40 bytes of stat and 64 hex letters for each."""

    names: bytes
    keys: bytes
    digests: str


class _Document(msgspec.Struct, frozen=True, array_like=True):
    version: int
    boot: str
    realtime_ns: int
    since_boot_ns: int
    folders: dict[bytes, _Folder]


class Remembered:
    """The cache of one tree.

    Args:
        path: its file, or None for a cache that remembers nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._known: Mapping[bytes, _Folder] = _read(path) if path is not None else {}
        self._learnt: dict[bytes, _Folder] = {}
        self._places: dict[bytes, dict[bytes, int]] = {}

    def look_up(self, folder: str, names: Sequence[str], facts: Sequence[os.stat_result]) -> list[str]:
        """Return the hash of each file of a folder, empty where it must be read.

        Args:
            folder: its path in the tree.
            names: its files, sorted.
            facts: their stat, in the same order.
        """
        place = os.fsencode(folder)
        known = self._known.get(place)
        if known is None:
            return [""] * len(names)
        keys = _keys(facts)
        if known.keys == keys and known.names == _joined(names):
            self._learnt[place] = known
            return [known.digests[at : at + _DIGEST] for at in range(0, len(known.digests), _DIGEST)]
        return _one_by_one(known, names, keys)

    def digest_of(self, folder: str, name: str, key: Sequence[int]) -> str:
        """Return the hash of one file, empty if it is not known.

        Args:
            folder: its folder's path in the tree.
            name: its name there.
            key: its size, mtime_ns, ctime_ns, inode and device.
        """
        place, sought = os.fsencode(folder), os.fsencode(name)
        known = self._known.get(place)
        if known is None:
            return ""
        if place not in self._places:
            self._places[place] = {each: at for at, each in enumerate(known.names.split(b"\0"))}
        at = self._places[place].get(sought, -1)
        same = at >= 0 and known.keys[at * _KEY : (at + 1) * _KEY] == _as_bytes(key)
        return known.digests[at * _DIGEST : (at + 1) * _DIGEST] if same else ""

    def keep(
        self,
        folder: str,
        names: Sequence[str],
        facts: Sequence[os.stat_result],
        digests: Sequence[str],
        rested: Sequence[bool],
    ) -> None:
        """Remember a folder.

        Args:
            folder: its path in the tree.
            names: its files, sorted.
            facts: the stat of each, the same before and after it was read.
            digests: the hash of each; empty where it could not be read.
            rested: whether the hash may be trusted as long as the stat stays the same.
        """
        keys = _keys(facts)
        if not all(rested):
            parts = (keys[at * _KEY : (at + 1) * _KEY] if good else _NEVER for at, good in enumerate(rested))
            keys = b"".join(parts)
        text = "".join(digest or "0" * _DIGEST for digest in digests)
        self._learnt[os.fsencode(folder)] = _Folder(_joined(names), keys, text)

    def save(self, whole: bool) -> None:
        """Write the cache, if there is anything new in it; a disk that does not let us is no failure.

        Args:
            whole: whether the whole tree was seen; else what was known of the rest is kept.
        """
        folders = self._learnt if whole else {**self._known, **self._learnt}
        if self.path is None:
            return
        if folders == self._known:
            note_use(self.path)
            return
        document = _Document(_VERSION, _boot(), time.time_ns(), _since_boot(), folders)
        with suppress(OSError):
            if not self.path.exists():
                forget(self.path.parent)
            files.make_folder(self.path.parent)
            data = msgspec.msgpack.encode(document)
            files.write_atomic(self.path, hash_bytes(data).encode() + data)


def cache_file(folder: Path, tree: str | os.PathLike[str]) -> Path:
    """Return where in ``folder`` the cache of a tree lies: one file a tree, named by the tree's real path."""
    return folder / TREES / hash_bytes(os.fsencode(os.path.realpath(tree)))[:32]


def users_cache() -> Path:
    """Return the user's cache folder for samerun: ``$XDG_CACHE_HOME/samerun``, else ``~/.cache/samerun``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "samerun")


def _one_by_one(known: _Folder, names: Sequence[str], keys: bytes) -> list[str]:
    places = {name: at for at, name in enumerate(known.names.split(b"\0"))}
    found = []
    for at, name in enumerate(names):
        place = places.get(os.fsencode(name), -1)
        same = place >= 0 and known.keys[place * _KEY : (place + 1) * _KEY] == keys[at * _KEY : (at + 1) * _KEY]
        found.append(known.digests[place * _DIGEST : (place + 1) * _DIGEST] if same else "")
    return found


def _keys(facts: Sequence[os.stat_result]) -> bytes:
    try:
        return array("q", chain.from_iterable(map(_KEY_OF, facts))).tobytes()
    except OverflowError:  # an inode may use all 64 bits
        return _as_bytes(chain.from_iterable(map(_KEY_OF, facts)))


def _as_bytes(numbers: Iterable[int]) -> bytes:
    """Return numbers of up to 64 bits in the form of those of 63, which a signed number has."""
    return array("q", [(number + (1 << 63)) % (1 << 64) - (1 << 63) for number in numbers]).tobytes()


def _joined(names: Sequence[str]) -> bytes:
    return os.fsencode("\0".join(names))


def _read(path: Path) -> dict[bytes, _Folder]:
    try:
        data = files.read_bytes(path)
        digest, content = data[:_DIGEST], data[_DIGEST:]
        if hash_bytes(content).encode() != digest:
            return {}
        document = msgspec.msgpack.decode(content, type=_Document)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    folders = document.folders
    if document.version != _VERSION or _clock_was_set_back(document) or not all(map(_is_whole, folders.values())):
        return {}
    return folders


def _is_whole(folder: _Folder) -> bool:
    count = folder.names.count(b"\0") + 1 if folder.keys else 0
    return len(folder.digests) == count * _DIGEST and len(folder.keys) == count * _KEY


def _clock_was_set_back(document: _Document) -> bool:
    """Say whether the clock stood later when the cache was written, or was set back since without a restart.

    A change that is made at the very moment that the clock showed once before could go unseen.
    """
    now = time.time_ns()
    if now < document.realtime_ns:
        return True
    if document.boot != _boot():
        return False
    return now - _since_boot() < document.realtime_ns - document.since_boot_ns - 5_000_000


def _boot() -> str:
    """Return what names this start of the machine; empty where nothing does."""
    try:
        return files.read_bytes(Path("/proc/sys/kernel/random/boot_id")).decode().strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _since_boot() -> int:
    """Return nanoseconds of a clock that nobody can set and that goes on while the machine sleeps."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

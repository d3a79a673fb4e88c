"""One file read for its hash: the hash of what it holds, or why there is none; never of something in between."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Sequence
from typing import NamedTuple

from samerun.basics.hashing import hash_open
from samerun.basics.resting import is_open_for_writing, wait_for_tick
from samerun.errors import BadOption

ALGORITHMS = ("blake3", "sha256", "md5")
"""What a file can be hashed by; BLAKE3 always is."""

ATTEMPTS = 3
"""How often a file that changes while it is read is read."""

# Not blocking: a pipe may have taken the file's place since it was looked at.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)
_WORDS = {
    errno.EACCES: "there is no permission to read it",
    errno.EPERM: "there is no permission to read it",
    errno.ENOENT: "it vanished while the folder was read",
    errno.ENOTDIR: "it vanished while the folder was read",
    errno.ESTALE: "it vanished while the folder was read",
    errno.ELOOP: "a link took its place while the folder was read",
    errno.ENXIO: "a special file took its place while the folder was read",
    errno.EIO: "the disk cannot read it",
}


class FileRead(NamedTuple):
    """What reading a file gave.

    ``others`` are the hashes besides BLAKE3, by name. ``size`` is how many bytes were hashed, ``facts`` the file's stat
    before and after. ``rested`` says whether the hash holds as long as the stat is the same. Where there is no hash,
    ``why`` says so.
    """

    blake3: str = ""
    others: dict[str, str] = {}
    size: int = 0
    facts: os.stat_result | None = None
    rested: bool = False
    why: str = ""


class _Changed(Exception):
    """The file is not what it was when reading began."""


def checked_algorithms(names: Sequence[str]) -> tuple[str, ...]:
    """Return the algorithms besides BLAKE3, or refuse those that are not offered.

    Raises:
        BadOption: one of them is unknown.
    """
    unknown = [name for name in names if name not in ALGORITHMS]
    if unknown:
        raise BadOption(f"There is no hash {unknown[0]!r} here.", f"There are: {', '.join(ALGORITHMS)}.")
    return tuple(name for name in ALGORITHMS[1:] if name in names)


def read_file(
    name: str | os.PathLike[str],
    folder: int | None = None,
    also: Sequence[str] = (),
    on_bytes: Callable[[int], None] | None = None,
) -> FileRead:
    """Hash a file that may be changed, removed or replaced at any moment.

    Args:
        name: its path, or its name in ``folder``. A link is not followed.
        folder: an open folder.
        also: algorithms besides BLAKE3.
        on_bytes: called with the number of bytes done, for big files piece by piece.

    Returns:
        The hash of its content at one moment, or why it has none.
    """
    for _ in range(ATTEMPTS):
        try:
            descriptor = os.open(name, _READ, dir_fd=folder)
        except OSError as error:
            return FileRead(why=reason(error))
        try:
            return _read_once(descriptor, also, on_bytes)
        except _Changed:
            continue
        except OSError as error:
            return FileRead(why=reason(error))
        finally:
            os.close(descriptor)
    return FileRead(why="it keeps changing while it is read")


def reason(error: OSError) -> str:
    """Return in words why something could not be read."""
    return _WORDS.get(error.errno or 0, f"it cannot be read ({error.strerror or error})")


def _read_once(descriptor: int, also: Sequence[str], on_bytes: Callable[[int], None] | None) -> FileRead:
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        return FileRead(why="something else took its place while the folder was read")
    # What is written after the wait shows in the times; what was written before it is in the bytes that are read now.
    # A writer that has the file open may be in the middle of one long write, or have it mapped: then nothing shows.
    can_show = wait_for_tick(before)
    written_to = is_open_for_writing(descriptor, before)
    hashers = [hashlib.new(name, usedforsecurity=False) for name in also]
    digest, size = hash_open(descriptor, before.st_size, hashers, on_bytes)
    if written_to and digest != _once_more(descriptor, before.st_size):
        raise _Changed
    if _has_changed(before, os.fstat(descriptor)) or (size != before.st_size and before.st_size):
        raise _Changed
    others = {hasher.name: hasher.hexdigest() for hasher in hashers}
    return FileRead(digest, others, size, before, can_show and not written_to and size == before.st_size)


def _once_more(descriptor: int, size: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return hash_open(descriptor, size)[0]


def _has_changed(before: os.stat_result, after: os.stat_result) -> bool:
    """Say whether an open file (so that device and inode are the same) changed from one stat to another."""
    return (
        before.st_ctime_ns != after.st_ctime_ns
        or before.st_mtime_ns != after.st_mtime_ns
        or before.st_size != after.st_size
    )

"""What a file of the user held before the program first changes it: read a state, add to it, write it back.

A copy is put beside the event files just before a file from before the run is overwritten, appended to, replaced by
another one or removed; the recorder takes it into the store if it has not seen the content in time.

    before PATH COPY SIZE MTIME CTIME INODE DEVICE
"""

from __future__ import annotations

import itertools
import os
import posix
import stat

from . import events
from .hiding import may_be_secret

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Mapping

NEEDED_BYTES = 100 << 20
"""The largest file that is copied where its content matters: the program read it, or goes on from it."""

OTHER_BYTES = 1 << 20
"""The largest file that is copied before it is overwritten although this process never read it: another may have."""

_RUN_BYTES = 1 << 30
_PIECE = 1 << 20
_SECRET_NAMES = (".env", ".netrc", ".pgpass", "id_rsa", "id_ed25519")
_SECRET_SUFFIXES = (".pem", ".key", ".p12", ".pfx")
_TELLING = (
    b"passw",
    b"passphrase",
    b"secret",
    b"api_key",
    b"apikey",
    b"access_key",
    b"token:",
    b"_token",
    b"private key",
)
_SHORTEST = 8


class _State:
    """What ``install`` found out, once a process."""

    def __init__(self) -> None:
        self.started_ns = 0
        self.left = _RUN_BYTES
        self.ordinals = itertools.count(1)
        self.secrets: list[bytes] = []


_state = _State()


def install(environment: Mapping[str, str]) -> None:
    """Take from SAMERUN_STARTED when the run began, in nanoseconds: what was made later is the run's own."""
    _state.started_ns = int(environment.get("SAMERUN_STARTED") or 0)
    secrets = [value for name, value in environment.items() if may_be_secret(name) and len(value) >= _SHORTEST]
    _state.secrets = [os.fsencode(value) for value in secrets if value[0] != "/"]


def keep(path: str, status: os.stat_result, needed: bool, silent: set[int]) -> None:
    """Copy a file that is about to change, unless the run itself has made it.

    Args:
        path: the file, absolute and normal.
        status: what it is now.
        needed: whether its content matters to the run.
        silent: the hashes of the paths whose reads are not reported: ``path`` is among them while it is copied.
    """
    if status.st_ctime_ns >= _state.started_ns or not stat.S_ISREG(status.st_mode):
        return
    if status.st_size > min(NEEDED_BYTES if needed else OTHER_BYTES, _state.left) or _is_secret(path):
        return
    name = "%d-%d.before" % (posix.getpid(), next(_state.ordinals))
    if _copied_silently(path, events.spool() + "/" + name, silent):
        _state.left -= status.st_size
        numbers = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)
        events.emit("before", path, name, *numbers)


def _is_secret(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith(_SECRET_NAMES) or name.endswith(_SECRET_SUFFIXES)


def _copied_silently(path: str, copy: str, silent: set[int]) -> bool:
    if hash(path) in silent:
        return _copy(path, copy)
    silent.add(hash(path))
    try:
        return _copy(path, copy)
    finally:
        silent.discard(hash(path))


def _copy(path: str, copy: str) -> bool:
    """Copy a file; False where that fails: the program goes on without the copy."""
    descriptors: list[int] = []
    try:
        descriptors.append(posix.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW))
        head = posix.read(descriptors[0], _PIECE)
        if _may_hold_secret(head):
            return False
        descriptors.append(posix.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        _pour(head, *descriptors)
    except OSError:
        return False
    finally:
        for descriptor in descriptors:
            posix.close(descriptor)
    return True


def _may_hold_secret(head: bytes) -> bool:
    """Say whether a file could hold a secret: its copy would lie on the disk before the recorder's redactor sees it."""
    if any(secret in head for secret in _state.secrets):
        return True
    lowered = b"" if b"\0" in head else head.lower()
    return any(word in lowered for word in _TELLING)


def _pour(piece: bytes, source: int, target: int) -> None:
    while piece:
        while piece:
            piece = piece[posix.write(target, piece) :]
        piece = posix.read(source, _PIECE)

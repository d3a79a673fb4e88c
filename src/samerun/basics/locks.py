"""A lock between processes that works where the file system refuses locks, too."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
_LOCKS_REFUSED = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
_STALE_SECONDS = 60.0


@contextmanager
def locked(path: Path, *, timeout: float | None = None) -> Iterator[None]:
    """Hold the lock ``path`` for the block; released by the system if the process dies.

    Where the file system refuses locks, a file beside it stands for the lock; one older than a minute is taken over.

    Args:
        path: the lock file; created, never removed.
        timeout: seconds to wait; ``TimeoutError`` after them, None waits for ever.
    """
    descriptor = os.open(path, _FLAGS, 0o600)
    held = path.with_name(path.name + ".held")
    deadline = None if timeout is None else time.monotonic() + timeout
    try:
        by_file = not _flock(descriptor, path, deadline)
        if by_file:
            _take_file(held, deadline)
        try:
            yield
        finally:
            if by_file:
                with suppress(FileNotFoundError):
                    os.unlink(held)
    finally:
        os.close(descriptor)


def _flock(descriptor: int, path: Path, deadline: float | None) -> bool:
    """Take the lock; return False where the file system has none."""
    try:
        if deadline is None:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            return True
        while not _flock_now(descriptor):
            _wait(path, deadline)
    except OSError as error:
        if error.errno in _LOCKS_REFUSED:
            return False
        raise
    return True


def _flock_now(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _take_file(held: Path, deadline: float | None) -> None:
    while True:
        try:
            os.close(os.open(held, _FLAGS | os.O_EXCL, 0o600))
        except FileExistsError:
            with suppress(FileNotFoundError):
                if time.time() - os.stat(held).st_mtime > _STALE_SECONDS:
                    os.unlink(held)
            _wait(held, deadline)
        else:
            return


def _wait(path: Path, deadline: float | None) -> None:
    if deadline is not None and time.monotonic() >= deadline:
        raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT), str(path))
    time.sleep(0.01)

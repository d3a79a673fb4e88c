"""Two names change places in one step, and files are given up without waiting for it.

``rename`` over a file makes some file systems write out the new one's content at once (ext4: auto_da_alloc), which
takes as long as a disk does; and removing the last name of a big file waits until all its blocks are free. Neither is
needed for what is promised without ``durable``.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_AT_FDCWD = -100
_EXCHANGE = 2


def put_in_place(new: Path, path: Path) -> None:
    """Rename ``new`` to ``path``; what was there is gone afterwards. There is no moment without either.

    Args:
        new: a file, a link or a folder, in the same folder as ``path``.
        path: a name that is free or holds something of the same kind.

    Raises:
        OSError: as the system gave it; then both are as they were. A folder cannot take the place of another where
            the file system cannot exchange names.
    """
    if not os.path.lexists(path) or not _exchange(new, path):
        os.replace(new, path)


def _exchange(a: Path, b: Path) -> bool:
    """Let two names change places (renameat2); say whether the system could."""
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):  # another C library
        return False
    return not call(_AT_FDCWD, os.fsencode(a), _AT_FDCWD, os.fsencode(b), _EXCHANGE)


def remove(paths: Sequence[Path]) -> None:
    """Remove files by name; a thread frees what they held, for the names go at once while somebody has them open.

    Raises:
        OSError: a file that is there cannot be removed.
    """
    held = []
    for path in paths:
        with suppress(FileNotFoundError):
            with suppress(OSError):  # a link, or nothing that may be read: it has no blocks to wait for
                held.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW))
            os.unlink(path)
    if held:
        threading.Thread(target=_close, args=(held,), name="samerun-remove").start()


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)

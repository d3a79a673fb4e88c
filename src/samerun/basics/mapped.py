"""A big file mapped into memory, for as long as nobody can cut it: that would end the whole process with SIGBUS.

A read lease holds up whoever wants to; between two pieces, every few milliseconds, it is looked whether anybody does,
and then the lease is given back (docs/decisions/0008). Only on file systems of this machine, of which the kernel knows
all that is done to them.
"""

from __future__ import annotations

import mmap
import os
import sys
from collections.abc import Iterator

from samerun.basics.leases import give_back, is_wanted, take_lease

PIECE = 64 << 20
"""Bytes in a piece: 5 ms of work, for which another program's ``open`` may have to wait."""

_LOCAL = frozenset((0xEF53, 0x58465342, 0x9123683E, 0x01021994, 0x794C7630, 0xF2F52010, 0xCA451A4E))
"""ext4, XFS, Btrfs, tmpfs, overlayfs, F2FS, bcachefs, as statfs(2) numbers them."""


def mapped_pieces(descriptor: int, size: int = PIECE) -> Iterator[memoryview]:
    """Yield pieces of a file from its position on, as many as can be had safely; none of a file that cannot be mapped.

    A piece must not be used once the next one is asked for. The file's position is behind the last piece that was
    taken, where reading can go on.

    Args:
        descriptor: the file, open for reading only; it stays open.
        size: bytes in a piece, a multiple of 4096.
    """
    if not _is_local(descriptor) or not take_lease(descriptor):
        return
    try:
        at, length = os.lseek(descriptor, 0, os.SEEK_CUR), os.fstat(descriptor).st_size
        if at >= length:
            return
        with mmap.mmap(descriptor, length, access=mmap.ACCESS_READ) as memory, memoryview(memory) as whole:
            while at < length and not is_wanted(descriptor):
                with whole[at : at + size] as piece:
                    at = os.lseek(descriptor, at + len(piece), os.SEEK_SET)
                    yield piece
    except (OSError, ValueError):  # a device, or no room in the address space: it can still be read
        return
    finally:
        give_back(descriptor)


def _is_local(descriptor: int) -> bool:
    """Say whether a file lies on a file system whose every change goes through this kernel."""
    if sys.platform != "linux":
        return False
    import ctypes  # 3 ms, for the few files that are big

    facts = (ctypes.c_long * 32)()  # struct statfs, which begins with the type and takes 120 bytes
    return ctypes.CDLL(None).fstatfs(descriptor, facts) == 0 and facts[0] & 0xFFFFFFFF in _LOCAL

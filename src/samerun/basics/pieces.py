"""A big file piece by piece, the next piece being read while the last one is worked on.

Bytes are read, not mapped: a mapped file that somebody truncates ends the whole process with SIGBUS. Two pieces that
stay in huge pages and in the processor's cache make reading about as fast as mapping (docs/decisions/0008).
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future

PIECE = 2 << 20
"""Bytes in a piece: a huge page, of which two fit into the cache of one core."""


def pieces(descriptor: int, size: int = PIECE) -> Iterator[memoryview]:
    """Yield what is left to read of a file; each piece is overwritten two pieces later.

    Args:
        descriptor: the open file, read from its position; it stays open.
        size: bytes in a piece.

    Raises:
        OSError: as the system gave it.
    """
    # It brings logging and queue with it, 2 ms of every start, for the few files that are big.
    from concurrent.futures import ThreadPoolExecutor

    buffers = [_buffer(size), _buffer(size)]
    with ThreadPoolExecutor(1, "samerun-read") as reader:
        coming: Future[int] = reader.submit(os.readv, descriptor, [buffers[0]])
        while count := coming.result():
            coming = reader.submit(os.readv, descriptor, [buffers[1]])
            yield buffers[0][:count]
            buffers.reverse()


def _buffer(size: int) -> memoryview:
    """Return memory in huge pages where the system has them: a page fault in 512."""
    memory = mmap.mmap(-1, size)
    with suppress(OSError, AttributeError):  # a kernel without them, or macOS
        memory.madvise(mmap.MADV_HUGEPAGE)
    return memoryview(memory)

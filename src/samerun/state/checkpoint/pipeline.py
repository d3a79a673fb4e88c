"""Bytes to a file and from one in pieces, hashed by other threads meanwhile.

The hash is BLAKE3 over the BLAKE3s of all pieces of 2 MiB, so that several threads can hash one file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from blake3 import blake3

PIECE = 2 << 20
"""Bytes that are hashed together; the format's, not to be changed."""

_MOST_THREADS = 4
_MOST_WAITING = 16
_MOST_VIEWS = 1000

Views = list[memoryview]


def pieces(views: Iterable[memoryview]) -> Iterator[Views]:
    """Cut a sequence of views into pieces of ``PIECE`` bytes, the last one shorter."""
    piece: Views = []
    room = PIECE
    for view in views:
        while len(view) >= room:
            yield [*piece, view[:room]]
            view, piece, room = view[room:], [], PIECE
        if len(view):
            piece.append(view)
            room -= len(view)
    if piece:
        yield piece


def _hash(piece: Views) -> bytes:
    hasher = blake3()
    for view in piece:
        hasher.update(view)
    return hasher.digest()


def _joined(digests: Iterable[bytes]) -> str:
    return blake3(b"".join(digests)).hexdigest()


def _threads() -> int:
    return min(_MOST_THREADS, len(os.sched_getaffinity(0)))


class Writer:
    """Writes to an open file from its start.

    Args:
        descriptor: the file; it stays open.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pool = ThreadPoolExecutor(max(_threads() - 1, 1), "samerun-hash")
        self._digests: list[Future[bytes]] = []
        self._piece: Views = []
        self._room = PIECE
        self.offset = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown()

    def write(self, *data: bytes | memoryview) -> None:
        """Write one after the other; what is given must not change before ``finish``.

        Raises:
            OSError: as the system gave it; after a short write the rest is tried until the system says why.
        """
        for each in data:
            view = memoryview(each)
            self.offset += len(view)
            while len(view) >= self._room:
                self._piece.append(view[: self._room])
                view = view[self._room :]
                self._flush()
            if len(view):
                self._piece.append(view)
                self._room -= len(view)

    def _flush(self) -> None:
        piece, self._piece, self._room = self._piece, [], PIECE
        if len(self._digests) > _MOST_WAITING:
            self._digests[-_MOST_WAITING].result()
        self._digests.append(self._pool.submit(_hash, piece))
        self._write_all(piece)

    def _write_all(self, views: Views) -> None:
        place = 0
        views = list(views)
        while place < len(views):
            written = os.writev(self._descriptor, views[place : place + _MOST_VIEWS])
            while place < len(views) and written >= len(views[place]):
                written -= len(views[place])
                place += 1
            if written:
                views[place] = views[place][written:]

    def finish(self) -> str:
        """Write the hash of everything so far, in hex, and return it."""
        if self._piece:
            self._flush()
        digest = _joined(each.result() for each in self._digests)
        self._write_all([memoryview(digest.encode())])
        return digest


def read_all(descriptor: int, views: Sequence[memoryview]) -> str | None:
    """Fill the views from the start of a file, one after the other.

    Returns:
        The hash of what was read; None if the file ended before.
    """
    tasks: list[tuple[Views, int]] = []
    offset = 0
    for piece in pieces(views):
        tasks.append((piece, offset))
        offset += sum(map(len, piece))
    if len(tasks) < 2:
        return _result([_read(descriptor, *task) for task in tasks])
    with ThreadPoolExecutor(_threads(), "samerun-read") as pool:
        return _result(list(pool.map(lambda task: _read(descriptor, *task), tasks)))


def _result(digests: Sequence[bytes | None]) -> str | None:
    found = [each for each in digests if each is not None]
    return _joined(found) if len(found) == len(digests) else None


def _read(descriptor: int, piece: Views, offset: int) -> bytes | None:
    """Fill a piece and hash it while it is still near."""
    views, place = list(piece), 0
    while place < len(views):
        count = os.preadv(descriptor, views[place : place + _MOST_VIEWS], offset)
        if not count:
            return None
        offset += count
        while place < len(views) and count >= len(views[place]):
            count -= len(views[place])
            place += 1
        if count:
            views[place] = views[place][count:]
    return _hash(piece)

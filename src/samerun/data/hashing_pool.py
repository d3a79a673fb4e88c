"""Who reads which file: small ones at once, middling ones by a thread for each core, big ones by all cores in turn.

Small files that are in memory already gain nothing from threads, as Python lets one thread run at a time (measured:
20,000 of 16 KiB take 0.18 s by one thread and by two). Where the disk or the network has to be waited for they gain
much: once twice as much time was spent waiting as working, small files go to threads too.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import repeat
from types import TracebackType

from samerun.data.manifest import Entry, Kind
from samerun.data.reading import FileRead, read_file
from samerun.data.remembered import Remembered
from samerun.data.seen import Unread

SMALL, BIG = 256 << 10, 8 << 20
"""Bytes up to which a file is read at once, and from which it has all cores to itself."""

_ALL_FILES: repeat[Kind] = repeat("file")
_WAITERS = 16
_MOST_OPEN = 256
_ENOUGH_TO_JUDGE_S = 0.05


class FileHashes:
    """The files of one folder, with what is known of each.

    Args:
        folder: its path in the tree.
        prefix: what stands before a name to make it a path in the tree.
        names: the files, sorted.
        facts: their stat.
        known: their hashes; empty where the file has to be read.
        shown: their names in the tree, where these are not ``names``.
    """

    def __init__(
        self,
        folder: str,
        prefix: str,
        names: Sequence[str],
        facts: list[os.stat_result],
        known: list[str],
        shown: Sequence[str] | None = None,
    ) -> None:
        self.folder = folder
        self.names = names
        self.facts = facts
        self.known = known
        self._prefix = prefix
        self._shown = shown or names
        self._reads: dict[int, FileRead] = {}

    def put(self, at: int, read: FileRead) -> None:
        """Take what reading the file at position ``at`` gave."""
        self._reads[at] = read

    def remember(self, remembered: Remembered) -> None:
        """Hand what was learnt to the cache; nothing if there is nothing new, or not all of it was read."""
        if not self._reads or any(not digest and at not in self._reads for at, digest in enumerate(self.known)):
            return
        facts, digests, rested = list(self.facts), list(self.known), [True] * len(self.known)
        for at, read in self._reads.items():
            facts[at], digests[at], rested[at] = read.facts or facts[at], read.blake3, read.rested
        remembered.keep(self.folder, self.names, facts, digests, rested)

    def add_to(self, entries: list[Entry], unread: list[Unread]) -> None:
        """Add an entry for each file that was read, and what could not be read."""
        prefix = self._prefix
        if not self._reads:
            paths = [prefix + name for name in self._shown]
            entries += map(Entry, paths, _ALL_FILES, [facts.st_size for facts in self.facts], self.known)
            return
        for at, name in enumerate(self._shown):
            read = self._reads.get(at)
            if read is None:
                entries.append(Entry(prefix + name, "file", self.facts[at].st_size, self.known[at]))
            elif read.why:
                unread.append(Unread(prefix + name, read.why))
            else:
                entries.append(Entry(prefix + name, "file", read.size, read.blake3, **read.others))


class Pool:
    """Reads files, each in the way that is fastest for its size.

    Args:
        also: algorithms besides BLAKE3.
        progress: called with files and bytes done.
    """

    def __init__(self, also: Sequence[str], progress: Callable[[int, int], None] | None) -> None:
        self._also = also
        self._progress = progress
        self._lock = threading.Lock()
        self._files = self._bytes = 0
        self._executors: dict[int, ThreadPoolExecutor] = {}
        self._open: deque[tuple[int | None, list[Future[None]]]] = deque()
        self._worked = self._waited = 0.0
        self._stopped = False

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped = True
        for executor in self._executors.values():
            executor.shutdown(cancel_futures=True)
        while self._open:
            self._close_oldest()

    def read(self, hashes: FileHashes, folder: int | None) -> None:
        """Read those files of a folder whose hash is not known, now or later.

        Args:
            hashes: the folder's files.
            folder: the open folder; it may be closed afterwards. None takes the names as paths.
        """
        if all(hashes.known):
            self._tell(len(hashes.names), 0)
            return
        unknown = [at for at, digest in enumerate(hashes.known) if not digest]
        small = [at for at in unknown if hashes.facts[at].st_size < SMALL] if not self._waits else []
        started, worked = time.perf_counter(), time.thread_time()
        for at in small:
            hashes.put(at, read_file(hashes.names[at], folder, self._also))
        self._judge(time.perf_counter() - started, time.thread_time() - worked)
        self._tell(len(hashes.names) - len(unknown) + len(small), sum(hashes.facts[at].st_size for at in small))
        later = sorted(set(unknown) - set(small)) if len(small) < len(unknown) else []
        middling = [at for at in later if hashes.facts[at].st_size < BIG]
        if middling:
            self._submit(hashes, middling, folder)
        for at in later:
            if hashes.facts[at].st_size >= BIG:
                hashes.put(at, read_file(hashes.names[at], folder, self._also, self._tell_bytes))
                self._tell(1, 0)

    @property
    def _waits(self) -> bool:
        """Whether small files were mostly waited for."""
        return self._worked + self._waited > _ENOUGH_TO_JUDGE_S and self._waited > 2 * self._worked

    def _judge(self, wall: float, worked: float) -> None:
        self._worked += worked
        self._waited += max(wall - worked, 0.0)

    def _submit(self, hashes: FileHashes, places: list[int], folder: int | None) -> None:
        workers = max(os.cpu_count() or 1, _WAITERS if self._waits else 1)
        executor = self._executors.setdefault(workers, ThreadPoolExecutor(workers, "samerun-hash"))
        # The folder is closed when the walk goes on; its descriptor stays open for the threads by a second number.
        own = None if folder is None else os.dup(folder)
        self._open.append((own, [executor.submit(self._one, hashes, at, own) for at in places]))
        if len(self._open) > _MOST_OPEN:
            self._finish_oldest()

    def _one(self, hashes: FileHashes, at: int, folder: int | None) -> None:
        if self._stopped:
            return
        read = read_file(hashes.names[at], folder, self._also)
        hashes.put(at, read)
        self._tell(1, read.size)

    def finish(self) -> None:
        """Wait until everything is read."""
        while self._open:
            self._finish_oldest()

    def _finish_oldest(self) -> None:
        for future in self._open[0][1]:
            future.result()
        self._close_oldest()

    def _close_oldest(self) -> None:
        descriptor, _ = self._open.popleft()
        if descriptor is not None:
            os.close(descriptor)

    def _tell_bytes(self, count: int) -> None:
        self._tell(0, count)

    def _tell(self, files: int, count: int) -> None:
        if self._progress is None:
            return
        with self._lock:
            self._files += files
            self._bytes += count
            self._progress(self._files, self._bytes)

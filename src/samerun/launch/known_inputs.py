"""Hashes of inputs that have not changed since they were read: by an earlier run, or when data was locked up front.

Nothing is vouched for but files of which all that the file system says is the same (times in nanoseconds, inode), and
which rested when they were read: older than a tick of the clock, and open for writing by nobody.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from samerun.basics.hashing import StatCache, StatKey, hash_open, key_of
from samerun.basics.resting import is_open_for_writing
from samerun.record.missing import Missing

WORTH_BYTES = 1 << 20
"""Smaller files are read again: that takes less than a millisecond, and the table stays small."""

MOST = 50_000
"""How many files are remembered, the latest ones."""

CHANGED = Missing("the file was changed before it was read, or while it was")

Lookup = Callable[[str, StatKey], str | None]
"""Returns the hash that is known of an absolute path with such a stat, or None."""


class KnownInputs:
    """What is known of inputs without reading them.

    Args:
        path: the table on disk, read when it is first asked; None for none.
        others: who else may know.
    """

    def __init__(self, path: Path | None = None, others: Sequence[Lookup] = ()) -> None:
        self._path = path
        self._others = others

    @cached_property
    def _table(self) -> StatCache | None:
        return StatCache(self._path, MOST) if self._path is not None else None

    def lookup(self, path: Path, key: StatKey) -> str | None:
        """Return the hash of a file that has this stat, if it is known."""
        name = os.fspath(path)
        for other in self._others:
            found = other(name, key)
            if found is not None:
                return found
        return self._table.lookup(name, key) if key.size >= WORTH_BYTES and self._table is not None else None

    def hash(self, path: Path, expect: StatKey) -> str | Missing:
        """Return the hash of a file that must be what was seen, and remember it.

        Args:
            path: the file.
            expect: its stat when it was seen.

        Raises:
            OSError: it cannot be read.
        """
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            facts = os.fstat(descriptor)
            if key_of(facts) != expect or not stat.S_ISREG(facts.st_mode):
                return CHANGED
            known = self.lookup(path, expect)
            return known if known is not None else self._read(path, descriptor, expect)
        finally:
            os.close(descriptor)

    def _read(self, path: Path, descriptor: int, expect: StatKey) -> str | Missing:
        began = time.time_ns()
        rests = expect.size >= WORTH_BYTES and not is_open_for_writing(descriptor, os.fstat(descriptor))
        digest, size = hash_open(descriptor, expect.size)
        if key_of(os.fstat(descriptor)) != expect or (size != expect.size and expect.size):
            return CHANGED
        if rests and self._table is not None:
            self._table.remember(os.fspath(path), expect, digest, began)
        return digest

    def save(self) -> None:
        """Write what was learnt; a disk that does not let us is no failure."""
        if "_table" in self.__dict__ and self._table is not None:
            with suppress(OSError):
                self._table.save()

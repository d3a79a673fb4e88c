"""What contents a run keeps: one careful way into the store for every file. Files are only ever read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from samerun.basics.hashing import StatKey, hash_file, stat_key
from samerun.basics.redaction import Redactor
from samerun.launch.allowance import Allowance
from samerun.launch.known_inputs import CHANGED, KnownInputs
from samerun.launch.secrets import LOOKED_AT, is_secret_file
from samerun.record.missing import Missing
from samerun.store.objects import Objects

SEARCHED = 32 << 20
"""How many first bytes of any file are searched for values that are known to be secret (some milliseconds each)."""

SECRET = "it holds a secret"
FULL = "the disk of the store is nearly full"

_SURELY_FITS = 1 << 20
_LEFT_FREE = 1 << 30


@dataclass(frozen=True)
class Kept:
    """One file's outcome: its hash, or why it is not known; whether it is kept; whether it holds a secret."""

    hash: str | Missing
    kept: bool
    why: str = ""
    secret: bool = False


class Keeper:
    """Hashes files and keeps their contents as far as the allowance goes.

    Args:
        objects: the store's contents.
        redactor: what finds secrets.
        allowance: which inputs are kept.
        known: hashes that need not be reckoned again.
    """

    def __init__(
        self,
        objects: Objects,
        redactor: Redactor,
        allowance: Allowance | None = None,
        known: KnownInputs | None = None,
    ) -> None:
        self._objects = objects
        self._redactor = redactor
        self._allowance = allowance or Allowance()
        self.known = known or KnownInputs()

    @property
    def keeps(self) -> bool:
        """Whether any input is kept at all."""
        return self._allowance.keeps

    def content(self, digest: str) -> Path | None:
        """Return where a content lies that was kept; None if it is not here."""
        return self._objects.path(digest) if self._objects.has(digest) else None

    def why_not(self, size: int) -> str:
        """Return why an input of this size would not be kept; empty if it would."""
        return self._allowance.why_not(size)

    def keep_input(self, path: Path, expect: StatKey, copy: Path | None = None) -> Kept:
        """Hash an input that must still be what was seen, and keep it if the allowance lets it.

        Args:
            path: the file.
            expect: its stat when it was seen.
            copy: a copy of it to be taken in its place, which must be of the same size.
        """
        if copy is not None:
            return self._keep_copy(path, expect, copy)
        why = self.why_not(expect.size)
        if why:
            return self._hash_only(path, expect, why)
        if self._would_fill_the_disk(expect.size):
            return self._hash_only(path, expect, FULL)
        kept = self.keep(path, expect)
        if kept.kept:
            self._allowance.take(expect.size)
        return kept

    def keep_known(self, digest: str, size: int) -> bool:
        """Keep a content that the store has already, if the allowance lets it; no file is looked at."""
        kept = not self.why_not(size) and self._objects.renew(digest)
        if kept:
            self._allowance.take(size)
        return kept

    def keep(self, path: Path, expect: StatKey | None = None) -> Kept:
        """Hash a file and keep it; one that holds a secret is known by a keyed hash only."""
        try:
            expect = expect or stat_key(path)
            if stat_key(path) != expect:
                return Kept(CHANGED, False, CHANGED.why)
            if self._is_secret(path):
                return self._hash_secret(path, expect)
        except OSError as error:
            return _unreadable(error)
        try:
            digest = self._objects.add_file(path, expect=expect, digest=self.known.lookup(path, expect))
        except OSError as error:  # the store's disk, or the file itself: then it cannot be hashed either
            return self._hash_only(path, expect, f"it cannot be kept: {error.strerror}")
        return Kept(digest, False, digest.why) if isinstance(digest, Missing) else Kept(digest, True)

    def _keep_copy(self, path: Path, expect: StatKey, copy: Path) -> Kept:
        try:
            key = stat_key(copy)
        except OSError as error:
            key, why = None, f"its copy cannot be read: {error.strerror}"
        else:
            why = "it changed while it was copied"
        if key is None or key.size != expect.size:
            return Kept(Missing(why), False, why)
        if is_secret_file(os.fspath(path), b"", self._redactor):
            return Kept(self._redactor.mark(hash_file(copy)), False, SECRET, True)
        return self.keep_input(copy, key)

    def _hash_only(self, path: Path, expect: StatKey, why: str) -> Kept:
        try:
            if stat_key(path) != expect:
                return Kept(CHANGED, False, CHANGED.why)
            if self._is_secret(path):
                return self._hash_secret(path, expect)
            return Kept(self.known.hash(path, expect), False, why)
        except OSError as error:
            return _unreadable(error)

    def _hash_secret(self, path: Path, expect: StatKey) -> Kept:
        keyed = self._redactor.mark(hash_file(path))
        return Kept(CHANGED if stat_key(path) != expect else keyed, False, SECRET, True)

    def _is_secret(self, path: Path) -> bool:
        with open(path, "rb") as file:
            head = file.read(LOOKED_AT)
            if is_secret_file(os.fspath(path), head, self._redactor):
                return True
            # A checkpoint that holds the program's arguments, a table with a last line that should not be there.
            return self._redactor.knows_values and self._redactor.knows(head + file.read(SEARCHED - len(head)))

    def _would_fill_the_disk(self, size: int) -> bool:
        """Say whether a copy would leave next to nothing of a disk that the program may need for its own results."""
        if size < _SURELY_FITS:
            return False
        try:
            disk = os.statvfs(self._objects.folder)
        except OSError:
            return False
        free, whole = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
        return free - size < min(_LEFT_FREE, whole // 20)


def _unreadable(error: OSError) -> Kept:
    why = f"it cannot be read: {error.strerror}"
    return Kept(Missing(why), False, why)

"""What contents a run keeps: the policy for inputs, and one careful way into the store for every file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from samerun.basics.hashing import StatKey, hash_file, stat_key
from samerun.basics.redaction import Redactor
from samerun.launch.secrets import LOOKED_AT, is_secret_file
from samerun.record.missing import Missing
from samerun.store.objects import Objects

KeepInputs = Literal["never", "small", "all"]

SEARCHED = 32 << 20
"""How many first bytes of any file are searched for values that are known to be secret (some milliseconds each)."""

SMALL_FILE_BYTES = 100 << 20
SMALL_RUN_BYTES = 1 << 30
"""What ``small`` keeps: files up to 100 MB, up to 1 GB a run."""


@dataclass(frozen=True)
class Kept:
    """One file's outcome: its hash, or why it is not known; whether it is kept; whether it holds a secret."""

    hash: str | Missing
    kept: bool
    why: str = ""
    secret: bool = False


class Keeper:
    """Hashes files and keeps their contents as far as the policy goes; files are only ever read.

    Args:
        objects: the store's contents.
        redactor: what finds secrets.
        policy: which inputs are kept.
    """

    def __init__(self, objects: Objects, redactor: Redactor, policy: KeepInputs = "small") -> None:
        self._objects = objects
        self._redactor = redactor
        self._policy = policy
        self._left = 0 if policy == "never" else SMALL_RUN_BYTES

    @property
    def keeps(self) -> bool:
        """Whether any input is kept at all."""
        return self._policy != "never"

    def content(self, digest: str) -> Path | None:
        """Return where a content lies that was kept; None if it is not here."""
        return self._objects.path(digest) if self._objects.has(digest) else None

    def keep_input(self, path: Path, expect: StatKey, copy: Path | None = None) -> Kept:
        """Hash an input that must still be what was seen, and keep it if the policy allows.

        Args:
            path: the file.
            expect: its stat when it was seen.
            copy: a copy of it to be taken in its place, which must be of the same size.
        """
        if copy is not None:
            return self._keep_copy(path, expect, copy)
        why = self._why_not(expect.size)
        if why:
            return self._hash_only(path, expect, why)
        kept = self.keep(path, expect)
        if kept.kept:
            self._left -= expect.size
        return kept

    def _why_not(self, size: int) -> str:
        """Say why an input of this size is not kept; empty if it is."""
        if self._policy == "all":
            return ""
        if self._policy == "never":
            return "inputs are not kept"
        if size > SMALL_FILE_BYTES:
            return f"it is larger than {SMALL_FILE_BYTES >> 20} MB"
        return "the run's inputs are larger than 1 GB" if size > self._left else ""

    def keep(self, path: Path, expect: StatKey | None = None) -> Kept:
        """Hash a file and keep it; one that holds a secret is known by a keyed hash only."""
        try:
            if self._is_secret(path):
                return self._hash_secret(path, expect)
            digest = self._objects.add_file(path, expect=expect)
        except OSError as error:
            why = f"it cannot be kept: {error.strerror}"
            return Kept(Missing(why), False, why)
        if isinstance(digest, Missing):
            return Kept(digest, False, digest.why)
        return Kept(digest, True)

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
            return Kept(self._redactor.mark(hash_file(copy)), False, "it holds a secret", True)
        return self.keep_input(copy, key)

    def _hash_only(self, path: Path, expect: StatKey, why: str) -> Kept:
        try:
            if self._is_secret(path):
                return self._hash_secret(path, expect)
            digest = hash_file(path)
            changed = stat_key(path) != expect
        except OSError as error:
            return Kept(Missing(f"it cannot be read: {error.strerror}"), False, why)
        return Kept(Missing("the file changed while it was read") if changed else digest, False, why)

    def _hash_secret(self, path: Path, expect: StatKey | None) -> Kept:
        before = stat_key(path)
        keyed = self._redactor.mark(hash_file(path))
        if stat_key(path) != (expect or before):
            return Kept(Missing("the file changed while it was read"), False, "it holds a secret", True)
        return Kept(keyed, False, "it holds a secret", True)

    def _is_secret(self, path: Path) -> bool:
        with open(path, "rb") as file:
            head = file.read(LOOKED_AT)
            if is_secret_file(os.fspath(path), head, self._redactor):
                return True
            # A checkpoint that holds the program's arguments, a table with a last line that should not be there.
            return self._redactor.knows_values and self._redactor.knows(head + file.read(SEARCHED - len(head)))

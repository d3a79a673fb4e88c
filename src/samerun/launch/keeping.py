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

    def keep_input(self, path: Path, expect: StatKey) -> Kept:
        """Hash an input that must still be what was seen, and keep it if the policy allows."""
        if expect.size > SMALL_FILE_BYTES and self._policy == "small":
            return self._hash_only(path, expect, f"it is larger than {SMALL_FILE_BYTES >> 20} MB")
        if expect.size > self._left and self._policy != "all":
            return self._hash_only(
                path,
                expect,
                "the run's inputs are larger than 1 GB" if self._policy == "small" else "inputs are not kept",
            )
        kept = self.keep(path, expect)
        if kept.kept:
            self._left -= expect.size
        return kept

    def keep(self, path: Path, expect: StatKey | None = None) -> Kept:
        """Hash a file and keep it; one that holds a secret is known by a keyed hash only."""
        try:
            if self._is_secret(path):
                return Kept(self._redactor.mark(hash_file(path)), False, "it holds a secret", True)
            digest = self._objects.add_file(path, expect=expect)
        except OSError as error:
            why = f"it cannot be kept: {error.strerror}"
            return Kept(Missing(why), False, why)
        if isinstance(digest, Missing):
            return Kept(digest, False, digest.why)
        return Kept(digest, True)

    def _hash_only(self, path: Path, expect: StatKey, why: str) -> Kept:
        try:
            digest = hash_file(path)
            changed = stat_key(path) != expect
        except OSError as error:
            return Kept(Missing(f"it cannot be read: {error.strerror}"), False, why)
        return Kept(Missing("the file changed while it was read") if changed else digest, False, why)

    def _is_secret(self, path: Path) -> bool:
        with open(path, "rb") as file:
            head = file.read(LOOKED_AT)
        return is_secret_file(os.fspath(path), head, self._redactor)

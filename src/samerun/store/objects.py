"""File contents by their BLAKE3: each kept once, read-only, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

from samerun.basics import files
from samerun.basics.hashing import StatKey, hash_bytes, hash_file, stat_key
from samerun.errors import StoreTrouble
from samerun.record.missing import Missing

_HEX = frozenset("0123456789abcdef")
_READ_AT_ONCE = 64 << 10


class Objects:
    """The contents that the runs of a store share.

    Many processes may add at once, the same content too: whoever renames last puts the same bytes there.

    Args:
        folder: where they lie; created with the first object.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Return where the content with this hash is or would be.

        Raises:
            StoreTrouble: ``digest`` is no hash.
        """
        if not _is_hash(digest):
            raise self._no_hash(digest)
        return self.folder / digest[:2] / digest[2:]

    def _no_hash(self, digest: str) -> StoreTrouble:
        return StoreTrouble(f"{digest[:80]!r} is no BLAKE3 hash.", "The record that holds it is damaged.")

    def has(self, digest: str) -> bool:
        """Say whether the content is here (by name; ``read`` and ``verify`` look at the bytes)."""
        return self.path(digest).is_file()

    def add_bytes(self, data: bytes) -> str:
        """Keep ``data``; return its hash."""
        digest = hash_bytes(data)
        path = self.path(digest)
        if not self.renew(digest):
            files.make_folder(path.parent)
            files.write_atomic(path, data, mode=0o400)
        return digest

    def add_file(self, path: Path, *, expect: StatKey | None = None, digest: str | None = None) -> str | Missing:
        """Keep a file's content; the file itself is neither changed nor linked to.

        Args:
            path: the file.
            expect: the stat that it must have; None takes what it has now.
            digest: its hash, where that is known; else the file is read for it.

        Returns:
            The content's hash, or Missing if the file is not what was expected, or changed while it was read.
        """
        before = stat_key(path)
        if expect is not None and before != expect:
            return Missing("the file was changed before it was read")
        if before.size <= _READ_AT_ONCE and digest is None:
            return self._add_small(path, before)
        digest = digest or hash_file(path)
        if not self.renew(digest) and not self._copy_in(path, digest):
            return Missing("the file changed while it was read")
        if stat_key(path) != before:
            return Missing("the file changed while it was read")
        return digest

    def _add_small(self, path: Path, before: StatKey) -> str | Missing:
        """Keep a file by reading it once: it is too small to share its blocks, and there may be many of them."""
        data = files.read_bytes(path)
        if stat_key(path) != before or (len(data) != before.size and before.size):
            return Missing("the file changed while it was read")
        return self.add_bytes(data)

    def renew(self, digest: str) -> bool:
        """Say whether the content is here already; its time is renewed, so that collecting sees it is needed again."""
        if not _is_hash(digest):
            raise self._no_hash(digest)
        try:
            os.utime(f"{self.folder}/{digest[:2]}/{digest[2:]}")  # asked for tens of thousands: a Path costs as much
        except FileNotFoundError:
            return False
        except OSError:  # a store that cannot be written to, or another user's object
            return self.has(digest)
        return True

    def _copy_in(self, path: Path, digest: str) -> bool:
        """Copy the file under its hash; False if the copy's content is another."""
        target = self.path(digest)
        files.make_folder(target.parent)
        incoming = files.temporary_name(target)
        try:
            files.copy_file(path, incoming)
            if hash_file(incoming) != digest:
                return False
            os.replace(incoming, target)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(incoming)
        return True

    def read(self, digest: str) -> bytes:
        """Return the content with this hash.

        Raises:
            FileNotFoundError: it is not here.
            StoreTrouble: it is here, but its bytes are not those that were stored.
        """
        data = files.read_bytes(self.path(digest))
        if hash_bytes(data) != digest:
            raise self._damaged(digest)
        return data

    def verify(self, digest: str) -> bool:
        """Say whether the content is here and its bytes are those that were stored."""
        try:
            return hash_file(self.path(digest)) == digest
        except FileNotFoundError:
            return False

    def place(self, digest: str, dst: Path, mode: int = 0o600) -> Literal["reflink", "copy"]:
        """Put a copy of the content at ``dst``; writing to it never changes the object.

        Raises:
            FileNotFoundError: the content is not here.
            StoreTrouble: its bytes are not those that were stored; then nothing is at ``dst``.
        """
        source = self.path(digest)
        incoming = files.temporary_name(dst)
        try:
            how = files.copy_file(source, incoming, mode=mode)
            if hash_file(incoming) != digest:
                raise self._damaged(digest)
            os.replace(incoming, dst)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(incoming)
        return how

    def _damaged(self, digest: str) -> StoreTrouble:
        return StoreTrouble(
            f"The stored content {digest[:12]} is damaged: its bytes are not what was kept.",
            f"Delete {self.path(digest)} and record the run again.",
            hash=digest,
        )

    def all(self) -> Iterator[str]:
        """Yield the hashes of all contents that are here."""
        for path in sorted(self.folder.glob("??/*")):
            digest = path.parent.name + path.name
            if _is_hash(digest):
                yield digest


def _is_hash(text: str) -> bool:
    return len(text) == 64 and _HEX.issuperset(text)

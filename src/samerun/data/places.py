"""Where on this machine the data of a lock lies, if that is not where the lock lies. A lock itself never says it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from samerun.basics import files
from samerun.basics.hashing import hash_bytes
from samerun.data.remembered import users_cache


def remember_base(lock_file: Path, root: str, base: str, cache: Path | None) -> None:
    """Remember the folder that a lock's paths start from; a disk that does not let us is no failure.

    Args:
        lock_file: the lock.
        root: its Merkle hash: another lock under the same name has its data elsewhere.
        base: the folder.
        cache: the folder of what is remembered.
    """
    place = _place(lock_file, cache)
    with suppress(OSError):
        files.make_folder(place.parent)
        files.write_atomic(place, f"{root}\n{base}".encode("utf-8", "surrogateescape"))


def forget_base(lock_file: Path, root: str, base: str, cache: Path | None) -> None:
    """Forget it: the lock's paths start from its own folder."""
    with suppress(OSError):
        _place(lock_file, cache).unlink()


def remembered_base(lock_file: Path, root: str, cache: Path | None) -> str | None:
    """Return the folder that is remembered for a lock, if it is still there."""
    try:
        text = files.read_bytes(_place(lock_file, cache)).decode("utf-8", "surrogateescape")
    except OSError:
        return None
    known, _, base = text.partition("\n")
    return base if known == root and os.path.isdir(base) else None


def _place(lock_file: Path, cache: Path | None) -> Path:
    name = hash_bytes(os.fsencode(os.path.realpath(lock_file)))[:32]
    return (cache or users_cache()) / "bases" / name

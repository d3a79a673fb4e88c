"""Where on this machine the data of a lock lies, if that is not where the lock lies. A lock itself never says it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from samerun.basics import files
from samerun.basics.hashing import hash_bytes
from samerun.data.forgetting import Forgotten, remove
from samerun.data.remembered import users_cache

_BASES = "bases"


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
        text = f"{root}\n{base}\0{os.path.realpath(lock_file)}"
        files.write_atomic(place, text.encode("utf-8", "surrogateescape"))


def forget_base(lock_file: Path, root: str, base: str, cache: Path | None) -> None:
    """Forget it: the lock's paths start from its own folder."""
    with suppress(OSError):
        _place(lock_file, cache).unlink()


def remembered_base(lock_file: Path, root: str, cache: Path | None) -> str | None:
    """Return the folder that is remembered for a lock, if it is still there."""
    known, base, _ = _read(_place(lock_file, cache))
    return base if known == root and os.path.isdir(base) else None


def forget_lost(cache: Path, *, dry_run: bool = False) -> Forgotten:
    """Forget where the data lies of locks that are gone; those in a folder that is gone may only be out of reach.

    Args:
        cache: the folder of what is remembered.
        dry_run: only say what would be forgotten.
    """
    lost = []
    for place in sorted((cache / _BASES).glob("*")):
        lock_file = _read(place)[2]
        if lock_file and not os.path.lexists(lock_file) and _may_be_seen(os.path.dirname(lock_file), cache):
            lost.append((str(place), place.stat().st_size))
    return remove(lost, dry_run)


def _may_be_seen(folder: str, cache: Path) -> bool:
    """Say whether a folder is there, or was one of the store that the cache belongs to: a run that was removed."""
    return os.path.isdir(folder) or Path(folder).is_relative_to(os.path.realpath(cache.parent.parent))


def _read(place: Path) -> tuple[str, str, str]:
    """Return the root of a lock, the folder that its paths start from, and its own path; empty where not known."""
    try:
        text = files.read_bytes(place).decode("utf-8", "surrogateescape")
    except OSError:
        return "", "", ""
    known, _, rest = text.partition("\n")
    base, _, lock_file = rest.partition("\0")
    return known, base, lock_file


def _place(lock_file: Path, cache: Path | None) -> Path:
    name = hash_bytes(os.fsencode(os.path.realpath(lock_file)))[:32]
    return (cache or users_cache()) / _BASES / name

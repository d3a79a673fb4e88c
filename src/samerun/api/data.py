"""``lock`` and ``verify`` of data, with what the store of the current folder remembers of unchanged files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from samerun.api.stores import store_here
from samerun.data.identity import Progress
from samerun.data.lock_file import Lock
from samerun.data.locking import make_lock
from samerun.data.noticing import notes
from samerun.data.verifying import Verified, verify


@dataclass(frozen=True)
class Locked:
    """A lock that was written: the folder that its paths start from, what was left out, and what should be known."""

    lock: Lock
    base: str
    left_out: list[str]
    notes: list[str]


def lock_data(
    paths: Sequence[str],
    output: str | None,
    *,
    root: str | None = None,
    also: Sequence[str] = (),
    quick: bool = True,
    progress: Progress | None = None,
) -> Locked:
    """Lock files and folders; see ``samerun.data.lock``."""
    made = make_lock(paths, output, root=root, also=also, quick=quick, cache=data_cache(), progress=progress)
    return Locked(made.lock, made.base, made.left_out, notes(made.lock.manifest, made.left_out, made.lock.paths))


def verify_data(
    lock: str, *, root: str | None = None, quick: bool = False, progress: Progress | None = None
) -> Verified:
    """Hold data against a lock; see ``samerun.data.verify``."""
    return verify(lock, root=root, quick=quick, cache=data_cache(), progress=progress)


def data_cache() -> Path | None:
    """Return the store's folder for what is remembered, if there is a store; None takes the user's cache folder."""
    layout = store_here()
    # Not Path.is_dir: another user's store, which may not even be looked at, is as good as none.
    return layout.data_cache if os.path.isdir(layout.shared) else None

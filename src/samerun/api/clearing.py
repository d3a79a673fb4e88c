"""``rm`` and ``gc``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import structs

from samerun.api.stores import store_here
from samerun.data.forgetting import forget
from samerun.data.places import forget_lost
from samerun.data.remembered import TREES
from samerun.store import collect
from samerun.store.references import find_run


def remove(runs: Iterable[str]) -> collect.Removed:
    """Remove runs; what they alone used is freed by ``collect_garbage``."""
    layout = store_here()
    return collect.remove(layout, [find_run(layout, name, Path.cwd()) for name in runs])


def collect_garbage(dry_run: bool = False) -> collect.Freed:
    """Free objects, workspaces and environments that no run refers to, and what nobody needs of the caches of data."""
    layout = store_here()
    freed = collect.collect(layout, dry_run=dry_run)
    old, lost = forget(layout.data_cache / TREES, dry_run=dry_run), forget_lost(layout.data_cache, dry_run=dry_run)
    size = freed.bytes + old.bytes + lost.bytes
    return structs.replace(freed, caches=old.caches + lost.caches, bytes=size)

"""``rm`` and ``gc``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from samerun.api.stores import store_here
from samerun.store import collect
from samerun.store.references import find_run


def remove(runs: Iterable[str]) -> collect.Removed:
    """Remove runs; what they alone used is freed by ``collect_garbage``."""
    layout = store_here()
    return collect.remove(layout, [find_run(layout, name, Path.cwd()) for name in runs])


def collect_garbage(dry_run: bool = False) -> collect.Freed:
    """Free objects, workspaces and environments that no run refers to."""
    return collect.collect(store_here(), dry_run=dry_run)

"""Which store is meant, and what is said when it cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

from samerun.errors import StoreTrouble
from samerun.store.layout import StoreLayout, find_store


def store_here() -> StoreLayout:
    """Return the store of the current folder, whether it exists yet or not."""
    return find_store(Path.cwd(), os.environ)


def store_trouble(layout: StoreLayout, error: OSError) -> StoreTrouble:
    """Return the error for a store that the system does not let us use."""
    return StoreTrouble(
        f"The store {layout.root} cannot be used: {error.strerror or error}.",
        "Free space or make it writable, or set SAMERUN_STORE to another folder.",
        store=str(layout.root),
    )

"""The rows of the store, without the stages behind the other verbs.

``samerun.api`` loads all that can launch and compare, which costs more than listing ten thousand runs.
"""

from __future__ import annotations

import os
from pathlib import Path

from samerun.store.index import Row, list_runs
from samerun.store.layout import find_store


def stored_runs() -> list[Row]:
    """Return all runs of the current folder's store, the newest first, as ``samerun.runs()`` does."""
    return list_runs(find_store(Path.cwd(), os.environ))

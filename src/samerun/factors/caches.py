"""Folders in which programs keep what only saves time: there or not, the result is the same."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

CACHES = frozenset(
    {"__pycache__", ".cache", ".ipynb_checkpoints", ".matplotlib", ".triton", ".git", ".pytest_cache", ".numba_cache"}
)


_TEMPORARY = re.compile(
    r"^/(tmp|var/tmp|dev/shm)/(tmp[a-z0-9_]{8}|pymp-|torch_|torchinductor_|torchelastic_|joblib_|loky-|ray/|\.X|hsperfdata_)"
)
"""Names that are drawn for one process: nobody can ask for such a file again."""


def is_temporary(path: str) -> bool:
    """Say whether an absolute path is one that a library made up for itself in the temporary folder."""
    return _TEMPORARY.match(path) is not None


def is_settings(path: str) -> bool:
    """Say whether a file outside of the project lies in a hidden folder: what programs set up for themselves once."""
    return path.startswith("/") and any(part.startswith(".") for part in PurePosixPath(path).parts[:-1])


def is_by_product(path: str) -> bool:
    """Say whether a written file is none of the run's outputs, by its name in the record."""
    return is_cached(path) or is_temporary(path) or is_settings(path)


def is_cached(path: str) -> bool:
    """Say whether a file is only there to save time in the next run.

    Downloads lie in such folders too (``~/.cache/huggingface``): a file that two runs both read counts all the same.
    """
    parts = PurePosixPath(path).parts
    return not CACHES.isdisjoint(parts) or path.endswith((".pyc", ".nbi", ".nbc", ".swp", "~"))

"""Folders in which programs keep what only saves time: there or not, the result is the same."""

from __future__ import annotations

from pathlib import PurePosixPath

CACHES = frozenset(
    {"__pycache__", ".cache", ".ipynb_checkpoints", ".matplotlib", ".triton", "torchinductor", ".git", ".pytest_cache"}
)


def is_cached(path: str) -> bool:
    """Say whether a file is only there to save time in the next run.

    Downloads lie in such folders too (``~/.cache/huggingface``): a file that two runs both read counts all the same.
    """
    parts = PurePosixPath(path).parts
    return not CACHES.isdisjoint(parts) or path.endswith((".pyc", ".nbi", ".nbc", ".swp", "~"))

"""How far the reading of data is: bytes, rate and files, after half a second."""

from __future__ import annotations

import time

from samerun.cli.progress import ProgressBar
from samerun.report.plain_words import plural, size

PATIENCE_S = 0.5
_PAUSE_S = 0.1


class DataProgress(ProgressBar):
    """A bar that takes files and bytes; give ``tell`` to whatever reads."""

    def __init__(self) -> None:
        super().__init__(patience=PATIENCE_S)
        self._started = time.monotonic()
        self._told = 0.0

    def tell(self, files: int, count: int) -> None:
        """Show that so many files and bytes are done."""
        now = time.monotonic()
        if now - self._told >= _PAUSE_S:
            self._told = now
            self(progress_words(files, count, now - self._started))


def progress_words(files: int, count: int, seconds: float) -> str:
    """Return ``reading 1.2 GB (3.1 GB/s), 2,300 files``."""
    rate = f" ({size(count / seconds)}/s)" if seconds > 0 and count else ""
    return f"reading {size(count)}{rate}, {plural(files, 'file')}"

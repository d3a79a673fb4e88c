"""A bar on standard error for whatever takes more than a second; nothing where nobody watches."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from samerun.cli.printing import is_terminal
from samerun.report.plain_words import clean

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE_S = 1.0
"""How long an operation may take before a bar appears."""


class ProgressBar:
    """Call it with a stage and how far it is; it shows itself after a second, on a terminal only.

    Args:
        patience: seconds before it appears.
        watched: whether somebody watches; None asks standard error.
    """

    def __init__(self, patience: float = PATIENCE_S, watched: bool | None = None) -> None:
        self._watched = is_terminal(sys.stderr) if watched is None else watched
        self._state: tuple[str, int, int] = ("", 0, 0)
        self._lock = threading.Lock()
        self._bar: Progress | None = None
        self._closed = False
        self._timer = threading.Timer(patience, self._appear)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        if self._watched:
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._closed = True
            if self._bar is not None:
                self._bar.stop()

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Say how far the work is.

        Args:
            stage: what is being done, in a few words.
            done: how much of it is done.
            total: how much there is; 0 if that is not known.
        """
        with self._lock:
            self._state = (clean(stage), done, total)
            self._show()

    def _appear(self) -> None:
        # Late: rich costs more than most commands, and most of them end before anybody needs a bar.
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._closed:
                return
            columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.add_task("", total=None)
            self._bar.start()
            self._show()

    def _show(self) -> None:
        if self._bar is None:
            return
        stage, done, total = self._state
        task = self._bar.tasks[0].id
        self._bar.update(task, description=stage, completed=done, total=total or None)

"""The order in which threads, processes and coroutines finish.

``ordered`` holds it still: results are handed over in the order in which the work was handed in, and one thread or
worker works at a time. ``reversed`` and ``delayed`` vary it: every second thread or worker begins its work a little
later, so that the next one overtakes, and with ``reversed`` results are handed over from the end. ``watch`` notes the
lines that collect what comes first, and those that start threads, workers or coroutines.
"""

from __future__ import annotations

from . import (
    completion_coroutines,
    completion_futures,
    completion_libraries,
    completion_mode,
    completion_pools,
    completion_processes,
    completion_threads,
)

PARTS = (
    *(completion_threads, completion_futures, completion_coroutines),
    *(completion_processes, completion_pools, completion_libraries),
)


def install(mode: str) -> None:
    """Hold the order still, vary it or watch it from now on.

    Args:
        mode: ``ordered``, ``reversed``, ``delayed`` or ``watch``.
    """
    completion_mode.begin(mode)
    for part in PARTS:
        part.install()

"""How many runs may go on at the same time without disturbing what is tested."""

from __future__ import annotations

from samerun.factors.thread_count import cores_allowed
from samerun.record.missing import Missing
from samerun.record.run import Run

MOST = 4
_LONGEST_ALONE_S = 600.0
"""A program that takes longer may need the memory of the machine for itself."""


def side_by_side(a: Run, b: Run) -> int:
    """Return how many runs may go on at the same time: several only of a program of one process and one thread.

    Args:
        a: the run that is made again.
        b: the run whose values are taken.

    Returns:
        At least 1, at most the processors that are allowed.
    """
    return max(1, min(MOST, cores_allowed())) if _is_alone(a) and _is_alone(b) else 1


def _is_alone(run: Run) -> bool:
    """Say whether a run was seen to use one process and one thread, and no graphics card."""
    if run.window is None or len(run.window.pids) > 1 or (run.seconds or 0.0) > _LONGEST_ALONE_S:
        return False
    threads, machine = run.reading("thread-count"), run.reading("machine")
    counts = {} if isinstance(threads, Missing) else threads
    reported = [value for name, value in counts.items() if name.endswith("threads")]
    has_gpu = not isinstance(machine, Missing) and any("cuda" in name for name in machine)
    return not has_gpu and all(str(value) == "1" for value in reported)

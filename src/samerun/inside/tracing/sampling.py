"""Which executions of a line are looked at: all of the first ones, then ever fewer, the same ones in every run."""

from __future__ import annotations

FIRST = 1000
_STEP = 1.1
_DEAR = 1.5


def _later(first: int, most: int, step: float = _STEP) -> frozenset[int]:
    """Return the counts beyond ``first`` at which a line is still looked at: each so many times the one before."""
    found, count = set(), float(first)
    while count < most:
        count *= step
        found.add(int(count))
    return frozenset(found)


LATER = _later(FIRST, 1 << 40)
"""The executions beyond the first ones that are looked at."""

_OTHERS = {FIRST: LATER, 8: _later(8, 1 << 40, _DEAR)}


def is_taken(count: int, first: int = FIRST) -> bool:
    """Say whether the execution of this number is looked at.

    Args:
        count: 1 for the first execution.
        first: how many are all looked at: ``FIRST``, or 8 for what is dear.
    """
    return count <= first or count in _OTHERS[first]

"""The seed, rank, worker and epoch that this process works under.

One value a process, set by ``seed_everything`` and by the loader, in whose workers it is set for each of them. A forked
child begins with its parent's; a spawned one begins with nothing and is given it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True)
class Current:
    """What a process works under; None is what nobody has set."""

    seed: int | None = None
    rank: int | None = None
    worker: int | None = None
    epoch: int | None = None


class _Kept:
    """The type of the mark for what is not to be changed; None is a value of its own."""


KEPT: Final = _Kept()

_current = Current()


def current() -> Current:
    """Return what this process works under."""
    return _current


def set_current(
    *,
    seed: int | None | _Kept = KEPT,
    rank: int | None | _Kept = KEPT,
    worker: int | None | _Kept = KEPT,
    epoch: int | None | _Kept = KEPT,
) -> Current:
    """Change what is named and keep the rest.

    Args:
        seed: the seed of the run, 0 to 2**64 - 1, or None.
        rank: the process of a distributed run, from 0, or None.
        worker: the worker of a loader, from 0, or None.
        epoch: the pass over the data, from 0, or None.

    Returns:
        What it was before; ``put_back`` sets it again.
    """
    given = {"seed": seed, "rank": rank, "worker": worker, "epoch": epoch}
    changed = {name: value for name, value in given.items() if not isinstance(value, _Kept)}
    return put_back(replace(_current, **changed))


def put_back(value: Current) -> Current:
    """Set all of it at once.

    Args:
        value: what the process works under from now on.

    Returns:
        What it was before.
    """
    global _current
    before, _current = _current, value
    return before

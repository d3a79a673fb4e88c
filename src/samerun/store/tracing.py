"""Following contents from run to run: backwards to where they came from, forwards to what came of them.

A run that ended before another one began cannot have read what that one wrote, whatever the bytes say. Empty files have
no content by which they could be known again. Code and caches lead no further, and neither does a replay whose original
is there: it would double every step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from samerun.record.lineage import Role, RunNode, Use

MOST = 10_000
"""How many uses are followed, unless more are asked for."""

_READS: tuple[Role, ...] = ("read", "locked")
_WRITES: tuple[Role, ...] = ("wrote",)

Traced = tuple[list[Use], dict[str, RunNode], bool]
"""The uses on the way, the nearest first; their runs; whether there are more."""


class Index(Protocol):
    """What is asked for uses and runs."""

    def uses_of(self, hashes: Iterable[str], roles: Sequence[Role]) -> list[Use]:
        """Return every use of these contents in one of these roles."""
        ...

    def uses_by(self, runs: Iterable[str], roles: Sequence[Role]) -> list[Use]:
        """Return what runs read or wrote."""
        ...

    def runs(self, ids: Iterable[str]) -> dict[str, RunNode]:
        """Return runs by their ids."""
        ...


def trace(index: Index, hashes: Iterable[str], back: bool, first: Iterable[str] = (), most: int = MOST) -> Traced:
    """Follow contents through the runs.

    Args:
        index: what is asked.
        hashes: the contents to start from.
        back: towards where they came from; else towards what came of them.
        first: runs to start from besides: what they read (backwards) or wrote (forwards) is followed.
        most: how many uses are followed.
    """
    return _Trace(index, back, most).follow(list(hashes), list(first))


class _Trace:
    """One walk, breadth first: contents, the runs at them, what those runs have on their other side."""

    def __init__(self, index: Index, back: bool, most: int) -> None:
        self._index = index
        self._back = back
        self._most = most
        self._near, self._far = (_WRITES, _READS) if back else (_READS, _WRITES)
        self._uses: dict[Use, None] = {}
        self._runs: dict[str, RunNode] = {}
        self._done: set[str] = set()
        self._bounds: dict[str, float] = {}

    def follow(self, hashes: list[str], first: list[str]) -> Traced:
        runs = self._index.runs(first)
        self._runs.update(runs)
        contents = [*hashes, *self._other_side(list(runs.values()))]
        seen = set(contents)
        while contents and len(self._uses) < self._most:
            contents = [each for each in self._other_side(self._at(contents)) if each not in seen]
            seen.update(contents)
        return list(self._uses)[: self._most], self._runs, len(self._uses) >= self._most

    def _at(self, contents: list[str]) -> list[RunNode]:
        """Return the runs that are one step away from contents, and take the uses that lead there."""
        uses = [use for use in self._index.uses_of(contents, self._near) if use.size]
        runs = self._index.runs(use.run for use in uses)
        originals = self._index.runs(run.parent for run in runs.values() if run.parent)
        found: dict[str, RunNode] = {}
        for use in uses:
            run = runs[use.run]
            if run.parent not in originals and self._can_be(run, use.hash):
                self._uses[use] = None
                found[run.id] = run
        self._runs.update(found)
        return [run for run in found.values() if run.id not in self._done]

    def _can_be(self, run: RunNode, digest: str) -> bool:
        """Say whether a run lies on the right side in time of those that led to a content."""
        bound = self._bounds.get(digest)
        if bound is None:
            return True
        return run.started <= bound if self._back else run.ended >= bound

    def _other_side(self, runs: list[RunNode]) -> list[str]:
        """Return the contents on the other side of runs, and take the uses that lead there."""
        runs = runs[: max(self._most - len(self._uses), 0)]
        self._done.update(run.id for run in runs)
        moments = {run.id: run.ended if self._back else run.started for run in runs}
        widest = max if self._back else min
        contents: dict[str, None] = {}
        for use in self._index.uses_by(moments, self._far):
            if not use.minor and use.size:
                self._uses[use] = None
                contents[use.hash] = None
                self._bounds[use.hash] = widest(self._bounds.get(use.hash, moments[use.run]), moments[use.run])
        return list(contents)

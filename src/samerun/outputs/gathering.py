"""Gather many differences under one node, keeping the tree small enough to store and to read."""

from __future__ import annotations

from collections import Counter

from samerun.outputs.showing import count
from samerun.record.difference import Deviation, Difference
from samerun.record.verdict import VERDICTS, Verdict, worst

MOST = 100
"""How many children of each verdict a node keeps; the rest are counted."""

LEFT_OUT = "..."
"""The label of the child that stands for those that were counted only."""


class Gatherer:
    """The differing children of one node, in order, at most ``MOST`` of each verdict."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: list[Difference] = []
        self._counts: Counter[Verdict] = Counter()
        self.first: dict[Verdict, Difference] = {}
        self.volatile = 0

    def add(self, child: Difference) -> None:
        """Take a child; an identical one is dropped, one beyond the limit only counted."""
        if child.verdict == "identical":
            return
        self._counts[child.verdict] += 1
        self.first.setdefault(child.verdict, child)
        self.volatile += bool(child.volatile)
        if self._counts[child.verdict] <= self._most:
            self._kept.append(child)

    def number(self, *verdicts: Verdict) -> int:
        """Return how many children have one of ``verdicts``; without an argument, how many there are."""
        return sum(self._counts[verdict] for verdict in verdicts or VERDICTS)

    @property
    def kept(self) -> list[Difference]:
        """The children that are kept, in the order in which they came."""
        return list(self._kept)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict so far."""
        return worst(self._counts)

    @property
    def lead(self) -> Difference | None:
        """The first of the worst children."""
        return self.first.get(self.verdict)

    def finish(self, label: str, detail: str = "", deviation: Deviation | None = None) -> Difference:
        """Return the node over all that was taken."""
        children = [*self._kept, *self._remainder()]
        return Difference(label, self.verdict, detail, deviation=deviation, children=tuple(children))

    def _remainder(self) -> list[Difference]:
        return [
            Difference(LEFT_OUT, verdict, f"and {count(self._counts[verdict] - self._most, 'more', 'more')} like these")
            for verdict in VERDICTS
            if self._counts[verdict] > self._most
        ]

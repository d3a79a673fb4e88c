"""Collect how far many pairs of numbers are apart into one ``Deviation``."""

from __future__ import annotations

from samerun.basics.numbers import deviation
from samerun.record.difference import Deviation


class Tally:
    """The largest distances seen so far.

    Pairs of which one is NaN or infinite are counted, but have no distance; ``where`` is the first of them if there
    is no other.
    """

    def __init__(self) -> None:
        self.total = 0
        self.count = 0
        self._abs = 0.0
        self._rel = 0.0
        self._ulps: int | None = None
        self._where = ""

    def same(self, number: int = 1) -> None:
        """Count pairs that agree bit for bit."""
        self.total += number

    def differ(self, a: float, b: float, where: str) -> None:
        """Count a pair that differs, at the position ``where``."""
        self.total += 1
        self.count += 1
        self._where = self._where or where
        apart = deviation(a, b)
        if apart is None:
            return
        if apart[0] > self._abs:
            self._abs, self._where = apart[0], where
        self._rel = max(self._rel, apart[1])
        if apart[2] is not None:
            self._ulps = max(self._ulps or 0, apart[2])

    def add(self, pair: Deviation, where: str) -> None:
        """Count a differing pair whose deviation is known already."""
        self.total += 1
        self.count += 1
        self._where = where if pair.max_abs > self._abs or not self._where else self._where
        self._abs = max(self._abs, pair.max_abs)
        self._rel = max(self._rel, pair.max_rel)
        if pair.max_ulps is not None:
            self._ulps = max(self._ulps or 0, pair.max_ulps)

    def include(self, other: Tally) -> None:
        """Add what another tally has counted."""
        self.total += other.total
        self.count += other.count
        self._where = other._where if other._abs > self._abs or not self._where else self._where
        self._abs = max(self._abs, other._abs)
        self._rel = max(self._rel, other._rel)
        if other._ulps is not None:
            self._ulps = max(self._ulps or 0, other._ulps)

    def deviation(self) -> Deviation | None:
        """Return what was collected; None if nothing differs."""
        if not self.count:
            return None
        return Deviation(self._abs, self._rel, self._ulps, self._where, self.count, self.total)


def of_pair(a: float, b: float, where: str = "") -> Deviation | None:
    """Return the deviation of one pair of differing numbers."""
    tally = Tally()
    tally.differ(a, b, where)
    return tally.deviation()

"""Which rows of two tables belong together: what was taken out, put in, moved, and changed where it stands.

Rows that each table has once are matched in the longest order that both share (patience sorting); what lies between two
matches is matched from both of its ends, and searched if it is short. Time n log n, whatever was done to the rows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

_MOST_PAIRS, _MOST_PAIRS_OF_ONE = 10_000_000, 100_000
"""The product of the rows of all gaps, and of one, up to which they are searched for rows that come more than once."""

Pair = tuple[int, int]


class Alignment(NamedTuple):
    """What became of the rows of one table in another; all numbers start from 0, the first table's before the second's.

    ``removed`` are rows of the first, ``added`` of the second. ``moved`` pairs rows that are the same and stand among
    others, ``changed`` those that stand in each other's place and differ. All other rows are the same.
    """

    removed: list[int]
    added: list[int]
    moved: list[Pair]
    changed: list[Pair]

    @property
    def rows(self) -> int:
        """How many rows are told of."""
        return len(self.removed) + len(self.added) + len(self.moved) + len(self.changed)


class _Gap(NamedTuple):
    """Rows of both tables that lie between two matches."""

    a: range
    b: range


def align(a: Sequence[int], b: Sequence[int]) -> Alignment:
    """Align two tables.

    Args:
        a: a number for each row of the first, the same for the same row: a hash of it.
        b: those of the second.
    """
    gaps = [gap for gap in _gaps(a, b) if gap.a or gap.b]
    moved = _moved(a, b, gaps)
    from_there, to_there = {pair[0] for pair in moved}, {pair[1] for pair in moved}
    found = Alignment([], [], moved, [])
    for gap in gaps:
        ours = [row for row in gap.a if row not in from_there]
        theirs = [row for row in gap.b if row not in to_there]
        if len(ours) == len(theirs):
            found.changed.extend(zip(ours, theirs, strict=True))
        else:
            found.removed.extend(ours)
            found.added.extend(theirs)
    return found


def _gaps(a: Sequence[int], b: Sequence[int]) -> Iterator[_Gap]:
    """Yield what lies before, between and behind the matches, without what is the same at its ends."""
    whole = _without_ends(a, b, _Gap(range(len(a)), range(len(b))))
    from_a, from_b = whole.a.start, whole.b.start
    left = _MOST_PAIRS
    for at_a, at_b in [*_anchors(a, b, whole), (whole.a.stop, whole.b.stop)]:
        gap = _without_ends(a, b, _Gap(range(from_a, at_a), range(from_b, at_b)))
        pairs = len(gap.a) * len(gap.b)
        if 1 < pairs <= min(left, _MOST_PAIRS_OF_ONE):
            left -= pairs
            yield from _searched(a, b, gap)
        else:
            yield gap
        from_a, from_b = at_a + 1, at_b + 1


def _searched(a: Sequence[int], b: Sequence[int], gap: _Gap) -> Iterator[_Gap]:
    """Yield what is left of a gap once rows that come more than once were matched in it."""
    matcher = SequenceMatcher(None, [a[row] for row in gap.a], [b[row] for row in gap.b], autojunk=False)
    for what, low_a, high_a, low_b, high_b in matcher.get_opcodes():
        if what != "equal":
            yield _Gap(gap.a[low_a:high_a], gap.b[low_b:high_b])


def _without_ends(a: Sequence[int], b: Sequence[int], gap: _Gap) -> _Gap:
    (low_a, high_a), (low_b, high_b) = (gap.a.start, gap.a.stop), (gap.b.start, gap.b.stop)
    while low_a < high_a and low_b < high_b and a[low_a] == b[low_b]:
        low_a, low_b = low_a + 1, low_b + 1
    while low_a < high_a and low_b < high_b and a[high_a - 1] == b[high_b - 1]:
        high_a, high_b = high_a - 1, high_b - 1
    return _Gap(range(low_a, high_a), range(low_b, high_b))


def _anchors(a: Sequence[int], b: Sequence[int], whole: _Gap) -> list[Pair]:
    """Return the most pairs of rows, each there once on both sides, that stand in the same order on both."""
    counts_a, counts_b = (Counter(side[row] for row in rows) for side, rows in ((a, whole.a), (b, whole.b)))
    places = {b[row]: row for row in whole.b if counts_b[b[row]] == 1}
    pairs = [(row, places[a[row]]) for row in whole.a if a[row] in places and counts_a[a[row]] == 1]
    return _longest_rising(pairs)


def _longest_rising(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the most of the pairs, whose first numbers rise, of which the second ones rise too."""
    ends: list[int] = []  # the least second number at which a rising row of each length ends
    last: list[int] = []  # the pair that it belongs to
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        last[length : length + 1] = [number]
    found = []
    number = last[-1] if last else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]


def _moved(a: Sequence[int], b: Sequence[int], gaps: Sequence[_Gap]) -> list[Pair]:
    """Return rows that stand in a gap on both sides, in different ones or in another order."""
    waiting: dict[int, deque[int]] = defaultdict(deque)
    for gap in gaps:
        for row in gap.b:
            waiting[b[row]].append(row)
    return [(row, waiting[a[row]].popleft()) for gap in gaps for row in gap.a if waiting.get(a[row])]

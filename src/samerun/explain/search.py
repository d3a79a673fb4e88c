"""The smallest sets of changes that carry the first result over to the second.

Each question costs a run, so questions are asked of whole groups: with k causes among n changes a minimal set is found
with about k·log2 n of them (the prefix search of Junker, "QuickXplain", AAAI 2004, and of group testing). Further
sets, where either of two changes would do, are found by taking each member of a known set away (Reiter, "A theory of
diagnosis from first principles", 1987).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

Reaches = Callable[[frozenset[int]], bool]
"""Whether the first run with exactly these changes gives the second one's result. Costs a run."""


Ahead = Callable[[Sequence[frozenset[int]]], None]
"""What makes the runs of several questions at the same time, before they are asked."""

MOST = 8
"""How many sets are looked for."""

PAIRED = 4
"""Up to how many members of a set are left out two by two: more would cost more than the search itself."""


def find_minimal(changes: Sequence[int], reaches: Reaches) -> frozenset[int]:
    """Return one minimal set of changes that suffices.

    Args:
        changes: all that may be taken, the likeliest first; together they suffice, and none at all does not.
        reaches: the question; asked about ``k·(log2 n + 1)`` times for a set of ``k``.

    Returns:
        A set that suffices. It is minimal if to take more never undoes (monotone); where changes cancel each other
        it still suffices, since it was itself asked for, and ``without_needless`` makes it smaller.
    """
    left, found = list(changes), frozenset[int]()
    while True:
        last = _shortest_prefix(left, found, reaches)
        found |= {left[last - 1]}
        left = left[: last - 1]
        if not left or reaches(found):
            return found


def _shortest_prefix(left: Sequence[int], found: frozenset[int], reaches: Reaches) -> int:
    """Return the least length of a prefix that suffices together with ``found``; the whole of it does."""
    low, high = 0, len(left)
    while high - low > 1:
        middle = (low + high) // 2
        if reaches(found | frozenset(left[:middle])):
            high = middle
        else:
            low = middle
    return high


def without_needless(found: frozenset[int], reaches: Reaches, ahead: Ahead = lambda sets: None) -> frozenset[int]:
    """Return a part of a set that suffices, of whose members none can be spared.

    The prefix search takes a change along that only undoes another one before it: a function renamed in one file and
    where it is called in another. Each alone disturbs, so a cause between the two was found only with both. Of such
    company a set is freed by asking for less of it: each member alone, all but one, all but two.

    Args:
        found: a set that suffices.
        reaches: the question; asked at most ``2·k`` times for a set of ``k`` (and six times more for four), once for
            two, none for one.
        ahead: is told which questions are about to be asked, all of them.
    """
    smaller: frozenset[int] | None = found
    while smaller is not None:
        found = smaller
        smaller = _lesser(found, reaches, ahead)
    return found


def _lesser(found: frozenset[int], reaches: Reaches, ahead: Ahead) -> frozenset[int] | None:
    """Return a part of a set that suffices, the smallest first; None if no part that is asked for does."""
    sizes = {1, len(found) - 1, *((len(found) - 2,) if len(found) <= PAIRED else ())}
    for size in sorted(each for each in sizes if 0 < each < len(found)):
        parts = [frozenset(each) for each in combinations(sorted(found), size)]
        ahead(parts)
        enough = next((part for part in parts if reaches(part)), None)
        if enough is not None:
            return enough
    return None


def _remembered(reaches: Reaches) -> Reaches:
    """Return the question so that what was asked before is not asked again."""
    known: dict[frozenset[int], bool] = {}

    def ask(taken: frozenset[int]) -> bool:
        if taken not in known:
            known[taken] = reaches(taken)
        return known[taken]

    return ask


def find_all(changes: Sequence[int], reaches: Reaches, most: int = MOST) -> list[frozenset[int]]:
    """Return the minimal sets of changes that suffice; arguments and cost as of ``search_all``."""
    return list(search_all(changes, reaches, most=most))


def search_all(
    changes: Sequence[int], reaches: Reaches, ahead: Ahead = lambda sets: None, most: int = MOST
) -> Iterator[frozenset[int]]:
    """Yield the minimal sets of changes that suffice, each by itself, as soon as it is found.

    Args:
        changes: all changes, the likeliest first; together they suffice.
        reaches: the question.
        ahead: is told which questions are about to be asked, all of them.
        most: how many sets are looked for at most.

    Yields:
        The sets; none of their members can be spared, each was left out. One set of ``k`` costs ``k`` further
        questions, which show whether another set does without that member.
    """
    reaches = _remembered(reaches)
    sets: list[frozenset[int]] = []
    waiting, asked = [frozenset[int]()], set[frozenset[int]]()
    while waiting and len(sets) < most:
        away = waiting.pop(0)
        if away in asked:
            continue
        asked.add(away)
        free = next((each for each in sets if not each & away), None)
        if free is None:
            rest = [each for each in changes if each not in away]
            if not rest or (away and not reaches(frozenset(rest))):
                continue
            free = without_needless(find_minimal(rest, reaches), reaches, ahead)
            sets.append(free)
            yield free
        waiting += [away | {each} for each in sorted(free)]
        ahead([rest for rest in (frozenset(changes) - each for each in waiting) if rest] if len(free) > 1 else [])

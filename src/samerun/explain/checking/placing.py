"""On which line of the user's own code: by the call that was seen, or by where two runs part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from samerun.explain.checking.advising import called_for
from samerun.explain.checking.bench import Bench
from samerun.explain.checking.repeating import REPEATS
from samerun.explain.checking.source_lines import calls_on
from samerun.explain.checking.sources import FACTOR_OF, given_with, reading
from samerun.explain.checking.taking_apart import FEW
from samerun.explain.checking.use import HALF_SEEN, Use
from samerun.explain.checking.varying import Moved
from samerun.explain.laboratory import Given
from samerun.explain.search import find_minimal
from samerun.explain.where.finding import find_line
from samerun.factors.condition import SITES
from samerun.store.objects import Objects

MOST_PLACES = 32
"""With more lines than this that use the same thing, the lines are told by where two runs part alone."""

FEW_PLACES = 2
"""With more lines than this, following the program's lines costs fewer runs than trying one after another."""

PAIRS = 5
"""How many pairs of runs are followed at most: what comes by chance agrees now and then."""

Suffices = Callable[[frozenset[int], int], bool]
"""Whether some of the lines account for the difference, as far as so many runs can tell."""


def place_of(bench: Bench, use: Use, needed: Sequence[str], kind: str) -> str | None:
    """Return the line that brings a source in which makes the program differ from itself.

    Args:
        bench: where it is tried.
        use: what the run was seen to use.
        needed: the kinds that must be held still, ``kind`` among them.
        kind: the source.

    Returns:
        ``path:line``, or None where it cannot be told.
    """
    places = _likeliest_first(bench, kind, use.places(kind))
    rest = given_with(bench.base.run, [each for each in needed if each != kind])

    def suffices(chosen: frozenset[int], times: int) -> bool:
        lines = [places[index] for index in sorted(chosen)]
        return bool(lines) and bench.holding(needed, {kind: lines}).agrees(times)

    if kind in HALF_SEEN:
        return _line_moved(bench, rest, kind) or line_between(bench, rest, rest) or next(iter(places), None)
    if _is_indirect(bench, kind, places):
        still = given_with(bench.base.run, {*needed, *use.steady(kind)} - {kind})
        return line_between(bench, still, still) or line_between(bench, rest, rest) or next(iter(places), None)
    return _place(bench, places, suffices if use.has_sites(kind) else None, (rest, rest))


def place_of_moved(bench: Bench, use: Use, moved: Moved) -> str | None:
    """Return the line at which a varied condition changes the result, or None where it cannot be told.

    Args:
        bench: where it is tried.
        use: what the run was seen to use.
        moved: the condition, and what it was varied to.
    """
    places, kind = _likeliest_first(bench, moved.kind, use.places(moved.kind)), moved.kind
    watched = bench.watched or bench.base

    def moves(chosen: frozenset[int], times: int) -> bool:
        lines = [places[index] for index in sorted(chosen)]
        varied = {**moved.values, kind: {**moved.values[kind], SITES: lines}}
        return bool(lines) and not bench.same(watched, bench.as_recorded(varied, f"another {kind} at {lines[0]}"))

    if kind in HALF_SEEN:
        return line_between(bench, {}, moved.values) or next(iter(places), None)
    return _place(bench, places, moves if use.has_sites(kind) else None, ({}, moved.values))


def line_between(bench: Bench, one: Given, other: Given) -> str | None:
    """Return the first line whose values differ between two launches; None where it cannot be told."""
    return find_line(bench.laboratory, one, other, pairs=PAIRS, judge=bench.judge).place


def _line_moved(bench: Bench, rest: Given, kind: str) -> str | None:
    """Return the line at which a condition that is held parts from one that is varied: no chance is needed for that."""
    factor, known = FACTOR_OF[kind], reading(bench.base.run, kind)
    still, moved = factor.held(known), next(iter(factor.variations(known)), None)
    if still is None or moved is None:
        return None
    return line_between(bench, {**rest, kind: still}, {**rest, kind: moved})


def _is_indirect(bench: Bench, kind: str, places: Sequence[str]) -> bool:
    """Say whether the one line that was seen only started what collects by completion (an event loop, a library)."""
    if kind != "completion-order" or len(places) != 1:
        return False
    return not _called_on(bench, kind, places[0])


def _likeliest_first(bench: Bench, kind: str, places: Sequence[str]) -> list[str]:
    """Put the lines that themselves call what a kind is about before those that have it called by a library.

    Either may suffice: memory that a library was handed, filled and gave back is what the program is handed next.
    """
    return sorted(places, key=lambda place: not _called_on(bench, kind, place))


def _called_on(bench: Bench, kind: str, place: str) -> str:
    return called_for(kind, calls_on(bench.base.run, place, Objects(bench.laboratory.layout.objects)))


def _place(bench: Bench, places: Sequence[str], suffices: Suffices | None, between: tuple[Given, Given]) -> str | None:
    """Return the one line, the one that suffices, or the one at which two runs part."""
    if len(places) == 1:
        return places[0]
    if not places or suffices is None or len(places) > MOST_PLACES:
        return line_between(bench, *between) or next(iter(places), None)
    parting = line_between(bench, *between) if len(places) > FEW_PLACES else None
    if parting in places and suffices(frozenset((places.index(str(parting)),)), REPEATS):
        return parting
    return _searched(places, suffices) or parting


def _searched(places: Sequence[str], suffices: Suffices) -> str | None:
    """Return the first line of a smallest set that suffices; None where something else than these lines uses it too."""
    for times in (FEW, REPEATS):
        found = find_minimal(range(len(places)), partial(_by, suffices, times))
        if suffices(found, REPEATS):
            return places[min(found)]
    return None


def _by(suffices: Suffices, times: int, chosen: frozenset[int]) -> bool:
    return suffices(chosen, times)

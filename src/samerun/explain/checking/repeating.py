"""The same run several times: does it agree with itself?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from samerun.explain.judging import Judge, Kept
from samerun.explain.laboratory import Laboratory, Trial
from samerun.record.values import Values

REPEATS = 5
"""How often a run must agree with itself before it is believed: two agree by chance up to one time in ten."""


@dataclass(frozen=True)
class Repeats:
    """Runs that were given the same; ``differ`` says in what two of them differ, empty where all agree."""

    runs: tuple[Kept, ...]
    differ: str = ""

    @property
    def agree(self) -> bool:
        """Whether all results are the same."""
        return not self.differ


def repeat(
    laboratory: Laboratory, judge: Judge, given: Mapping[str, Values], what: str, times: int = REPEATS
) -> Repeats:
    """Run something several times and stop at the first result that is another.

    Args:
        laboratory: makes the runs.
        judge: says whether two results are the same.
        given: what each run is given.
        what: what is being tried, in a few words.
        times: how many runs must agree.

    Raises:
        BudgetSpent, CannotReplay, CannotStart: as their names say.
    """
    runs: list[Kept] = []
    for number in range(times):
        runs.append(laboratory.run(Trial(given, f"{what}, {number + 1} of {times}", repeat=number)))
        if not judge.same(runs[0], runs[-1]):
            return Repeats(tuple(runs), judge.describe(runs[0], runs[-1]) or "the results differ")
    return Repeats(tuple(runs))

"""The same launch several times: does it agree with itself?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from samerun.explain.judging import Judge, Kept

REPEATS = 5
"""How often a run must agree with itself before it is believed: two agree by chance up to one time in ten."""


@dataclass
class Series:
    """Runs of one launch, made one after another as far as a question needs them.

    Args:
        make: makes the next run; told the number of the repeat.
        judge: says whether two results are the same.
        breaks: says how a run ended, where that is no result (it fails only because of what is held still).
        runs: the runs so far; a run that was made for another reason and is a sample of this launch may stand first.

    ``differ`` says in what two of them differ, and is empty as long as all agree.
    """

    make: Callable[[int], Kept]
    judge: Judge
    breaks: Callable[[Kept], str] = lambda run: ""
    runs: list[Kept] = field(default_factory=list)
    differ: str = ""

    def __post_init__(self) -> None:
        self._first = len(self.runs)

    def agrees(self, times: int = REPEATS) -> bool:
        """Say whether so many runs have the same result; stops at the first one that is another.

        Raises:
            BudgetSpent, CannotReplay, CannotStart: as their names say.
        """
        while not self.differ and len(self.runs) < times:
            self.add(self.make(len(self.runs) - self._first))
        return not self.differ

    def add(self, run: Kept) -> None:
        """Hold one more run of the same launch against the first."""
        self.runs.append(run)
        self.differ = self.breaks(run)
        if not self.differ and not self.judge.same(self.runs[0], run):
            self.differ = self.judge.describe(self.runs[0], run) or "the results differ"

"""The line at which two runs part: traced under both conditions, several times, and named only if they agree."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePath

from samerun.explain.judging import Judge, Kept, compare_runs
from samerun.explain.laboratory import BudgetSpent, Given, Laboratory, Trial
from samerun.explain.where.parting import Birth, Noise, births, differing_parts
from samerun.explain.where.traces import Trace, read_trace
from samerun.launch.again import TRACE
from samerun.record.verdict import is_same

ENOUGH = 2
"""How many pairs must name the same line."""

SHOWN = 3


@dataclass(frozen=True)
class Where:
    """The line that was found.

    ``place`` is ``path:line``, None where it cannot be told; ``evidence`` says in a sentence what differs there, or
    why it cannot be told; ``others`` are further lines at which something differs by itself, the likeliest first;
    ``replays`` how many runs it took.
    """

    place: str | None
    evidence: str
    others: tuple[str, ...] = ()
    replays: int = 0


def find_line(laboratory: Laboratory, one: Given, other: Given, *, pairs: int = 3, judge: Judge | None = None) -> Where:
    """Name the first line of the user's own code whose values differ between two conditions.

    Args:
        laboratory: makes the runs.
        one: what a launch is given under one condition.
        other: what it is given under the other; the same, for a program that differs between plain repeats.
        pairs: how many pairs of runs are compared at most; each costs a run, and the first one another.
        judge: says whether two results are the same; by default bit for bit.

    Raises:
        CannotReplay, CannotStart: the run cannot be made again at all.
    """
    finding = _Finding(laboratory, (one, other), judge or Judge())
    before = laboratory.replays
    try:
        while not finding.done and len(finding.runs) <= pairs + 1:
            finding.run()
    except BudgetSpent as error:
        finding.trouble = error.sentence
    return finding.answer(laboratory.replays - before)


@dataclass
class _Finding:
    """Runs under the two conditions by turns; each is compared with the one before it."""

    laboratory: Laboratory
    conditions: tuple[Given, Given]
    judge: Judge
    runs: list[Kept] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    trouble: str = ""

    def run(self) -> None:
        number = len(self.runs)
        given = {**self.conditions[number % 2], TRACE: {"mode": "lines"}}
        kept = self.laboratory.run(Trial(given, "with its own lines followed", repeat=number))
        self.runs.append(kept)
        self.traces.append(read_trace(kept.folder.path))

    @property
    def done(self) -> bool:
        """Whether enough pairs name the same line."""
        votes = self.votes()
        return bool(votes) and votes.most_common(1)[0][1] >= ENOUGH

    def votes(self) -> Counter[str]:
        """Return how often each line was named, by pairs whose results differ."""
        return Counter(found[0].line.place for found in self._found() if found)

    def _found(self) -> list[list[Birth]]:
        noise = self._noise()
        return [
            births(self.traces[a], self.traces[b], noise, self._wanted(a, b)) for a, b in self._pairs(differing=True)
        ]

    def _wanted(self, a: int, b: int) -> set[str]:
        """Return what was written and differs, by the names that traces have for it."""
        outputs = compare_runs(self.runs[a], self.runs[b], self.judge.rtol, self.judge.atol).outputs
        paths = [each.path for each in outputs if not is_same(each.verdict)]
        return {f"file {PurePath(path).name}" for path in paths} or {"standard output"}

    def _pairs(self, differing: bool) -> list[tuple[int, int]]:
        """Return the pairs of runs whose results differ (neighbours only), or those whose results are the same."""
        numbers = range(len(self.runs))
        all_pairs = [(a, b) for b in numbers for a in range(b) if not differing or b == a + 1]
        return [(a, b) for a, b in all_pairs if self.judge.same(self.runs[a], self.runs[b]) is not differing]

    def _noise(self) -> Noise:
        found: Noise = frozenset()
        for a, b in self._pairs(differing=False):
            found |= differing_parts(self.traces[a], self.traces[b])
        return found

    def answer(self, replays: int) -> Where:
        """Return the line, or why there is none."""
        if not all(trace.found for trace in self.traces):
            return Where(None, "no line can be named: the program's processes were not followed", (), replays)
        found = self._found()
        if not found:
            return Where(None, self.trouble or "with its lines followed the results no longer differ", (), replays)
        votes = self.votes()
        if not votes:
            why = "no value of the program's own lines differs: it lies in a library, or in what is written at the end"
            return Where(None, why, (), replays)
        place, count = votes.most_common(1)[0]
        others = tuple(dict.fromkeys(each.line.place for several in found for each in several))
        if count < ENOUGH:
            named = ", ".join(votes)
            return Where(None, self.trouble or f"it cannot be told: pairs of runs part at {named}", others, replays)
        birth = next(several[0] for several in found if several and several[0].line.place == place)
        others = tuple(each for each in others if each != place)
        return Where(place, f"{_words(birth)} ({count} of {len(found)} pairs of runs)", others, replays)


_ROLES = {
    "out": "what it binds ({}) differs",
    "touched": "what it changes ({}) differs",
    "returned": "what it returns differs",
    "given": "what it hands over ({}) differs",
    "next": "it goes on at another line",
    "raised": "it raises something else",
    "written": "what it writes ({}) differs",
}


def _words(birth: Birth) -> str:
    roles: dict[str, list[str]] = {}
    for part in birth.parts:
        roles.setdefault(part.role, []).append(part.name)
    said = [_ROLES.get(role, role).format(", ".join(names[:SHOWN])) for role, names in roles.items() if role != "next"]
    said = said or ["it goes on at another line"]
    times = "" if birth.count == 1 else f", first at its execution {birth.count}"
    return f"it reads the same in both runs, and {'; '.join(said[:2])}{times}"

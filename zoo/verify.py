"""The truth of a case, shown without any tool: bare runs with and without what is planted.

A program that repeats must give one result every time, and, where it does not, one result once the lines at fault are
replaced by others (``[[fix]]``); with all but one of them replaced it must still differ. What a case is sensitive to
must change its result when that alone is varied, and not once the line is replaced; every other condition that can be
varied from outside must leave it as it is. Of the changes between two runs exactly those that are said to matter must
make the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations
from pathlib import Path

from zoo.case import BadCase, Case, Edit, Step, Variation
from zoo.results import Result
from zoo.trees import build, run, way

BATTERY = (
    Variation("hash-order", {"PYTHONHASHSEED": "1"}),
    Variation("hash-order", {"PYTHONHASHSEED": "2"}),
    Variation("listing-order", means="listing"),
    Variation("thread-count", {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}),
    Variation("instruction-set", {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41"}),
    Variation("instruction-set", {"OPENBLAS_CORETYPE": "Haswell"}),
    Variation("clock", means="clock"),
    Variation("timezone", {"TZ": "Asia/Tokyo"}),
    Variation("locale", {"LC_ALL": "C", "LANG": "C"}),
    Variation("working-directory", folder=True),
    Variation("process-id", means="process"),
    Variation("memory-address", prefix=("setarch", "-R")),
    Variation("uninitialised-memory", {"MALLOC_PERTURB_": "165"}),
    Variation("network", prefix=("unshare", "-rn")),
)
"""What can be varied from outside, by plain means."""

CHANCE = 0.25
"""How many of the pairs of runs of a program that differs from itself may agree: one in ten, and some luck."""


@dataclass
class Shown:
    """What was seen; ``wrong`` are sentences about what is not as the case file says."""

    case: Case
    runs: int = 0
    wrong: list[str] = field(default_factory=list)

    def that(self, holds: bool, sentence: str) -> None:
        """Note a sentence unless it holds."""
        if not holds:
            self.wrong.append(sentence)


def verify(case: Case, home: Path) -> Shown:
    """Show the truth of a case, or what is wrong about it.

    Args:
        case: the case.
        home: an empty folder to work in.
    """
    shown = Shown(case)
    bench = Bench(case, home, shown)
    try:
        (_explained if case.question == "explain" else _checked)(case, bench, shown)
    except BadCase as error:
        shown.wrong.append(str(error))
    return shown


@dataclass
class Bench:
    """Runs a case's program, always at the same path but where another one is asked for."""

    case: Case
    home: Path
    shown: Shown

    def once(
        self,
        edits: Sequence[Edit] = (),
        steps: Sequence[Step] = (),
        varied: Variation | None = None,
        keep: bool = False,
    ) -> Result:
        """Run it once, in a fresh copy unless ``keep``."""
        varied = varied or Variation("")
        folder = self.home / ("elsewhere" if varied.folder else "project")
        if not keep:
            build(self.case, folder, edits, steps)
        how = way(self.case, folder, steps)
        how.prefix += varied.prefix
        self.shown.runs += 1
        return run(self.case, how, varied.environment, varied.means)

    def several(self, edits: Sequence[Edit] = ()) -> list[Result]:
        """Run it as often as the case asks for, until two results differ."""
        results: list[Result] = []
        while len(results) < self.case.repeats and not any(each != results[0] for each in results):
            results.append(self.once(edits))
        return results

    def alike(self) -> float:
        """Return how many of the pairs of plain repeats agree."""
        results = [self.once() for _ in range(max(8, self.case.repeats))]
        pairs = list(combinations(results, 2))
        return sum(one == other for one, other in pairs) / len(pairs)

    def agrees(self, edits: Sequence[Edit] = ()) -> bool:
        """Say whether repeats agree."""
        results = self.several(edits)
        return all(each == results[0] for each in results)

    def starts_afresh(self, edits: Sequence[Edit] = ()) -> bool:
        """Say whether a run in the folder that another left gives the same final files."""
        first = self.once(edits)
        again = self.once(edits, keep=True)
        return all(again.get(name, key) == key for name, key in first.items()) and set(again) <= set(first)


def _checked(case: Case, bench: Bench, shown: Shown) -> None:
    leaves = any(cause.kind == "leftover-state" for cause in case.causes)
    random = [cause for cause in case.causes if cause.kind != "leftover-state"]
    if random:
        share = bench.alike()
        shown.that(share <= CHANCE, f"{share:.0%} of pairs of plain repeats agree")
    else:
        shown.that(bench.agrees(), "plain repeats differ")
        shown.that(bench.starts_afresh() != leaves, f"what a run left {'does not matter' if leaves else 'matters'}")
    kinds = {cause.kind for cause in case.causes}
    cures = [fix for fix in case.fixes if fix.kind in kinds]
    if kinds:
        shown.that({fix.kind for fix in cures} == kinds, "each cause needs its fix")
        shown.that(bench.agrees(cures) and bench.starts_afresh(cures), "with the lines replaced it still differs")
    if len(kinds) > 1:
        for kind in sorted(kinds - {"leftover-state"}):
            rest = [fix for fix in cures if fix.kind != kind]
            shown.that(not bench.agrees(rest), f"without {kind} alone it agrees")
    _varied(case, bench, shown, cures)


def _varied(case: Case, bench: Bench, shown: Shown, cures: Sequence[Edit]) -> None:
    still = bench.once(cures)
    for variation in case.varied:
        shown.that(bench.once(cures, varied=variation) != still, f"{variation.kind} varied changes nothing")
    cured = bench.once(case.fixes)
    for variation in case.varied:
        if any(fix.kind == variation.kind for fix in case.fixes):
            same = bench.once(case.fixes, varied=variation) == cured
            shown.that(same, f"with the line replaced {variation.kind} still changes the result")
    named = {thing.kind for thing in case.sensitive} | case.may
    tried = {each.kind for each in case.varied}
    shown.that({thing.kind for thing in case.sensitive} <= tried, "a sensitivity is not varied")
    for variation in BATTERY:
        if variation.kind not in named:
            same = bench.once(cures, varied=variation) == still
            shown.that(same, f"it is sensitive to {variation.kind}, which the case does not say")


def _explained(case: Case, bench: Bench, shown: Shown) -> None:
    if not case.reproducible:
        shown.that(not bench.agrees(), "plain repeats agree")
        shown.that(bench.agrees(case.fixes), "with the lines replaced it still differs")
        same = bench.once(case.fixes, case.steps) == bench.once(case.fixes)
        shown.that(same, "a change matters by itself")
        return
    first = bench.once()
    shown.that(bench.once() == first, "plain repeats differ")
    second = bench.once(steps=case.steps)
    shown.that((second == first) == (not case.causes), "the two runs are not as said")
    decoys = [step for step in case.steps if not step.cause]
    shown.that(not decoys or bench.once(steps=decoys) == first, "the changes that ought not to matter do")
    if case.causes:
        shown.wrong.extend(_causes_are(case, bench, first, second))


def _causes_are(case: Case, bench: Bench, first: Result, second: Result) -> Iterator[str]:
    real = [step for step in case.steps if step.cause]
    if bench.once(steps=real) != second:
        yield "the causes alone do not give the second result"
    for step in real:
        rest = list(chain(each for each in real if each is not step))
        alone, without = bench.once(steps=[step]), bench.once(steps=rest)
        named = f"{step.kind} {step.subject}"
        if case.relation == "either" and alone != second:
            yield f"{named} alone does not give the second result"
        if case.relation != "either" and without == second:
            yield f"without {named} the second result is reached too"
        if case.relation == "together" and alone != first:
            yield f"{named} alone matters already"
        if case.relation == "each" and alone == first:
            yield f"{named} alone does not matter"

"""The questions of ``check``, in their order: as it is, as recorded, taken apart, varied."""

from __future__ import annotations

from dataclasses import dataclass, field

from samerun.explain.advice import advice_on
from samerun.explain.checking.leftovers import folder_after, left_by, with_what_lay_there
from samerun.explain.checking.repeating import repeat
from samerun.explain.checking.sources import PROXIMITY, given_with, kind_of
from samerun.explain.checking.taking_apart import take_apart
from samerun.explain.judging import Judge, Kept
from samerun.explain.laboratory import BudgetSpent, Laboratory, Trial
from samerun.explain.search import find_all
from samerun.factors import FACTORS
from samerun.record.cause import Cause, Check, Sensitivity, Unconfirmed
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.record.values import Change, Values
from samerun.store.objects import Objects


def check(base: Kept, laboratory: Laboratory, judge: Judge) -> Check:
    """Say whether a recorded program is reproducible, and what its result depends on.

    Args:
        base: the recorded run.
        laboratory: makes the runs.
        judge: says whether two results are the same.

    Raises:
        CannotReplay, CannotStart: the run cannot be made again at all.
    """
    checking = _Checking(base, laboratory, judge)
    try:
        checking.go()
    except BudgetSpent as error:
        checking.notes.append(error.sentence)
    return checking.answer()


@dataclass
class _Checking:
    """One check on its way."""

    base: Kept
    laboratory: Laboratory
    judge: Judge
    repeats: bool = False
    undisturbed: bool = False
    recorded: bool = False
    causes: list[Cause] = field(default_factory=list)
    sensitive: list[Sensitivity] = field(default_factory=list)
    insensitive: list[str] = field(default_factory=list)
    unconfirmed: list[Unconfirmed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def go(self) -> None:
        plain = repeat(self.laboratory, self.judge, given_with(self.base.run, ()), "as it is", times=2)
        self.repeats = plain.agree
        again = self.laboratory.run(Trial({}, "as it was recorded"))
        self.recorded = self.judge.same(self.base, again)
        if not self.repeats:
            self._take_apart()
            return
        self.undisturbed = self._starts_afresh(plain.runs[0])
        self._vary(plain.runs[0])

    def _starts_afresh(self, first: Kept) -> bool:
        """Say whether a run in the folder that the first one left behind gives the same; find what it saw if not."""
        objects, left = Objects(self.laboratory.layout.objects), left_by(first)

        def disturbs(present: frozenset[int]) -> bool:
            paths = [left[index] for index in present]
            given = {**given_with(self.base.run, ()), **folder_after(first, paths, objects)}
            run = self.laboratory.run(Trial(given, f"in a folder that holds {', '.join(paths[:3])}"))
            return not self.judge.same(first, with_what_lay_there(run, first))

        everything = frozenset(range(len(left)))
        if not left or not disturbs(everything):
            return True
        for found in find_all(sorted(everything), disturbs):
            for index in sorted(found):
                change = Change("leftover-state", left[index])
                evidence = f"where an earlier run has left {left[index]}, the result is another"
                self.causes.append(Cause(change.kind, change.subject, None, evidence, advice_on(change)))
        return False

    def _take_apart(self) -> None:
        sources = [kind for kind in PROXIMITY if self._can_be_held(kind)]
        found = take_apart(self.base, self.laboratory, self.judge, sources)
        if found.differs_still:
            self.notes.append(f"With all that can be held still it does not agree with itself: {found.differs_still}")
            self.unconfirmed += [Unconfirmed(kind, kind, "held still, with all others, in vain") for kind in sources]
        for kind in found.needed:
            change = Change(kind, self._subject(kind))
            evidence = f"held still, the results agree; released, they do not ({found.evidence[kind]})"
            self.causes.append(Cause(kind, change.subject, self._place(kind), evidence, advice_on(change)))

    def _can_be_held(self, kind: str) -> bool:
        if kind.startswith("unseeded-"):
            return any(kind_of(source) == kind for source in self._unseeded())
        factor = next((each for each in FACTORS if each.kind == kind), None)
        return kind == "hash-order" or (factor is not None and factor.held(self._reading(kind)) is not None)

    def _vary(self, plain: Kept) -> None:
        for factor in FACTORS:
            variations = list(factor.variations(self._reading(factor.kind)))
            moved = next((text for text in (self._moved(plain, factor.kind, each) for each in variations) if text), "")
            if moved:
                advice = advice_on(Change(factor.kind, self._subject(factor.kind)))
                self.sensitive.append(Sensitivity(factor.kind, None, moved, advice, self._subject(factor.kind)))
            elif variations:
                self.insensitive.append(factor.kind)

    def _moved(self, plain: Kept, kind: str, values: Values) -> str:
        """Return in what the result differs under a variation; empty where it does not."""
        given = given_with(self.base.run, (), {kind: values})
        run = self.laboratory.run(Trial(given, f"with another {kind}"))
        return "" if self.judge.same(plain, run) else self.judge.describe(plain, run)

    def _reading(self, kind: str) -> Values:
        reading = self.base.run.reading(kind)
        return {} if isinstance(reading, Missing) else reading

    def _unseeded(self) -> dict[str, str]:
        return dict(self._reading("os-entropy").get("unseeded", {}))

    def _subject(self, kind: str) -> str:
        return _SUBJECTS.get(kind) or kind.removeprefix("unseeded-")

    def _place(self, kind: str) -> str | None:
        places = [place for source, place in self._unseeded().items() if kind_of(source) == kind and place]
        return _relative(places[0], self.base.run) if places else None

    def answer(self) -> Check:
        """Return what was found so far."""
        return Check(
            self.repeats and self.undisturbed, self.recorded, tuple(self.causes), tuple(self.sensitive),
            tuple(self.insensitive), self.laboratory.replays, tuple(self.unconfirmed), tuple(self.notes),
        )  # fmt: skip


_SUBJECTS = {"hash-order": "PYTHONHASHSEED", "thread-count": "OMP_NUM_THREADS"}


def _relative(place: str, run: Run) -> str:
    return place.removeprefix(run.place.tree.rstrip("/") + "/")

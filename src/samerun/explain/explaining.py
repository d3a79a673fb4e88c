"""Which of all the changes between two runs made the difference: asked by running the first one again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from samerun.errors import BadOption
from samerun.explain.advice import advice_on
from samerun.explain.candidates.table import find_candidates
from samerun.explain.judging import Judge, Kept
from samerun.explain.laboratory import BudgetSpent, Laboratory, Trial
from samerun.explain.mixture import Candidate, Mixture
from samerun.explain.refining import refine
from samerun.explain.search import find_all
from samerun.factors.arguments import options
from samerun.record.cause import Cause, Explanation, NotCause, Unconfirmed
from samerun.record.run import Run
from samerun.record.verdict import is_same
from samerun.store.objects import Objects

Apply = Callable[[Mixture], None]


def explain(a: Kept, b: Kept, laboratory: Laboratory, judge: Judge) -> Explanation:
    """Return the confirmed causes of the difference between two runs.

    Args:
        a: the run that is made again with the other one's values.
        b: the run whose result is to be reached.
        laboratory: makes the runs.
        judge: says whether two results are the same.

    Raises:
        BadOption: the runs are of different programs.
        CannotReplay: the first run cannot be made again at all.
    """
    _refuse_other_program(a.run, b.run)
    verdict = judge.verdict(a, b)
    if is_same(verdict):
        return Explanation(True, verdict)
    objects = Objects(laboratory.layout.objects)
    asking = _Asking(a, b, laboratory, judge, objects, find_candidates(a.run, b.run, objects))
    try:
        asking.go()
    except BudgetSpent as error:
        asking.stopped = error.sentence
    return asking.answer()


def _refuse_other_program(a: Run, b: Run) -> None:
    programs = [_program(run) for run in (a, b)]
    if programs[0] != programs[1]:
        raise BadOption(
            f"The runs are of different commands: {programs[0]} and {programs[1]}.",
            "Explain two runs of one command.",
            programs=programs,
        )


def _program(run: Run) -> str:
    """Return what names the program of a command: its script or module, else its first word."""
    given = options(list(run.command))
    first = given.get("program") or given.get("-m") or given.get("-c")
    return str(first if first is not None else run.command[:1])


@dataclass
class _Asking:
    """One question on its way."""

    a: Kept
    b: Kept
    laboratory: Laboratory
    judge: Judge
    objects: Objects
    candidates: list[Candidate]
    target: Kept | None = None
    sets: list[frozenset[int]] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stopped: str = ""
    done: bool = False

    def go(self) -> None:
        tried = [index for index, each in enumerate(self.candidates) if not each.unable]
        if not self._repeats() or not self._reaches_the_end(tried):
            return
        self.sets = find_all(tried, self._reaches)
        self.done = True
        for found in self.sets:
            self.causes += [cause for index in sorted(found) for cause in self._cause(index, found)]

    def _repeats(self) -> bool:
        """Say whether the first run gives its own result again."""
        again = self.laboratory.run(Trial({}, "as it was"))
        if self.judge.same(self.a, again):
            return True
        self.notes.append(
            "The first run does not give its own result again when nothing is changed "
            f"({self.judge.describe(self.a, again)}): `samerun check` says why."
        )
        return False

    def _reaches_the_end(self, tried: Sequence[int]) -> bool:
        """Take everything over that can be; say whether that changes the result, and so gives a search an end."""
        full = self._run(frozenset(tried), "with everything changed") if tried else None
        if full is None or self.judge.same(self.a, full):
            self.notes.append("None of the changes that can be tried here changes the result.")
            return False
        self.target = self.b
        if not self.judge.same(full, self.b):
            self.target = full
            self.notes.append(
                "With everything taken over that can be, the first run does not quite give the second one's result "
                f"({self.judge.describe(full, self.b)}); what is explained is the part that can be reached."
            )
        return True

    def _reaches(self, taken: frozenset[int]) -> bool:
        assert self.target is not None
        found = self._run(taken, self._names(taken))
        return found is not None and self.judge.same(found, self.target)

    def _run(self, taken: frozenset[int], what: str, *, instead: dict[int, Apply] | None = None) -> Kept | None:
        """Return the first run with some changes; None where it cannot be made with them."""
        mixture = Mixture(self.a.run, self.b.run, self.objects)
        for index in sorted(taken):
            (instead or {}).get(index, self.candidates[index].take)(mixture)
        found = self.laboratory.try_run(Trial(mixture.given, what, python=mixture.python))
        if isinstance(found, str):
            self.notes.append(f"It could not be run {what}: {found}")
            return None
        return found

    def _names(self, taken: frozenset[int]) -> str:
        names = [self.candidates[index].change.subject for index in sorted(taken)]
        return "with " + (", ".join(names) if len(names) <= 3 else f"{len(names)} of {len(self.candidates)} changes")

    def _cause(self, index: int, found: frozenset[int]) -> list[Cause]:
        """Return the causes that one candidate stands for: a file of code may hold several."""
        change = self.candidates[index].change
        evidence = self._evidence(index, found)
        places = refine(
            change,
            (self.a.run, self.b.run, self.objects),
            lambda take: self._reaches_instead(found, index, take),
        )
        known = change.where if change.where and ":" in change.where else None
        wheres: list[str | None] = [*places] or [known]
        return [Cause(change.kind, change.subject, where, evidence, advice_on(change)) for where in wheres]

    def _reaches_instead(self, found: frozenset[int], index: int, take: Apply) -> bool:
        assert self.target is not None
        name = self.candidates[index].change.subject
        run = self._run(found, f"with a part of {name}", instead={index: take})
        return run is not None and self.judge.same(run, self.target)

    def _evidence(self, index: int, found: frozenset[int]) -> str:
        assert self.target is not None
        moved = self.judge.describe(self.a, self.target)
        others = [self.candidates[each].change.subject for each in sorted(found) if each != index]
        if others:
            return f"with this and {', '.join(others)} changed the first run gives the second one's result ({moved})"
        return f"with only this changed the first run gives the second one's result ({moved})"

    def answer(self) -> Explanation:
        """Return what was found so far."""
        taken = frozenset().union(*self.sets) if self.sets else frozenset[int]()
        is_whole = self.done and self.target is self.b
        not_causes, unconfirmed = [], []
        for index, each in enumerate(self.candidates):
            kind, subject = each.change.kind, each.change.subject
            if index in taken:
                continue
            if (self.done and not each.unable) or is_whole:
                not_causes.append(NotCause(kind, subject, "the second run's result is reached without it"))
            else:
                why = each.unable or self.stopped or next(iter(self.notes), "it was not tried")
                unconfirmed.append(Unconfirmed(kind, subject, why))
        named = {(cause.kind, cause.subject) for cause in self.causes}
        not_causes = [each for each in not_causes if (each.kind, each.subject) not in named]
        notes = [*self.notes, *([self.stopped] if self.stopped else [])]
        verdict = self.judge.verdict(self.a, self.b)
        return Explanation(
            False, verdict, tuple(_distinct(self.causes)), tuple(not_causes), tuple(unconfirmed),
            self.laboratory.replays, tuple(dict.fromkeys(notes)),
        )  # fmt: skip


def _distinct(causes: Sequence[Cause]) -> list[Cause]:
    """Return each cause once: one that belongs to several sets was found several times."""
    return list({(cause.kind, cause.subject, cause.where): cause for cause in reversed(causes)}.values())[::-1]

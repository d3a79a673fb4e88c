"""Which of all the changes between two runs made the difference: asked by running the first one again."""

from __future__ import annotations

from dataclasses import dataclass

from samerun.errors import BadOption
from samerun.explain.answering import Answer
from samerun.explain.candidates.table import find_candidates, find_unread
from samerun.explain.checking.checking import check
from samerun.explain.fitting import Fitting
from samerun.explain.judging import Judge, Kept
from samerun.explain.laboratory import BudgetSpent, Laboratory
from samerun.explain.mixture import Candidate
from samerun.explain.one_project import holds, program_of, seen_from
from samerun.explain.refining import refine
from samerun.explain.search import search_all, without_needless
from samerun.explain.sites import Sites
from samerun.explain.trying import Apply, Trying
from samerun.factors import FACTORS
from samerun.factors.condition import MODE
from samerun.factors.os_entropy import OsEntropy
from samerun.record.cause import Explanation
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.record.values import Values
from samerun.record.verdict import is_same
from samerun.store.objects import Objects

COPIED = "What the framework wrote down of its configuration (.hydra, hparams.yaml) is not counted among the results."

AGAIN = "with everything changed, once more"


def explain(a: Kept, b: Kept, laboratory: Laboratory, judge: Judge) -> Explanation:
    """Return the confirmed causes of the difference between two runs.

    Costs about ``2·k·log2 n + 6`` runs for ``k`` causes among ``n`` changes, where the program repeats its result.

    Args:
        a: the run that is made again with the other one's values.
        b: the run whose result is to be reached.
        laboratory: makes the runs.
        judge: says whether two results are the same.

    Raises:
        BadOption: the runs are of different programs, or the metric asked for is in neither.
        CannotReplay: the first run cannot be made again at all.
    """
    a, b = _from_one_folder(a, b, laboratory)
    _refuse_other_program(a.run, b.run)
    judge = judge.with_known_metric(a, b).without_copies(a, b)
    verdict = judge.verdict(a, b)
    if is_same(verdict):
        return Explanation(True, verdict)
    objects = Objects(laboratory.layout.objects)
    fitting = Fitting(a.run, b.run, laboratory.layout)
    laboratory.tell("looking at what differs")
    candidates = [fitting.checked(each) for each in find_candidates(a.run, b.run, objects)]
    trying = Trying(a, b, laboratory, objects, candidates, fitting)
    asking = _Asking(a, b, judge, trying, Answer(a, b, judge, candidates, Sites(b.run, objects)))
    if judge.has_copies(a, b):
        asking.answer.note(COPIED)
    try:
        asking.go()
    except BudgetSpent as error:
        asking.answer.stop(error.sentence)
    return asking.answer.explanation(verdict, len(laboratory.used), trying.notes)


def _from_one_folder(a: Kept, b: Kept, laboratory: Laboratory) -> tuple[Kept, Kept]:
    """Return both runs with their files named from one folder: the upper one, in which a trial may start anywhere."""
    if holds(b.run, a.run) and (wider := seen_from(a.run, b.run)).place.tree == b.run.place.tree:
        return laboratory.rebase(wider), b
    return a, Kept(seen_from(b.run, a.run), b.folder)


def _refuse_other_program(a: Run, b: Run) -> None:
    programs = [program_of(run) for run in (a, b)]
    if programs[0] != programs[1]:
        raise BadOption(
            f"The runs are of different commands: {programs[0]} and {programs[1]}.",
            "Explain two runs of one command.",
            programs=programs,
        )


@dataclass
class _Asking:
    """One question on its way.

    ``start`` is what the first run gives when nothing is changed, ``target`` the result to be reached; None where the
    second run does not repeat its own, so that any other result than the first one's is reached.
    """

    a: Kept
    b: Kept
    judge: Judge
    trying: Trying
    answer: Answer
    start: Kept | None = None
    target: Kept | None = None

    @property
    def candidates(self) -> list[Candidate]:
        return self.trying.candidates

    def _is_start(self, found: Kept) -> bool:
        assert self.start is not None
        return self.judge.same(self.start, found)

    def go(self) -> None:
        tried = frozenset(index for index, each in enumerate(self.candidates) if not each.unable)
        self.trying.ahead([frozenset(), tried] if tried else [])
        self.start = self.trying.laboratory.run(self.trying.trial_of(frozenset()))
        if self.judge.same(self.a, self.start):
            self._ask(tried, self.b)
        elif lost := "; ".join(self.trying.fitting.lost) or self.trying.fitting.others_in(self.start.run):
            self.answer.note(f"The first run cannot be made again as it was: {lost}")
        else:
            self._differs_from_itself(tried)

    def _differs_from_itself(self, tried: frozenset[int]) -> None:
        """Search what makes the program differ from itself; with that held still, the changes."""
        assert self.start is not None
        self.answer.note(
            "The first run does not give its own result again when nothing is changed "
            f"({self.judge.describe(self.a, self.start)}): what it depends on was searched instead."
        )
        found = check(self.a, self.trying.laboratory, self.judge)
        self.answer.add_own(found)
        self.trying.held = {cause.kind: values for cause in found.causes if (values := self._still(cause.kind))}
        self.start = self.trying.run(frozenset())
        again = self.trying.run(frozenset(), repeat=1)
        if self.start is None or again is None or not self.judge.same(self.start, again):
            return
        if not found.causes:
            self._changed_since(self.start)
        elif tried:
            self._ask(tried, None)

    def _changed_since(self, start: Kept) -> None:
        """Say what it means that the first run gives another result than it did, and always the same one."""
        which = "the second run's result" if self.judge.same(start, self.b) else "one and the same other result"
        self.answer.note(
            f"Run again now, with nothing changed, the first run gives {which} each time: what made the difference is "
            "in neither record. It may be a variable that the program takes from a copy of os.environ, a service, or "
            "something that a program other than Python reads."
        )

    def _still(self, kind: str) -> Values | None:
        """Return values that hold a source still; a replay is given what the recorder drew in any case."""
        factor = next((each for each in FACTORS if each.kind == kind), None)
        if factor is None or kind == "hash-order" or kind.startswith("unseeded-"):
            return None
        reading = self.a.run.reading(kind)
        values = {} if isinstance(reading, Missing) else reading
        if kind == "os-entropy":  # here libraries keep what they are supplied with, too
            return {**values, MODE: OsEntropy.still}
        return factor.held(values)

    def _ask(self, tried: frozenset[int], end: Kept | None) -> None:
        """Search the changes that lead from ``start`` to the end, if there are any and they do."""
        tried, full = self._everything(tried, end)
        if full is None:
            self.answer.note("The changes cannot be tried here.")
        elif self._is_start(full):
            self.answer.nothing_matters(end is None)
        else:
            self.answer.start, self.answer.target = self.start, full
            self._set_target(full, tried, end)
            self._search(tried)

    def _everything(self, tried: frozenset[int], end: Kept | None) -> tuple[frozenset[int], Kept | None]:
        """Take everything over that can be; where that does not reach the end, also the files that nothing read.

        Returns:
            The changes that are to be searched, and the result with all of them.
        """
        full = self.trying.run(tried, "with everything changed") if tried else self.start
        if end is None or full is None or self.judge.same(full, end):
            return tried, full
        again = self.trying.run(tried, AGAIN, repeat=1) if tried else full
        if again is None or not self.judge.same(full, again):
            return tried, full
        known = len(self.candidates)
        self.candidates.extend(find_unread(self.a.run, self.b.run, self.trying.objects))
        more = tried | frozenset(range(known, len(self.candidates)))
        other = self.trying.run(more, "with the files changed that nothing read") if more != tried else full
        if other is not None and not self.judge.same(full, other):
            return more, other
        del self.candidates[known:]
        return tried, full

    def _search(self, tried: frozenset[int]) -> None:
        for found in search_all(sorted(tried), self._reaches, self.trying.ahead):
            self.answer.sets.append(found)
            self._keep_what_lacks(found)
        self.answer.is_complete = True
        for at, each in enumerate(self.answer.sets):
            self.answer.sets[at] = self._without_masks(each, self._refine(each))
        self.answer.sets[:] = dict.fromkeys(self.answer.sets)

    def _keep_what_lacks(self, found: frozenset[int]) -> None:
        """Keep what a set gives with each member left out in turn: the search has asked for these runs already."""
        for index in sorted(found) if len(found) > 1 else ():
            less = self.trying.run(found - {index})
            if less is not None:
                self.answer.without[found, index] = less

    def _set_target(self, full: Kept, tried: frozenset[int], end: Kept | None) -> None:
        if end is not None and self.judge.same(full, end):
            self.target, self.answer.is_whole = end, True
            return
        again = self.trying.run(tried, AGAIN, repeat=1)
        if again is None or not self.judge.same(full, again):
            self.answer.note(
                "The second run does not give its own result again: what is explained is why the first one's is left. "
                "`samerun check` of the second run says what it depends on."
            )
            return
        self.target = full
        if end is not None:
            self.answer.note(
                "With everything taken over that can be, the first run does not quite give the second one's result "
                f"({self.judge.describe(full, end)}); what is explained is the part that can be reached."
            )

    def _reaches(self, taken: frozenset[int]) -> bool:
        is_reached = self._is_reached(self.trying.run(taken))
        if is_reached:
            self.answer.narrow(taken)
        return is_reached

    def _is_reached(self, found: Kept | None) -> bool:
        if found is None:
            return False
        return self.judge.same(found, self.target) if self.target else not self._is_start(found)

    def _refine(self, found: frozenset[int]) -> dict[int, Apply]:
        """Find the places in the files of code of a set, each with the others of its set as they are.

        Returns:
            What takes over only the pieces that matter, for files of which there are others.
        """
        parts: dict[int, Apply] = {}
        for index in sorted(found):
            change = self.candidates[index].change
            if change.kind != "code" or index in self.answer.places:
                continue

            def reaches(take: Apply, index: int = index) -> bool:
                what = f"with a part of {self.candidates[index].change.subject}"
                return self._is_reached(self.trying.run(found, what, instead={index: take}))

            refined = refine(change, (self.a.run, self.b.run, self.trying.objects), reaches)
            self.answer.places[index] = refined.places
            if refined.take is not None:
                parts[index] = refined.take
        return parts

    def _without_masks(self, found: frozenset[int], parts: dict[int, Apply]) -> frozenset[int]:
        """Return a set without the changes that only hide another piece of a file.

        An option that stands in the way of its changed default is needed with the whole file, and not with the piece
        of it that matters.
        """

        def reaches(taken: frozenset[int]) -> bool:
            instead = {index: take for index, take in parts.items() if index in taken}
            return self._is_reached(self.trying.run(taken, instead=instead))

        if len(found) < 2 or not parts or not reaches(found):
            return found
        less = without_needless(found, reaches)
        if less != found and len(less) > 1:
            self._keep_what_lacks(less)
        return less

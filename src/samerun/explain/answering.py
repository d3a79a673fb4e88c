"""What was found, put into the words of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from samerun.explain.advice import advice_on
from samerun.explain.judging import Judge, Kept
from samerun.explain.mixture import Candidate
from samerun.explain.sites import Sites
from samerun.record.cause import Cause, Check, Explanation, NotCause, Unconfirmed
from samerun.record.verdict import Verdict

NEAR = 12
"""Up to how many changes are named among which the cause must be, where a search had to stop."""


@dataclass
class Answer:
    """An answer as it grows.

    Args:
        a: the first run.
        b: the second.
        judge: says in what results differ.
        candidates: the changes.
        sites: finds the line that reads a value.

    ``sets`` are the smallest sets found; ``places`` the lines of changed files of code, by the change's number;
    ``is_whole`` says that the second run's own result was reached, ``is_complete`` that the search came to its end.
    ``start`` and ``target`` are the results between which was searched; ``without`` holds what a set gives with one of
    its members left out.
    """

    a: Kept
    b: Kept
    judge: Judge
    candidates: Sequence[Candidate]
    sites: Sites
    sets: list[frozenset[int]] = field(default_factory=list)
    places: dict[int, list[str]] = field(default_factory=dict)
    is_whole: bool = False
    is_complete: bool = False
    start: Kept | None = None
    target: Kept | None = None
    without: dict[tuple[frozenset[int], int], Kept] = field(default_factory=dict)
    _own: list[Cause] = field(default_factory=list)
    _notes: list[str] = field(default_factory=list)
    _stopped: str = ""
    _near: frozenset[int] | None = None
    _idle: str = ""

    def note(self, text: str) -> None:
        """Keep a sentence for the reader."""
        self._notes.append(text)

    def stop(self, why: str) -> None:
        """Keep why the search ended early, and how far it had come."""
        self._stopped = why
        if not self.sets and self._near is not None and len(self._near) <= NEAR:
            names = ", ".join(self.candidates[index].change.subject for index in sorted(self._near))
            self._notes.append(f"The search had to stop; the cause is among these: {names}.")

    def narrow(self, taken: frozenset[int]) -> None:
        """Keep the smallest set that was seen to suffice."""
        if self._near is None or len(taken) < len(self._near):
            self._near = taken

    def add_own(self, found: Check) -> None:
        """Keep what makes the program differ from itself."""
        self._own += found.causes
        self._notes += found.notes

    def nothing_matters(self, is_held: bool) -> None:
        """Keep that the result is the same with all changes that can be tried."""
        self._idle = "with all that can be taken over at once the first run's result stays as it is"
        still = ", with what makes the program differ from itself held still" if is_held else ""
        self._notes.append(f"None of the changes that can be tried here changes the result{still}.")

    def explanation(self, verdict: Verdict, replays: int, notes: Iterable[str]) -> Explanation:
        """Return the answer.

        Args:
            verdict: how the same the two runs are.
            replays: how many runs it rests on.
            notes: what else was noticed.
        """
        causes = [*self._own, *(cause for each in self.sets for cause in self._causes(each))]
        not_causes, unconfirmed = self._left({(cause.kind, cause.subject) for cause in causes})
        stopped = [self._stopped] if self._stopped else []
        said = tuple(dict.fromkeys([*self._notes, *notes, *stopped]))
        return Explanation(
            False, verdict, tuple(_distinct(causes)), tuple(not_causes), tuple(unconfirmed), replays, said
        )

    def _left(self, named: set[tuple[str, str]]) -> tuple[list[NotCause], list[Unconfirmed]]:
        """Return the changes that are no causes: what did not matter, and what is not known."""
        taken = frozenset[int]().union(*self.sets)
        not_causes, unconfirmed = [], []
        for index, each in enumerate(self.candidates):
            kind, subject = each.change.kind, each.change.subject
            if index in taken or (kind, subject) in named:
                continue
            shown = self._shown_not_to_matter(each)
            if shown:
                not_causes.append(NotCause(kind, subject, shown))
            else:
                why = each.unable or self._stopped or next(iter(self._notes), "it was not tried")
                unconfirmed.append(Unconfirmed(kind, subject, why))
        return not_causes, unconfirmed

    def _shown_not_to_matter(self, each: Candidate) -> str:
        """Return what shows that a change does not matter; empty where nothing does."""
        if self._idle and not each.unable:
            return self._idle
        if self.is_complete and (self.is_whole or not each.unable):
            return "the second run's result is reached without it"
        return ""

    def _causes(self, found: frozenset[int]) -> list[Cause]:
        evidence = {index: self._evidence(index, found) for index in found}
        return [
            Cause(change.kind, change.subject, where, evidence[index], advice_on(change))
            for index in sorted(found)
            for change in [self.candidates[index].change]
            for where in self._wheres(index)
        ]

    def _wheres(self, index: int) -> Sequence[str | None]:
        change = self.candidates[index].change
        return self.places.get(index) or [self.sites.of(change)]

    def _evidence(self, index: int, found: frozenset[int]) -> str:
        start, target = self.start or self.a, self.target or self.b
        moved = self.judge.describe(start, target)
        reached = "the second one's result" if self.is_whole else "another result"
        others = [self.candidates[each].change.subject for each in sorted(found) if each != index]
        if others:
            together = f"with this and {', '.join(others)} changed, but not without it"
            return f"{together}, the first run gives {reached} ({moved}){self._missed(index, found, target)}"
        alone = ", as it does with another one" if len(self.sets) > 1 else ""
        return f"with only this changed the first run gives {reached}{alone} ({moved})"

    def _missed(self, index: int, found: frozenset[int], target: Kept) -> str:
        """Return in what the result is another one where this change alone is left out: what it is responsible for."""
        less = self.without.get((found, index))
        return "" if less is None else f"; without it this still differs: {self.judge.describe(less, target)}"


def _distinct(causes: Sequence[Cause]) -> list[Cause]:
    """Return each cause once: one that belongs to several sets was found several times."""
    return list({(cause.kind, cause.subject, cause.where): cause for cause in reversed(causes)}.values())[::-1]

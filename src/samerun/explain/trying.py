"""Mixtures of two runs, made and judged: the first run with some of the second one's values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from samerun.explain.fitting import Fitting
from samerun.explain.judging import Kept
from samerun.explain.laboratory import Laboratory, Trial
from samerun.explain.mixture import Candidate, Mixture
from samerun.record.values import Values
from samerun.store.objects import Objects

Apply = Callable[[Mixture], None]
"""What takes one change over into a mixture."""

SHOWN = 3
"""How many changes are named while they are tried."""


@dataclass
class Trying:
    """Makes the first run with some changes.

    Args:
        a: the run that is made again.
        b: the run whose values are taken.
        laboratory: makes the runs.
        objects: the contents that both share.
        candidates: the changes; they are named by their numbers.
        fitting: gives trials their packages.

    ``held`` is given to every trial: what makes the program differ from itself, held still. ``notes`` say what could
    not be made as it should be.
    """

    a: Kept
    b: Kept
    laboratory: Laboratory
    objects: Objects
    candidates: list[Candidate]
    fitting: Fitting
    held: dict[str, Values] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def run(
        self, taken: Collection[int], what: str = "", *, instead: Mapping[int, Apply] | None = None, repeat: int = 0
    ) -> Kept | None:
        """Return the first run with some changes; None where it cannot be made with them.

        Args:
            taken: the numbers of the changes.
            what: what is being tried, in words; made from their names if empty.
            instead: what is taken over in place of single changes.
            repeat: the number of the repeat.

        Raises:
            BudgetSpent: as many runs as are allowed have been made.
        """
        mixture = self._mixture(taken, instead or {})
        what = what or self.names(taken)
        found = self.laboratory.try_run(self._trial(mixture, what, repeat))
        if isinstance(found, str):
            self._note(f"It could not be run {what}: {found}")
            return None
        lost = self.fitting.not_given(mixture, [self.candidates[each].change.subject for each in taken], found.run)
        if lost:
            self._note(lost)
            return None
        if found.run.status == "killed" and self.laboratory.limits.timeout_s is not None:
            self._note(f"{what}: killed after {self.laboratory.limits.timeout_s:g} s, which counts as another result")
        return found

    def trial_of(self, taken: Collection[int]) -> Trial:
        """Return the trial of some changes, for the laboratory itself, which raises what stands in its way."""
        return self._trial(self._mixture(taken, {}), self.names(taken))

    def ahead(self, sets: Sequence[Collection[int]]) -> None:
        """Make runs that will be asked for, at the same time where that is allowed; they are found made later."""
        if self.laboratory.limits.side_by_side > 1 and len(sets) > 1:
            self.laboratory.run_ahead([self.trial_of(taken) for taken in sets])

    def names(self, taken: Collection[int]) -> str:
        """Return in words what is taken over."""
        names = [self.candidates[index].change.subject for index in sorted(taken)]
        if not names:
            return "as it was"
        shown = ", ".join(names) if len(names) <= SHOWN else f"{len(names)} of {len(self.candidates)} changes"
        return f"with {shown}"

    def _mixture(self, taken: Collection[int], instead: Mapping[int, Apply]) -> Mixture:
        mixture = Mixture(self.a.run, self.b.run, self.objects)
        mixture.unset_the_others()
        for index in sorted(taken):
            instead.get(index, self.candidates[index].take)(mixture)
        self.notes += [note for note in self.fitting.fit(mixture) if note not in self.notes]
        return mixture

    def _trial(self, mixture: Mixture, what: str, repeat: int = 0) -> Trial:
        return Trial({**self.held, **mixture.given}, what, repeat, mixture.python)

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

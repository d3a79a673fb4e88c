"""Where all the questions of one check are tried: what was held still before is not run again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from samerun.explain.checking.repeating import Series
from samerun.explain.checking.sources import RECORDED, given_with
from samerun.explain.judging import Judge, Kept
from samerun.explain.laboratory import Laboratory, Trial
from samerun.record.values import Values

Sites = Mapping[str, Collection[str]]


@dataclass
class Bench:
    """One recorded run, made again under conditions.

    Args:
        base: the recorded run.
        laboratory: makes the runs.
        judge: says whether two results are the same.

    ``watched`` is a replay in which was noted what the program uses; ``repeats_recorded`` whether it gave the recorded
    result again.
    """

    base: Kept
    laboratory: Laboratory
    judge: Judge
    watched: Kept | None = None
    repeats_recorded: bool = False
    _series: dict[str, Series] = field(default_factory=dict)

    def same(self, a: Kept, b: Kept) -> bool:
        """Say whether two results are the same."""
        return self.judge.same(a, b)

    def as_recorded(self, varied: Mapping[str, Values], what: str, repeat: int = 0) -> Kept:
        """Return the recorded run made again with some values in the place of its own."""
        return self.laboratory.run(Trial(varied, what, repeat))

    def holding(self, held: Collection[str], sites: Sites | None = None, seeded: bool = False) -> Series:
        """Return the runs in which these kinds are held still and everything else is as it comes.

        Args:
            held: the kinds.
            sites: the lines that a kind is held at; everywhere where it is not named.
            seeded: whether generators are held as if each line that draws had a seed of its own.
        """
        chosen = {kind: sorted(lines) for kind, lines in sorted((sites or {}).items())}
        name = f"{sorted(held)} {chosen} {seeded}"
        if name not in self._series:
            given = given_with(self.base.run, held, chosen, seeded)
            what = words(held, chosen) + (", a seed on each line" if seeded else "")
            samples, known = ([], "") if seeded else (self._samples(held), self._known(held))

            def make(number: int) -> Kept:
                return self.laboratory.run(Trial(given, f"{what}, run {number + 1}", repeat=number))

            self._series[name] = Series(make, self.judge, self._breaks if held else _never, samples, known)
        return self._series[name]

    def _breaks(self, run: Kept) -> str:
        """Return how a run ended that was held still, where neither the recorded nor a plain one ended so."""
        others = [self.base, *self.holding(()).runs]
        return min((ending(run, other) for other in others), key=len)

    def _samples(self, held: Collection[str]) -> list[Kept]:
        """Return the watched replay where it is a sample of the same launch: what is held had the same values in it."""
        is_sample = held and RECORDED.issuperset(held) and self.watched is not None and self.repeats_recorded
        return [self.watched] if is_sample and self.watched is not None else []

    def _known(self, held: Collection[str]) -> str:
        """Return in what the recorded run and its replay differ, if they do: to hold less is no better."""
        is_less = held and RECORDED.issuperset(held) and self.watched is not None and not self.repeats_recorded
        return self.judge.describe(self.base, self.watched) if is_less and self.watched is not None else ""


def ending(run: Kept, reference: Kept) -> str:
    """Return how a run ended, where that is not as the reference did."""
    if (run.run.status, run.run.exit_code) == (reference.run.status, reference.run.exit_code):
        return ""
    if run.run.status == "killed":
        return "it does not end"
    return f"it fails (exit status {run.run.exit_code})"


def _never(run: Kept) -> str:
    return ""


def words(held: Collection[str], sites: Sites | None = None) -> str:
    """Return in a few words what is held still."""
    if not held:
        return "as it is"
    names = [kind + (f" at {', '.join(sites[kind])}" if sites and kind in sites else "") for kind in sorted(held)]
    return "held still: " + ", ".join(names)

"""The questions of ``check``, in their order: as it is, as recorded, taken apart, varied."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from samerun.errors import CannotReplay, CannotStart
from samerun.explain.checking import leftovers, placing, varying
from samerun.explain.checking.advising import advise, called_for
from samerun.explain.checking.bench import Bench
from samerun.explain.checking.failing import refuse_failing, silence_note
from samerun.explain.checking.repeating import REPEATS
from samerun.explain.checking.source_lines import calls_on, line_naming
from samerun.explain.checking.sources import FACTOR_OF, GENERATORS, given_with, reading
from samerun.explain.checking.taking_apart import TakenApart, take_apart
from samerun.explain.checking.use import Use, watching
from samerun.explain.checking.varying import Moved
from samerun.explain.judging import Judge, Kept
from samerun.explain.laboratory import BudgetSpent, Laboratory
from samerun.factors.condition import MODE
from samerun.inside.conditions.threads import WORKERS
from samerun.launch.surroundings import refused
from samerun.record.cause import Cause, Check, Sensitivity, Unconfirmed
from samerun.record.values import Values
from samerun.store.objects import Objects


@dataclass(frozen=True)
class Asked:
    """What is to be found out.

    Args:
        times: how many plain runs must agree.
        vary: the conditions that are varied; None for all that can matter.
    """

    times: int = 2
    vary: Collection[str] | None = None


def check(base: Kept, laboratory: Laboratory, judge: Judge, asked: Asked | None = None) -> Check:
    """Say whether a recorded program is reproducible, and what its result depends on.

    Args:
        base: the recorded run.
        laboratory: makes the runs.
        judge: says whether two results are the same.
        asked: what is to be found out.

    Raises:
        CannotCheck: the program fails as it is.
        CannotReplay, CannotStart: the run cannot be made again at all.
    """
    checking = _Checking(Bench(base, laboratory, judge), asked or Asked())
    try:
        checking.go()
    except BudgetSpent as error:
        checking.notes.append(error.sentence)
    return checking.answer()


@dataclass
class _Checking:
    """One check on its way."""

    bench: Bench
    asked: Asked
    use: Use = field(init=False)
    reproducible: bool | None = None
    recorded: bool | None = None
    causes: list[Cause] = field(default_factory=list)
    sensitive: list[Sensitivity] = field(default_factory=list)
    insensitive: dict[str, None] = field(default_factory=dict)
    unconfirmed: list[Unconfirmed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    doubt: str = ""

    def __post_init__(self) -> None:
        self.use = Use(self.bench.base.run)
        self.objects = Objects(self.bench.laboratory.layout.objects)

    def go(self) -> None:
        refuse_failing(self.bench)
        self.notes += silence_note(self.bench.base)
        if self._repeats():
            self.reproducible = self._starts_afresh(())
            if self._vary():
                return
            # Plain runs agreed by chance: what was varied since says nothing.
            self.sensitive, self.insensitive, self.causes = [], {}, []
        self.reproducible = False
        held = self._take_apart()
        if held:
            self._starts_afresh(held)

    def _repeats(self) -> bool:
        """Say whether the program agrees with itself as it is; look at the same time what it uses."""
        bench = self.bench
        plain = bench.holding(())
        agrees = plain.agrees(self.asked.times)
        self.reproducible = None if agrees else False
        watched = bench.as_recorded(watching(bench.base.run), "as it was recorded")
        bench.watched, self.use = watched, Use(watched.run)
        self.recorded = bench.repeats_recorded = bench.same(bench.base, watched)
        if agrees and not bench.same(plain.runs[0], watched):
            # Two may have agreed by chance: the recorded one is a third, with a hash seed and entropy of its own.
            if plain.agrees() and not self.recorded:
                plain.add(watched)  # nor does it agree with the recorded run, though it was given the same
            self.doubt = bench.judge.describe(plain.runs[0], watched)
        if plain.runs[0].run.place.tree != bench.base.run.place.tree:
            self.notes.append("There are no mount namespaces here: each run was made in a copy at a path of its own.")
        return plain.agrees(self.asked.times)

    def _take_apart(self) -> list[str]:
        """Name the causes; return the kinds that must be held still, none where they could not be told."""
        found = take_apart(self.bench, self.use.guesses(bool(self.recorded)))
        if not found.needed:
            self._leave_open(found)
            return []
        causes = [self._cause(kind, found.held, found.evidence[kind]) for kind in found.needed]
        self.causes += _without_shadows(causes)
        self.insensitive.update(dict.fromkeys(kind for kind in found.tried if kind not in found.needed))
        return found.held

    def _leave_open(self, found: TakenApart) -> None:
        tried = ", ".join(found.tried) or "nothing"
        self.notes.append(f"With all held still that can be ({tried}) it does not agree with itself.")
        self.notes += (
            f"{why}, so it was not held still." for why in refused(self.bench.holding(found.tried).runs[0].run)
        )
        for kind in found.tried:
            self.unconfirmed.append(Unconfirmed(kind, kind, "held still with all the others, and the results differ"))
        for host in reading(self.bench.base.run, "network"):
            why = "the program spoke to it, and what comes from there cannot be held still"
            self.unconfirmed.append(Unconfirmed("network", host, why))

    def _cause(self, kind: str, needed: Sequence[str], evidence: str) -> Cause:
        where = self._placed(partial(placing.place_of, self.bench, self.use, needed, kind))
        subject, advice = self._words(kind, where)
        return Cause(kind, subject, where, evidence, advice)

    def _placed(self, find: Callable[[], str | None]) -> str | None:
        """Return a line; a cause that was found stands without one where no more runs may be made."""
        try:
            return find()
        except BudgetSpent as error:
            self.notes.append(error.sentence)
            return None

    def _starts_afresh(self, held: Sequence[str]) -> bool:
        """Say whether a run in the folder that the first one left behind gives the same; find what it saw if not."""
        if UNSTEADY.intersection(held):
            self.notes.append("Whether it reads what an earlier run left cannot be told: any file moves the addresses.")
            return True
        first = self.bench.holding(held).runs[0]
        left = leftovers.left_by(first)
        plain = given_with(self.bench.base.run, held)

        def disturbs(present: Collection[int], repeat: int = 0) -> bool:
            paths = [left[index] for index in sorted(present)]
            given = {**plain, **leftovers.folder_after(first, paths, self.objects)}
            run = self.bench.as_recorded(given, f"in a folder that holds {', '.join(paths[:3])}", repeat)
            return not self.bench.same(first, leftovers.with_what_lay_there(run, first))

        everything = range(len(left))
        if not left or not disturbs(everything) or not disturbs(everything, 1):
            self.insensitive["leftover-state"] = None
            return True
        seen = [left[index] for index in leftovers.smallest(everything, disturbs)]
        self.causes += leftovers.causes(seen, lambda path: self._placed(partial(self._reader, first, held, path)))
        return False

    def _reader(self, first: Kept, held: Sequence[str], path: str) -> str | None:
        """Return the line that reads what an earlier run left."""
        plain = given_with(self.bench.base.run, held)
        return placing.line_between(
            self.bench, plain, {**plain, **leftovers.folder_after(first, [path], self.objects)}
        ) or line_naming(self.bench.base.run, path, self.objects)

    def _vary(self) -> bool:
        """Vary one condition after another; False as soon as it shows that plain runs differ after all."""
        for kind in varying.CONDITIONS:
            if not self.use.can_matter(kind) or (kind in varying.RELEASED and not varying.can_vary(self.bench, kind)):
                self.insensitive[kind] = None
        reference, beside = self.bench.watched or self.bench.base, dict[str, Values]()
        for kind in varying.kinds_to_vary(self.use, self.asked.vary):
            if not varying.can_vary(self.bench, kind):
                continue
            try:
                moved = varying.vary(self.bench, kind, reference, beside)
            except (CannotReplay, CannotStart) as error:
                self.unconfirmed.append(Unconfirmed(kind, kind, f"it cannot be varied here: {error.sentence}"))
                continue
            # Where much seems to matter, it may be that plain runs agreed by chance: more of them are worth their time.
            if moved and (moved.doubtful or self.causes or self.sensitive) and not self.bench.holding(()).agrees():
                return False
            if moved is None or moved.once:
                self.insensitive[kind] = None
                continue
            self._add(moved)
            if kind == varying.MEMORY:
                # What lies in fresh memory follows from all else: from here on it is held still.
                beside = {kind: FACTOR_OF[kind].held(reading(self.bench.base.run, kind)) or {}}
                reference = self.bench.as_recorded(beside, f"held still: {kind}")
        return True

    def _add(self, moved: Moved) -> None:
        """Add what moved the result: a cause where plain runs would have shown it with more luck."""
        if why := varying.not_moved_along(self.bench.base.run, moved):
            self.unconfirmed.append(Unconfirmed(moved.kind, moved.kind, why))
            return
        where = self._placed(partial(placing.place_of_moved, self.bench, self.use, moved))
        subject, advice = self._words(moved.kind, where, moved.values)
        if moved.ending and moved.is_ours:
            self.unconfirmed.append(Unconfirmed(moved.kind, subject, f"with it varied, {moved.ending}"))
        elif self._is_free(moved.kind):
            self.reproducible = False
            evidence = f"plain runs each have one of their own, and another one changes the result ({moved.differ})"
            self.causes.append(Cause(moved.kind, subject, where, evidence, advice))
        else:
            rounding = "another by no more than rounding" if moved.within_rounding else "another"
            evidence = f"varied, {moved.ending or f'the result is {rounding}'} ({moved.differ})"
            self.sensitive.append(Sensitivity(moved.kind, where, evidence, advice, subject, moved.within_rounding))

    def _is_free(self, kind: str) -> bool:
        is_set = kind == "hash-order" and reading(self.bench.base.run, kind).get("found") != "unset"
        return kind in varying.FREE and not is_set

    def _words(self, kind: str, where: str | None, varied: Mapping[str, Any] | None = None) -> tuple[str, str]:
        """Return the thing that a cause is about, and what to do."""
        calls = calls_on(self.bench.base.run, where, self.objects)
        drew = self.use.library_at(kind, where)
        subject = drew or self._subject(kind, (varied or {}).get(kind)) or called_for(kind, calls) or kind
        return subject, advise(kind, subject, calls)

    def _subject(self, kind: str, values: Mapping[str, Any] | None) -> str:
        if kind in GENERATORS:
            return kind.removeprefix("unseeded-")
        if (values or {}).get(MODE) == WORKERS:
            return "num_workers"
        known = reading(self.bench.base.run, kind)
        changed = [name for name, value in (values or {}).items() if known.get(name) != value]
        named = [name for name in changed if name.isupper()]
        return named[0] if named else _SUBJECTS.get(kind, "")

    def answer(self) -> Check:
        """Return what was found so far."""
        if self.doubt and not self.causes:
            self.notes.append(f"{REPEATS} plain runs agree, but not with the recorded one ({self.doubt}).")
        told = {each.kind for found in (self.causes, self.sensitive, self.unconfirmed) for each in found}
        return Check(
            self.reproducible, self.recorded, tuple(self.causes), tuple(self.sensitive),
            tuple(kind for kind in self.insensitive if kind not in told), self.bench.laboratory.replays,
            tuple(self.unconfirmed), tuple(dict.fromkeys(self.notes)),
        )  # fmt: skip


UNSTEADY = frozenset(("memory-address",))
"""What is moved by a file that merely lies in the folder, even if nothing reads it."""

_SUBJECTS = {"hash-order": "PYTHONHASHSEED", "thread-count": "OMP_NUM_THREADS"}


def _without_shadows(causes: Sequence[Cause]) -> list[Cause]:
    """Leave the hash seed out where the addresses matter on the same line: to hold these is to hold that."""
    lines = {cause.where for cause in causes if cause.kind == "memory-address"}
    return [cause for cause in causes if cause.kind != "hash-order" or cause.where not in lines]

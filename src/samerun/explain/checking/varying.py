"""Conditions that ought not to matter, varied one at a time: which of them change the result?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from samerun.explain.checking.bench import Bench
from samerun.explain.checking.sources import GENERATORS, reading
from samerun.explain.checking.use import Use
from samerun.explain.judging import Judge, Kept
from samerun.factors import FACTORS
from samerun.factors.condition import Condition
from samerun.record.values import Values

CONDITIONS = (
    *("hash-order", "listing-order", "thread-count", "instruction-set", "completion-order", "clock", "timezone"),
    *("locale", "working-directory", "process-id", "os-entropy", "memory-address", "uninitialised-memory"),
    *(*GENERATORS, "nondeterministic-kernel", "precision", "network"),
)
"""The kinds that are conditions, in the contract's order."""

FREE = frozenset((*GENERATORS, "os-entropy", "hash-order", "memory-address", "process-id"))
"""What is another in every plain run without anybody's doing: another result under it shows in plain runs too."""

RELEASED = frozenset((*GENERATORS, "os-entropy"))
"""What plain runs leave to the system: that these agree shows that it does not matter."""

ROUNDING = 1e-4
"""The relative difference up to which numbers are said to differ within rounding."""

_ROUNDED = ("thread-count", "instruction-set")


@dataclass(frozen=True)
class Moved:
    """A condition that changed the result.

    Args:
        kind: which one.
        values: what it was varied to.
        differ: in what the result differed, in a few words.
        ending: how the program ended where it failed or did not end; empty where it did as before.
        within_rounding: whether numbers alone differ, and by no more than rounding.
        is_ours: whether it is carried out by samerun inside the program, which may itself keep a program from ending.
    """

    kind: str
    values: Mapping[str, Values]
    differ: str
    ending: str = ""
    within_rounding: bool = False
    is_ours: bool = False


def kinds_to_vary(use: Use, only: Collection[str] | None = None) -> Iterator[str]:
    """Yield the kinds that can matter and can be varied, what is likeliest to matter first.

    Args:
        use: what the run was seen to use.
        only: the kinds that were asked for; None for all.
    """
    for factor in FACTORS:
        if (only is None or factor.kind in only) and use.can_matter(factor.kind):
            yield factor.kind


def vary(bench: Bench, kind: str, reference: Kept) -> Moved | None:
    """Return how a result moves with one condition; None where it does not.

    Args:
        bench: where it is tried.
        kind: the condition; all else is as it was recorded.
        reference: a run as it was recorded.

    Raises:
        BudgetSpent, CannotReplay, CannotStart: as their names say.
    """
    factor = next(each for each in FACTORS if each.kind == kind)
    for values in factor.variations(reading(bench.base.run, kind)):
        varied = {kind: values}
        run = bench.as_recorded(varied, f"with another {kind}")
        if bench.same(reference, run):
            continue
        again = bench.as_recorded(varied, f"with another {kind}, once more", repeat=1)
        if not bench.same(reference, again):  # once could be chance
            differ, ours = bench.judge.describe(reference, run), isinstance(factor, Condition)
            rounding = _is_rounding(kind, bench.judge, (reference, run))
            return Moved(kind, varied, differ, ending(run, reference), rounding, ours)
    return None


def can_vary(bench: Bench, kind: str) -> bool:
    """Say whether there is anything that a condition could be varied to."""
    factor = next((each for each in FACTORS if each.kind == kind), None)
    return factor is not None and next(iter(factor.variations(reading(bench.base.run, kind))), None) is not None


def ending(run: Kept, reference: Kept) -> str:
    """Return how a run ended, where that is not as the reference did."""
    if (run.run.status, run.run.exit_code) == (reference.run.status, reference.run.exit_code):
        return ""
    if run.run.status == "killed":
        return "it does not end" if reference.run.status != "killed" else ""
    return f"it fails (exit status {run.run.exit_code})"


def _is_rounding(kind: str, judge: Judge, runs: tuple[Kept, Kept]) -> bool:
    """Say whether a difference is no more than rounding; only threads and instruction sets make such."""
    near = Judge(max(judge.rtol, ROUNDING), max(judge.atol, ROUNDING * ROUNDING), judge.metric)
    return kind in _ROUNDED and near.same(*runs)

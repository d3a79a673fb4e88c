"""Conditions that ought not to matter, varied one at a time: which of them change the result?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from samerun.errors import CannotReplay
from samerun.explain.checking.bench import Bench, ending
from samerun.explain.checking.sources import FACTOR_OF, GENERATORS, reading
from samerun.explain.checking.use import Use
from samerun.explain.judging import Judge, Kept
from samerun.factors import FACTORS
from samerun.factors.condition import MODE, Condition
from samerun.launch.surroundings import refused
from samerun.record.run import Run
from samerun.record.values import Json, Values

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

MEMORY = "uninitialised-memory"

CHANCY = frozenset((MEMORY, "completion-order"))
"""What may be another in plain runs, or may happen to be the same."""

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
        once: whether the result moved only once of twice: by chance then, not with the condition.
        is_steady: whether it moved to the same result twice.
    """

    kind: str
    values: Mapping[str, Values]
    differ: str
    ending: str = ""
    within_rounding: bool = False
    is_ours: bool = False
    once: bool = False
    is_steady: bool = True

    @property
    def doubtful(self) -> bool:
        """Whether plain runs may differ too, though two of them agreed."""
        return self.once or not self.is_steady or self.kind in CHANCY


def kinds_to_vary(use: Use, only: Collection[str] | None = None) -> list[str]:
    """Return the kinds that can matter and can be varied; fresh memory comes first, since what lies in it follows all.

    Args:
        use: what the run was seen to use.
        only: the kinds that were asked for; None for all.
    """
    kinds = [each.kind for each in FACTORS if (only is None or each.kind in only) and use.can_matter(each.kind)]
    return sorted(kinds, key=lambda kind: kind != MEMORY)


def vary(bench: Bench, kind: str, reference: Kept, beside: Mapping[str, Values]) -> Moved | None:
    """Return how a result moves with one condition; None where it does not.

    Args:
        bench: where it is tried.
        kind: the condition; all else is as it was recorded.
        reference: a run as it was recorded.
        beside: what is held still in the reference and here.

    Raises:
        BudgetSpent, CannotStart: as their names say.
        CannotReplay: it cannot be varied here.
    """
    factor, once = FACTOR_OF[kind], None
    for values in factor.variations(reading(bench.base.run, kind)):
        varied = {**beside, kind: values}
        run = bench.as_recorded(varied, f"with another {kind}")
        if bench.same(reference, run):
            _refuse_not_given(run)
            continue
        again = bench.as_recorded(varied, f"with another {kind}, once more", repeat=1)
        moved = Moved(
            kind, varied, bench.judge.describe(reference, run), ending(run, reference),
            is_rounding(kind, bench.judge, (reference, run)), isinstance(factor, Condition) or MODE in values,
            bench.same(reference, again), bench.same(run, again),
        )  # fmt: skip
        if not moved.once:
            return moved
        once = moved
    return once


def _refuse_not_given(run: Kept) -> None:
    """Refuse to conclude anything from a result that stayed the same where the system refused to change something."""
    if lacking := refused(run.run):
        raise CannotReplay(f"{lacking[0]}.", "Ask again where that is allowed.")


def can_vary(bench: Bench, kind: str) -> bool:
    """Say whether there is anything that a condition could be varied to."""
    factor = FACTOR_OF.get(kind)
    return factor is not None and next(iter(factor.variations(reading(bench.base.run, kind))), None) is not None


def not_moved_along(run: Run, moved: Moved) -> str:
    """Say why nothing follows from a failure in another folder: what was read beside the folder did not come along.

    Args:
        run: the recorded run.
        moved: what changed the result.

    Returns:
        The reason, empty where there is none.
    """
    if moved.kind != "working-directory" or not moved.ending:
        return ""
    around = run.place.tree.rstrip("/").rpartition("/")[0] + "/"
    read = [path for kind in ("code", "data") for path, fact in reading(run, kind).items() if _is_outside(fact)]
    beside = [path for path in read if path.startswith(around)]
    if not beside or around == "/":
        return ""
    return f"with its folder elsewhere {moved.ending}, but {beside[0]}, which it reads, was not moved along with it"


def _is_outside(fact: Json) -> bool:
    return isinstance(fact, dict) and fact.get("state") == "outside"


def is_rounding(kind: str, judge: Judge, runs: tuple[Kept, Kept]) -> bool:
    """Say whether a difference is no more than rounding; only threads and instruction sets make such."""
    near = Judge(max(judge.rtol, ROUNDING), max(judge.atol, ROUNDING * ROUNDING), judge.metric)
    return kind in _ROUNDED and near.same(*runs)

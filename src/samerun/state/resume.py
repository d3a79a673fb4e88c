"""Does it resume exactly? A training stopped, started again and held against the one that was never stopped."""

from __future__ import annotations

import inspect
import numbers
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from samerun.errors import BadOption, CannotVerify
from samerun.state.batch_order import batches_told
from samerun.state.components import Component, in_causal_order
from samerun.state.digests import digest_bytes
from samerun.state.leaves import leaves
from samerun.state.ledger import Enough
from samerun.state.live_parts import Digests
from samerun.state.resume_judging import (
    aligned,
    changed_variables,
    counters,
    first_resumed_step,
    missing_components,
    same_step,
)
from samerun.state.step_ledger import Step, StepLedger
from samerun.state.surroundings import Surroundings
from samerun.state.watching import watched

Train = Callable[[Path], object]

_OF_THE_CLOCK = ("time", "second", "duration", "elapsed", "date", "started", "ended")


@dataclass(frozen=True)
class ResumeCheck:
    """Whether a training that is stopped and started again ends as if it had never been stopped.

    Attributes:
        exact: weights, buffers, optimizers, schedulers, scalers, averaged models and what the training returns end bit
            for bit the same.
        at: after which optimizer step it was stopped.
        steps: how many optimizer steps the uninterrupted training makes.
        resumed_at: the optimizer step with which it went on, from 1; None if it began from the start.
        step: the first step that was not the same; None if all were.
        missing: what had not been saved, in causal order.
        sentence: the verdict in words.
    """

    exact: bool
    at: int
    steps: int
    resumed_at: int | None
    step: int | None
    missing: tuple[Component, ...]
    sentence: str

    def __bool__(self) -> bool:
        return self.exact

    def __str__(self) -> str:
        return "\n".join([self.sentence, *(f"- {one}: {one.advice}" for one in self.missing)])


@dataclass(frozen=True)
class _Run:
    """What one run left."""

    steps: list[Step]
    end: Digests
    returned: dict[str, bytes]
    error: str = ""


class _Failing:
    """Keeps the error of a training that was started again: that it fails then is what is to be found out."""

    error = ""

    def __enter__(self) -> _Failing:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, Exception):
            self.error = f"{type(error).__name__}: {error}".strip().removesuffix(".")
        return bool(self.error)


def check_resume(train: Train, at: int, *, folder: str | os.PathLike[str] | None = None) -> ResumeCheck:
    """Run a training whole, run it again and stop it, run it once more from what it had saved, and compare.

    Args:
        train: trains from start to end, given an empty folder: it keeps its checkpoints there, and goes on from what it
            finds there. It seeds itself, or relies on the generators as they are now.
        at: after which optimizer step it is stopped, from 1; the end of the training must come later.
        folder: where the folders of the runs are made and left; by default they are removed.

    Returns:
        Whether the end is bit for bit the same, else what was not saved. Generators, and the models and generators
        that ``train`` can reach, are as they were before.

    Raises:
        BadOption: ``at`` is no step, or ``train`` is no function of a folder.
        CannotVerify: it trains nothing, ends before ``at``, or does not repeat even without a stop.

    Costs a little over two trainings, with about 0.25 ms a megabyte of state in each step. It is stopped by an
    exception that ``except Exception`` does not catch; what stands under ``finally`` is done, as it would not be by a
    kill.
    """
    stop = _step(at)
    _refuse_other_arguments(train)
    before = Surroundings(train)
    keep = nullcontext(folder) if folder is not None else tempfile.TemporaryDirectory(prefix="samerun-resume-")
    try:
        with keep as place:
            assert place is not None
            return _check(train, stop, Path(place), before)
    finally:
        before.give_back()


def _step(at: object) -> int:
    if isinstance(at, bool) or not isinstance(at, numbers.Integral) or at < 1:
        raise BadOption(f"A training cannot be stopped after step {at!r}.", "Give a whole number from 1.")
    return int(at)


def _refuse_other_arguments(train: object) -> None:
    """Refuse what cannot be called with a folder; a signature that nobody can tell is tried."""
    next_step = "Give a function of the folder: it keeps its checkpoints there and goes on from what it finds there."
    if not callable(train):
        raise BadOption(f"A {type(train).__name__} cannot be called.", next_step)
    try:
        signature = inspect.signature(train)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(Path())
    except TypeError as error:
        name = getattr(train, "__name__", type(train).__name__)
        raise BadOption(f"{name}{signature} cannot be called with a folder alone: {error}.", next_step) from error


def _check(train: Train, at: int, folder: Path, before: Surroundings) -> ResumeCheck:
    whole_place, place = _fresh(folder / "uninterrupted"), _fresh(folder / "interrupted")
    whole = _run(train, whole_place, before)
    _refuse_what_cannot_be_stopped(whole, at)
    interrupted = _run(train, place, before, stop_after=at)
    _refuse_what_does_not_repeat(whole, interrupted)
    kept = any(place.rglob("*"))
    failing = _Failing()
    resumed = _run(train, place, before, failing=failing)
    check = ResumeCheck(False, at, len(whole.steps), None, None, (), "")
    return _judge(check, whole, interrupted, resumed, kept)


def _fresh(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BadOption(f"The folder {folder} is not empty.", "Name a folder that no check has used yet.")
    return folder


def _run(
    train: Train, folder: Path, before: Surroundings, stop_after: int | None = None, failing: _Failing | None = None
) -> _Run:
    before.give_back()
    ledger = StepLedger(_call.__code__, train, stop_after)
    returned: object = None
    try:
        with failing or nullcontext(), watched(ledger), batches_told(ledger.handed):
            returned = _call(train, folder)
    except Enough:
        pass
    return _Run(ledger.steps, ledger.end(), _without(returned, folder), failing.error if failing else "")


def _call(train: Train, folder: Path) -> object:
    """Call the training; the frames below this one are the program's."""
    return train(folder)


def _without(returned: object, folder: Path) -> dict[str, bytes]:
    """Return the pieces of what was returned by their digests, without paths and times."""
    pieces = leaves(returned, "result") if isinstance(returned, Mapping | list | tuple) else [("result", returned)]
    return {
        name: digest_bytes(piece)
        for name, piece in pieces
        if str(folder) not in str(piece if isinstance(piece, str | Path) else "")
        and not any(word in name.lower() for word in _OF_THE_CLOCK)
    }


def _refuse_what_cannot_be_stopped(whole: _Run, at: int) -> None:
    if not whole.steps:
        raise CannotVerify(
            "The training took no step of a torch optimizer.",
            "Let train(folder) itself train, in this process, with an optimizer of torch.optim.",
        )
    if len(whole.steps) <= at:
        raise CannotVerify(
            f"The training has {len(whole.steps)} optimizer steps, so nothing is left after step {at}.",
            f"Give an at from 1 to {len(whole.steps) - 1}." if len(whole.steps) > 1 else "Train for more steps.",
        )


def _refuse_what_does_not_repeat(whole: _Run, interrupted: _Run) -> None:
    for number, (a, b) in enumerate(zip(whole.steps, interrupted.steps, strict=False), 1):
        if not same_step(a, b):
            raise CannotVerify(
                f"The training does not repeat: without any stop its second run differs in step {number}.",
                "Mend that first: samerun.state.verify_determinism names the tensor.",
            )


def _judge(check: ResumeCheck, whole: _Run, interrupted: _Run, resumed: _Run, kept: bool) -> ResumeCheck:
    if not resumed.steps and resumed.error:
        sentence = f"It does not resume: started again after step {check.at}, it failed with {resumed.error}."
        return replace(check, missing=(Component("checkpoint"),), sentence=sentence)
    if not resumed.steps:
        return replace(
            check,
            missing=(Component("counter"),),
            sentence=f"It does not resume: started again after step {check.at}, it took no step more, "
            f"where {check.steps - check.at} were left.",
        )
    first = first_resumed_step(whole.steps, resumed.steps, check.at)
    if first is None:
        return _not_resumed(check, kept)
    missing, step = missing_components(whole.steps, interrupted.steps, resumed.steps, first)
    changed = changed_variables(whole.steps, interrupted.steps, whole.steps[first - 1], resumed.steps[0])
    missing = _with_count(missing, changed, check.steps - first + 1, resumed)
    check = replace(check, resumed_at=first, step=step, missing=missing)
    late = _end(whole, resumed) if not resumed.error else ()
    if not late and not resumed.error and _same_course(whole, resumed, first):
        sentence = (
            f"It resumes exactly: stopped after step {check.at}, it went on with step {first} and ended the same."
        )
        return replace(check, exact=True, step=None, missing=(), sentence=sentence)
    if not check.missing:
        variables = [Component("variable", name) for name in changed]
        check = replace(check, missing=in_causal_order([*late, *variables]) or (Component("unknown"),))
    what = ", ".join(str(replace(component, detail="")) for component in check.missing)
    where = "before that" if step == first else f"from step {step} on" if step else "at the end"
    sentence = (
        f"It does not resume exactly: stopped after step {check.at} and started again, it went on with step {first}, "
        f"and {where} this was not as it had been: {what}."
    )
    failed = f" It failed in the end with {resumed.error}." if resumed.error else ""
    return replace(check, sentence=sentence + failed)


def _not_resumed(check: ResumeCheck, kept: bool) -> ResumeCheck:
    why = "although the folder holds what it had saved" if kept else "for nothing had been saved yet"
    return replace(
        check,
        step=1,
        missing=(Component("checkpoint"),),
        sentence=f"It does not resume: started again after step {check.at}, it began from the start, {why}.",
    )


def _with_count(missing: tuple[Component, ...], changed: list[str], left: int, resumed: _Run) -> tuple[Component, ...]:
    """Add the counter of epochs or steps where another number of steps was made than was left."""
    made = len(resumed.steps)
    if made == left or (resumed.error and made < left):
        return missing
    others = [one for one in missing if one.kind != "counter"]
    named = [one.name for one in missing if one.kind == "counter"] or counters(changed) or [""]
    return in_causal_order([*others, Component("counter", named[0], f"it made {made} steps where {left} were left")])


def _same_course(whole: _Run, resumed: _Run, first: int) -> bool:
    rest = whole.steps[first - 1 :]
    pairs = [aligned(*pair) for pair in zip(rest[:1], resumed.steps[:1], strict=True)]
    pairs += zip(rest[1:], resumed.steps[1:], strict=False)
    return len(rest) == len(resumed.steps) and all(same_step(*pair) for pair in pairs)


def _end(whole: _Run, resumed: _Run) -> tuple[Component, ...]:
    """Return what differs at the end: parts of the state other than generators, and what was returned."""
    differ = {
        (kind, name)
        for kind, name, piece in {**whole.end, **resumed.end}
        if kind != "generator" and whole.end.get((kind, name, piece)) != resumed.end.get((kind, name, piece))
    }
    returned = {**whole.returned, **resumed.returned}
    other = [name for name in returned if whole.returned.get(name) != resumed.returned.get(name)]
    results = [Component("returned", "", ", ".join(other[:3]))] if other else []
    return in_causal_order([*(Component(kind, name) for kind, name in sorted(differ)), *results])

"""Does it repeat? A training run twice from the same state, compared bit by bit, with the first tensor that differs."""

from __future__ import annotations

import numbers
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from samerun.errors import BadOption, CannotVerify
from samerun.state.apart import Apart
from samerun.state.ledger import Divergence, Enough, Entry, Ledger
from samerun.state.repeating_jobs import Job, job_of
from samerun.state.surroundings import Surroundings

_ADVICE = {
    "input": "What goes in is not the same: something that prepares the data draws from a generator that nobody seeds "
    "(a fresh default_rng(), os.urandom, the clock) or finishes in no fixed order. "
    "Draw with samerun.state.stream, load with samerun.state.make_loader.",
    "output": "This module gives other numbers for the same input: it draws from a generator of its own that nobody "
    "seeds, reads memory that nobody filled, or sums in no fixed order. "
    'samerun.state.deterministic("strict") takes fixed kernels or names the operation that has none.',
    "loss": "The loss gives other numbers for the same output: look for a draw or a sum in no fixed order in it.",
    "gradient": "The way back sums in no fixed order (an index used twice, a scatter, an interpolation). "
    'samerun.state.deterministic("strict") takes fixed kernels or names the operation that has none.',
    "weight": "The optimizer's step itself differs although the gradients agree: look for noise or time in it.",
    "buffer": "A buffer is updated in no fixed order, or from something that nobody seeds.",
    "fitted": "The estimator draws from a generator of its own or sums in the order in which its threads finish: "
    "set random_state=, and n_jobs=1.",
    "result": "What was returned holds the time, a path, a fresh random draw, or a sum in no fixed order.",
}


@dataclass(frozen=True)
class Repetition:
    """Whether a training repeats; true in a condition if it does.

    Attributes:
        same: no entry of any run differs from the first run's.
        times: how many runs were made.
        steps: how many optimizer steps of the first run were compared.
        compared: how many tensors and values of the first run were compared.
        run: the run that differs from the first, from 2; None if all are the same.
        step: the first optimizer step that differs, from 1.
        stage: what differs there: "input", "output", "loss", "gradient", "weight", "buffer", "fitted", "result".
        tensor: its name, as in the model's state dict.
        apart: how far the two are apart, where that has a meaning and the first was small enough to be kept.
        detail: what else is to be said, such as that the runs did different things.
    """

    same: bool
    times: int
    steps: int
    compared: int
    run: int | None = None
    step: int | None = None
    stage: str | None = None
    tensor: str | None = None
    apart: Apart | None = None
    detail: str = ""

    def __bool__(self) -> bool:
        return self.same

    @property
    def advice(self) -> str:
        """What to do about it; empty if there is nothing to do."""
        return _ADVICE.get(self.stage or "", "")

    def __str__(self) -> str:
        if self.same:
            steps = f"{self.steps} steps" if self.steps else "no optimizer step in any"
            return f"It repeats: {self.times} runs, {steps}, {self.compared:,} values the same bit by bit."
        where = f"step {self.step}, {self.stage} {self.tensor}" if self.step else "before anything else"
        far = f": {self.apart}" if self.apart is not None else ""
        detail = f" {self.detail}" if self.detail else ""
        return f"It does not repeat. Run {self.run} first differs in {where}{far}.{detail}\n{self.advice}"


def verify_determinism(
    train_or_model: Any,
    data: object = None,
    *,
    steps: int = 10,
    times: int = 2,
    loss: Any = None,
    optimizer: Any = None,
) -> Repetition:
    """Run a training several times from the same state and compare every output, gradient and weight bit by bit.

    Args:
        train_or_model: a torch module, which is trained by plain steps; an estimator with ``fit``, which is copied and
            fitted; or a function of the data (of nothing if no data is given) that trains what it likes, and whose
            result counts too.
        data: what it trains on. For a module: one batch (a tensor, an array, a mapping of named arguments, or a tuple
            of input and target), or a list, loader or iterator of batches. For an estimator: the tuple of arguments
            of ``fit``. For a function: whatever it takes; an iterator is read once and replayed.
        steps: after how many optimizer steps a run is ended.
        times: how many runs are made, at least 2.
        loss: for a module, a function of its output and the target; by default the model's own ``loss`` in what it
            returns, or the mean of all that it returns.
        optimizer: for a module, an optimizer or a function of its weights that makes one; by default SGD.

    Returns:
        Whether they are the same, else the first step, stage and tensor that differ. Generators, and the models,
        optimizers and generators that the function can reach, are as they were before.

    Raises:
        BadOption: fewer than 2 times or 1 step.
        CannotVerify: there is nothing to run or nothing to compare.

    Costs ``times`` trainings of ``steps`` steps, with about 0.25 ms a megabyte of tensors compared, and up to 256 MiB.
    """
    if not (_is_whole(steps) and _is_whole(times) and steps >= 1 and times >= 2):
        raise BadOption(f"{times!r} runs of {steps!r} steps compare nothing.", "Take at least 2 runs of 1 step.")
    before = Surroundings(train_or_model, data, loss, optimizer)
    job = job_of(train_or_model, data, steps, loss, optimizer)
    try:
        first = _first_run(job, train_or_model, steps, before)
        return _repeat(job, train_or_model, first, times, before)
    finally:
        before.give_back()


def _is_whole(value: object) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _first_run(job: Job, subject: Any, steps: int, before: Surroundings) -> Ledger:
    had_torch = "torch" in sys.modules
    ledger = _run(job, subject, Ledger(steps), before)
    if "torch" in sys.modules and not had_torch:  # the function itself imported it: nobody was looking on yet
        ledger = _run(job, subject, Ledger(steps), before)
    if not ledger.entries:
        raise CannotVerify(
            "Nothing can be compared: no torch module was called, no optimizer stepped, and nothing was returned.",
            "Let the function return what it computed.",
        )
    return ledger


def _repeat(job: Job, subject: Any, first: Ledger, times: int, before: Surroundings) -> Repetition:
    steps = len({entry.step for entry in first.entries if entry.stage == "weight"})
    for run in range(2, times + 1):
        ledger = _run(job, subject, Ledger(first.steps, first), before)
        divergence = ledger.close()
        if divergence is not None:
            return _different(divergence, run, times, steps, len(ledger.entries))
    return Repetition(True, times, steps, len(first.entries))


def _run(job: Job, subject: Any, ledger: Ledger, before: Surroundings) -> Ledger:
    before.give_back()
    try:
        with _watched(ledger, subject):
            job(ledger)
    except Enough:
        pass
    return ledger


def _watched(ledger: Ledger, subject: Any) -> Any:
    torch = sys.modules.get("torch")
    if torch is None:
        return nullcontext()
    # Both are about torch alone: a program without it never loads them.
    training, watching = (import_module(f"samerun.state.{name}") for name in ("training_ledger", "watching"))
    model = subject if isinstance(subject, torch.nn.Module) else None
    return watching.watched(training.TrainingLedger(ledger, model))


def _different(divergence: Divergence, run: int, times: int, steps: int, compared: int) -> Repetition:
    place = divergence.found or divergence.expected
    assert place is not None
    detail = _detail(divergence.expected, divergence.found)
    return Repetition(False, times, steps, compared, run, place.step, place.stage, place.name, divergence.apart, detail)


def _detail(expected: Entry | None, found: Entry | None) -> str:
    if expected is None:
        return "The first run had ended there."
    if found is None:
        return "It ended there, the first run went on."
    if expected.place != found.place:
        return f"The first run had {expected.stage} {expected.name} in step {expected.step} there."
    return ""

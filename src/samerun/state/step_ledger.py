"""The ledger of a training by optimizer steps: what each step found when it began, and what it was given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

import numpy as np
import torch
from blake3 import blake3

from samerun.state.batch_order import Handed
from samerun.state.digests import digest_bytes
from samerun.state.ledger import Enough
from samerun.state.live_parts import Digests, LiveParts, carried, running, variables
from samerun.state.tensor_bytes import bits_of

_MOST_ROWS = 512


@dataclass(frozen=True)
class Step:
    """One optimizer step.

    Attributes:
        found: every piece of the state when the first batch of the step went into a model.
        variables: the program's plain variables at that moment, and what else it carries from step to step.
        inputs: the digest of what went into the models in this step.
        rows: the digests of the single samples of it.
        handed: the batches that loaders handed out for it.
        gradients: the digest of the gradients that the optimizer used.
    """

    found: Digests
    variables: dict[str, bytes]
    inputs: tuple[bytes, ...]
    rows: frozenset[bytes]
    handed: tuple[Handed, ...]
    gradients: bytes = b""

    @property
    def weights(self) -> dict[tuple[str, str, str], bytes]:
        """The weights alone."""
        return {key: value for key, value in self.found.items() if key[0] == "weights"}

    @property
    def order(self) -> tuple[bytes | None, ...]:
        """The samples of the batches, where the loader could say."""
        return tuple(one.indices for one in self.handed)


@dataclass
class _Beginning:
    """What has been seen of a step so far."""

    found: Digests | None = None
    variables: dict[str, bytes] = field(default_factory=dict)
    inputs: list[bytes] = field(default_factory=list)
    rows: set[bytes] = field(default_factory=set)


class StepLedger:
    """A watcher that takes down each step.

    Args:
        top: the code of the function that calls the training.
        train: the training function.
        stop_after: the optimizer step after which the training is ended, just before the next one; None for never.
    """

    def __init__(self, top: CodeType, train: object, stop_after: int | None = None) -> None:
        self.steps: list[Step] = []
        self.stopped = False
        self._top = top
        self._train = train
        self._stop_after = stop_after
        self._parts: LiveParts | None = None
        self._handed: list[Handed] = []
        self._carried: dict[str, bytes] | None = None
        self._training, self._other = _Beginning(), _Beginning()

    def handed(self, batch: Handed) -> None:
        """Take down a batch that a loader handed out, and what the program holds before it has seen the batch."""
        self._handed.append(batch)
        if self._training.found is None:
            self._carried = carried(running(self._top), bare=True)

    def entered(self, module: torch.nn.Module, inputs: tuple[Any, dict[str, Any]], depth: int) -> None:
        """Take down what a model is given, and at the first call of a step all that there is."""
        if depth or not torch.is_grad_enabled() or next(module.parameters(), None) is None:
            return
        # An evaluation that forgets no_grad does not begin the step if it says eval().
        beginning = self._training if module.training else self._other
        if beginning.found is None:
            frames = running(self._top)
            if self._parts is None or _is_power_of_two(len(self.steps) + 1):
                self._parts = LiveParts(frames, self._train)
            held = carried(frames, bare=False) if self._carried is None else self._carried
            beginning.found, beginning.variables = self._parts.digests(), {**held, **variables(frames)}
        beginning.inputs.append(digest_bytes(list(inputs)))
        beginning.rows.update(_rows(inputs))

    def left(self, module: torch.nn.Module, output: object, depth: int) -> None:
        """What comes out follows from what went in."""

    def step_due(self, optimizer: torch.optim.Optimizer) -> None:
        """Close the step.

        Raises:
            Enough: the training is to end before this step.
        """
        if self.stopped or (self._stop_after is not None and len(self.steps) >= self._stop_after):
            self.stopped = True
            raise Enough
        seen = self._training if self._training.found is not None else self._other
        batches = tuple(self._handed[-len(seen.inputs) :]) if seen.inputs else ()
        gradients = [weight.grad for group in optimizer.param_groups for weight in group["params"]]
        found = seen.found if seen.found is not None else {}
        self.steps.append(
            Step(found, seen.variables, tuple(seen.inputs), frozenset(seen.rows), batches, digest_bytes(gradients))
        )
        self._handed, self._training, self._other = [], _Beginning(), _Beginning()
        self._carried = None

    def step_done(self, optimizer: torch.optim.Optimizer) -> None:
        """The next step says what became of the weights."""

    def end(self) -> Digests:
        """Return every piece of the state as it is after the training."""
        return self._parts.digests() if self._parts is not None else {}


def _is_power_of_two(number: int) -> bool:
    """Parts that are made later are found when the walk through all variables is made again, ever more seldom."""
    return number & (number - 1) == 0


def _rows(inputs: tuple[Any, dict[str, Any]]) -> Iterator[bytes]:
    """Yield a digest of each sample of the first tensor, by which a batch's samples are known in another order."""
    args, kwargs = inputs
    tensors = [one for one in [*args, *kwargs.values()] if isinstance(one, torch.Tensor) and one.dim() > 0]
    if tensors and 0 < len(tensors[0]) <= _MOST_ROWS and tensors[0].layout == torch.strided:
        rows: np.ndarray[Any, Any] = bits_of(tensors[0].detach()).reshape(len(tensors[0]), -1)
        yield from (blake3(row).digest() for row in rows)

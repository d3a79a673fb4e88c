"""Writes the ledger of a training with torch: outputs of modules, gradients, weights and buffers by their names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from samerun.state.ledger import Ledger


class TrainingLedger:
    """A watcher that takes down what a training computes.

    Args:
        ledger: where it is written.
        model: the model whose names are used as they are; None: the first one with weights that is called.
    """

    def __init__(self, ledger: Ledger, model: torch.nn.Module | None = None) -> None:
        self._ledger = ledger
        self._names = Names()
        self._stack: list[torch.nn.Module] = []
        if model is not None:
            self._names.add(model)

    def entered(self, module: torch.nn.Module, inputs: tuple[Any, dict[str, Any]], depth: int) -> None:
        """Learn the names of a model, and take down what it is given."""
        if depth == 0:
            self._names.add(module)
            args, kwargs = inputs
            self._ledger.note("input", self._names.of_module(module), [*args, *([kwargs] if kwargs else [])])

    def left(self, module: torch.nn.Module, output: object, depth: int) -> None:
        """Take down what a module returned."""
        self._ledger.note("output", self._names.of_module(module), output)

    def step_due(self, optimizer: torch.optim.Optimizer) -> None:
        """Take down the gradients, the last layer's first, as they came to be."""
        for name, parameter in reversed(list(self._names.of_optimizer(optimizer))):
            if parameter.grad is not None:
                self._ledger.note("gradient", name, parameter.grad)

    def step_done(self, optimizer: torch.optim.Optimizer) -> None:
        """Take down weights and buffers, and go on to the next step."""
        for name, parameter in self._names.of_optimizer(optimizer):
            self._ledger.note("weight", name, parameter)
        for name, buffer in self._names.buffers():
            self._ledger.note("buffer", name, buffer)
        self._ledger.next_step()


class Names:
    """What parameters, buffers and modules are called: as in the state dict of the first model with weights.

    Further models' names begin with their class's name.
    """

    def __init__(self) -> None:
        self._models: dict[int, tuple[str, torch.nn.Module]] = {}
        self._modules: dict[int, str] = {}
        self._parameters: dict[int, str] = {}

    def add(self, model: torch.nn.Module) -> None:
        """Learn the names of a model and all that is in it, if it is new."""
        if id(model) in self._models:
            return
        prefix = self._prefix(model)
        self._models[id(model)] = prefix, model
        for name, module in model.named_modules():
            self._modules.setdefault(id(module), _join(prefix, name) or type(model).__name__)
        for name, parameter in model.named_parameters():
            self._parameters.setdefault(id(parameter), _join(prefix, name))

    def of_module(self, module: torch.nn.Module) -> str:
        """Return a module's name, its class's if it is not part of a known model."""
        return self._modules.get(id(module), type(module).__name__)

    def of_optimizer(self, optimizer: torch.optim.Optimizer) -> Iterator[tuple[str, torch.Tensor]]:
        """Yield the parameters that an optimizer changes, with their names."""
        place = 0
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                name = f"parameter {place} of {type(optimizer).__name__}"
                yield self._parameters.get(id(parameter), name), parameter
                place += 1

    def buffers(self) -> Iterator[tuple[str, torch.Tensor]]:
        """Yield the buffers of all known models, with their names."""
        for prefix, model in self._models.values():
            yield from ((_join(prefix, name), buffer) for name, buffer in model.named_buffers())

    def _prefix(self, model: torch.nn.Module) -> str:
        if not any(known == "" for known, _ in self._models.values()) and next(model.parameters(), None) is not None:
            return ""
        taken = [known for known, _ in self._models.values()]
        name = type(model).__name__
        alike = sum(one == name or one.startswith(f"{name}#") for one in taken)
        return f"{name}#{alike + 1}" if alike else name


def _join(prefix: str, name: str) -> str:
    return ".".join(part for part in (prefix, name) if part)

"""The live parts of a training: what its functions hold at this moment, each by its digest.

Found by looking through the variables of the functions that are running, and what those hold: models, optimizers,
schedulers, scalers, averaged models, generators, and plain variables that count or gather something.
"""

from __future__ import annotations

import random
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from types import CodeType, FrameType, ModuleType
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from samerun.state import generators
from samerun.state.digests import digest_bytes
from samerun.state.surroundings import reached
from samerun.state.training_ledger import Names

Digests = dict[tuple[str, str, str], bytes]
"""The digest of each piece by (kind, name of the part, name of the piece)."""

_FOREIGN = ("torch", "samerun", "torchdata", "contextlib", "functools", "threading", "runpy", "accelerate", "lightning")
_GENERATORS = (np.random.Generator, np.random.RandomState, random.Random, torch.Generator)
_MOST_ITEMS = 10_000
_BYTES_AN_ITEM = 1_600
_CANNOT_SAY = (TypeError, ValueError, RuntimeError, AttributeError, KeyError, NotImplementedError)


def running(top: CodeType) -> list[FrameType]:
    """Return the frames of the program's own functions, the outermost first.

    Args:
        top: the code of the function that called the program; frames above it are not the program's.
    """
    frames: list[FrameType] = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not top:
        if not _is_foreign(frame):
            frames.append(frame)
        frame = frame.f_back
    return frames[::-1]


def _is_foreign(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] in _FOREIGN


class LiveParts:
    """The parts that were found in the variables of running functions.

    Args:
        frames: those functions.
    """

    def __init__(self, frames: list[FrameType], train: object) -> None:
        roots = [value for frame in frames for value in frame.f_locals.values()]
        self._variables: dict[int, str] = {}
        for name, value in (pair for frame in frames for pair in _named(frame).items()):
            self._variables.setdefault(id(value), name)  # the first name: a loop over all parts has one for each too
        self._found = list(reached([*roots, train, *(_globals_of(frame) for frame in frames)]))
        self._optimizers = self._of_type(torch.optim.Optimizer)
        trained = {id(weight) for one in self._optimizers for group in one.param_groups for weight in group["params"]}
        tops = _tops(self._of_type(torch.nn.Module))
        self.models = [one for one in tops if any(id(weight) in trained for weight in one.parameters())]
        self._others = [one for one in tops if not any(one is model for model in self.models)]
        self._names = Names()
        for model in self.models:
            self._names.add(model)

    def digests(self) -> Digests:
        """Return the digest of every piece of every part as it is now."""
        pieces: list[tuple[tuple[str, str, str], object]] = []
        for model in self.models:
            pieces += self._of_model(model)
        pieces += self._of_no_model()
        for optimizer in self._optimizers:
            pieces += self._of_optimizer(optimizer)
        for model in self._others:
            pieces += [((_kind_of(model), self._name(model), name), one) for name, one in _tensors(model)]
        pieces += self._of_states()
        found = {key: digest_bytes(value) for key, value in pieces}
        return {**found, **_hidden_generators(), **self._own_generators()}

    def _of_type(self, kind: Any) -> list[Any]:
        return [one for one in self._found if isinstance(one, kind)]

    def _name(self, part: object) -> str:
        return self._variables.get(id(part), type(part).__name__)

    def _of_model(self, model: torch.nn.Module) -> Iterator[tuple[tuple[str, str, str], object]]:
        own = self._name(model)
        yield from ((("weights", own, name), weight) for name, weight in model.named_parameters())
        yield from ((("buffers", own, name), buffer) for name, buffer in model.named_buffers())

    def _of_no_model(self) -> Iterator[tuple[tuple[str, str, str], object]]:
        """Yield what an optimizer trains and no module has: a temperature, a tensor that is fitted itself."""
        known = {id(weight) for model in self.models for weight in model.parameters()}
        for optimizer in self._optimizers:
            for name, weight in self._names.of_optimizer(optimizer):
                if id(weight) not in known:
                    yield ("weights", self._variables.get(id(weight), name), name), weight

    def _of_optimizer(self, optimizer: Any) -> Iterator[tuple[tuple[str, str, str], object]]:
        own = self._name(optimizer)
        for name, weight in self._names.of_optimizer(optimizer):
            yield ("optimizer", own, f"state of {name}"), optimizer.state.get(weight, {})
        for number, group in enumerate(optimizer.param_groups):
            for name, value in group.items():
                if name != "params":
                    yield ("optimizer", own, f"{name} of group {number}"), value

    def _of_states(self) -> Iterator[tuple[tuple[str, str, str], object]]:
        """Yield the state of schedulers, scalers and whatever else offers one; loaders are judged by what they give."""
        known = (torch.nn.Module, torch.optim.Optimizer, torch.utils.data.DataLoader, torch.utils.data.Sampler)
        for part in self._found:
            if not isinstance(part, (*known, *_GENERATORS)):
                try:
                    state = part.state_dict()  # type: ignore[attr-defined]
                except _CANNOT_SAY:
                    continue
                for name, value in state.items() if isinstance(state, Mapping) else [("", state)]:
                    yield (_kind_of(part), self._name(part), str(name)), value

    def _own_generators(self) -> Digests:
        """Return the states of generators that the program made, those of one class together."""
        states: dict[str, list[bytes]] = {}
        for one in self._of_type(_GENERATORS):
            states.setdefault(self._name(one), []).append(digest_bytes(one))
        return {("generator", name, ""): b"".join(sorted(found)) for name, found in states.items()}


def _hidden_generators() -> Digests:
    return {("generator", name, ""): digest_bytes(state) for name, state in generators.capture().items()}


def _globals_of(frame: FrameType) -> dict[str, object]:
    """Return the global names that a running function uses."""
    return {name: frame.f_globals[name] for name in frame.f_code.co_names if name in frame.f_globals}


def _tops(modules: list[Any]) -> list[Any]:
    """Return the modules that are no part of another one."""
    inner = {id(child) for module in modules for child in module.modules() if child is not module}
    return [module for module in modules if id(module) not in inner]


def _tensors(model: torch.nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    yield from model.named_parameters()
    yield from model.named_buffers()


def _kind_of(part: Any) -> str:
    if isinstance(part, torch.optim.lr_scheduler.LRScheduler) or _is_scheduler(part):
        return "scheduler"
    if isinstance(part, torch.amp.GradScaler):
        return "scaler"
    name = type(part).__name__.lower()
    if isinstance(part, torch.optim.swa_utils.AveragedModel) or "ema" in name or "average" in name:
        return "ema"
    return "model" if isinstance(part, torch.nn.Module) else "state"


def _is_scheduler(part: Any) -> bool:
    return isinstance(getattr(part, "optimizer", None), torch.optim.Optimizer) and hasattr(part, "step")


def variables(frames: list[FrameType]) -> dict[str, bytes]:
    """Return the digests of the plain variables of running functions, and of the attributes of their ``self``.

    Numbers, text, and lists, tuples and dictionaries of them and of tensors, up to 10,000 items.
    """
    found: dict[str, bytes] = {}
    for frame in frames:
        named = _named(frame).items()
        found.update({name: digest_bytes(value) for name, value in named if _is_plain(value, [_MOST_ITEMS])})
    return found


def carried(frames: list[FrameType], *, bare: bool) -> dict[str, bytes]:
    """Return the digests of variables that may carry something from step to step, other than plain ones.

    Args:
        frames: the running functions.
        bare: whether single tensors and arrays count: not where the next input stands among them already.

    Returns:
        Those of tensors, arrays, deques, sets, and objects of the program's own classes that hold nothing else but
        generators, up to 10,000 items or 16 MB each.
    """
    return {
        name: digest_bytes(value)
        for frame in frames
        for name, value in _named(frame).items()
        if (bare or not isinstance(value, torch.Tensor | np.ndarray)) and _is_value(value, [_MOST_ITEMS])
    }


def _is_value(value: object, room: list[int], depth: int = 0) -> bool:
    """Say whether a value holds nothing but numbers, text, tensors and arrays; ``room`` is how much it may hold."""
    room[0] -= 1 + getattr(value, "nbytes", 0) // _BYTES_AN_ITEM
    if room[0] < 0 or depth > 6:
        return False
    if value is None or isinstance(value, bool | int | float | str | bytes | torch.Tensor | np.ndarray | np.generic):
        return not isinstance(value, torch.nn.Parameter)
    if isinstance(value, _GENERATORS):
        return depth > 0  # one in a variable of its own is looked at by itself
    if isinstance(value, Mapping):
        return all(_is_value(one, room, depth + 1) for one in value.values())
    if isinstance(value, list | tuple | set | frozenset | deque):
        return all(_is_value(one, room, depth + 1) for one in value)
    own = getattr(value, "__dict__", None)
    if not own or isinstance(value, type | ModuleType | Dataset) or _is_library(type(value)) or callable(value):
        return False
    return all(_is_value(one, room, depth + 1) for one in own.values())


def _is_library(kind: type) -> bool:
    """Say whether a class is no program's own; what a library keeps inside its objects means nothing to a person."""
    top = kind.__module__.partition(".")[0]
    path = getattr(sys.modules.get(kind.__module__), "__file__", None) or ""
    return top in sys.stdlib_module_names or top in _FOREIGN or "site-packages" in path


def _named(frame: FrameType) -> dict[str, object]:
    """Return the variables of a running function and the attributes of its ``self``, if that is no model."""
    own = frame.f_locals.get("self")
    attributes = {} if own is None or isinstance(own, torch.nn.Module) else getattr(own, "__dict__", {})
    return {**frame.f_locals, **{f"self.{name}": value for name, value in attributes.items()}}


def _is_plain(value: object, room: list[int], depth: int = 0) -> bool:
    """Say whether a value is made of numbers, text and tensors alone; ``room`` is how many items it may have."""
    room[0] -= 1
    if room[0] < 0 or depth > 4:
        return False
    if isinstance(value, Mapping):
        return all(_is_plain(one, room, depth + 1) for one in value.values())
    if isinstance(value, list | tuple):
        return all(_is_plain(one, room, depth + 1) for one in value)
    return isinstance(value, bool | int | float | str | type(None)) or (depth > 0 and isinstance(value, torch.Tensor))

"""What a program gives to be saved and restored: models, optimizers, anything with ``state_dict``, plain values.

Each kind is a class of ``Part``: what it saves, how it is checked before anything is touched, how it is set, and how
it is set back.
"""

from __future__ import annotations

import copy
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from samerun.errors import BadOption, CannotRestore
from samerun.state.checkpoint.modules import Names, check_module, is_plain, unwrapped
from samerun.state.checkpoint.optimizers import check_optimizer


class Part:
    """Something given by keyword; this class itself is for what has ``state_dict`` and ``load_state_dict``.

    Args:
        name: the keyword.
        thing: what was given.
    """

    kind = "state"
    per_rank = True
    """Whether each rank has its own; models and optimizers are the same on all."""

    def __init__(self, name: str, thing: Any) -> None:
        self.name = name
        self.thing = thing

    @property
    def class_name(self) -> str:
        """The class of the thing."""
        kind = type(self.thing)
        return f"{kind.__module__}.{kind.__qualname__}"

    @property
    def is_sharded(self) -> bool:
        """Whether each rank holds a piece of it only (DTensor, as FSDP2's ``fully_shard`` makes)."""
        return False

    @property
    def cannot_fail(self) -> bool:
        """Whether a state that passed ``check`` is set for certain, so that nothing need be kept to set back."""
        return False

    def state(self) -> Any:
        """Return what is saved."""
        return self.thing.state_dict()

    def check(self, state: Any, class_name: str) -> None:
        """Check that a saved state fits, as far as can be told without setting it.

        Raises:
            CannotRestore: it does not.
        """
        if isinstance(self.thing, torch.optim.lr_scheduler.LRScheduler):
            self._check_class(class_name)

    def _check_class(self, class_name: str) -> None:
        if class_name and class_name.rpartition(".")[2] != self.class_name.rpartition(".")[2]:
            raise CannotRestore(
                f"The checkpoint's {self.name} is a {class_name}, this one a {self.class_name}.",
                "Build it as it was when the checkpoint was saved. Nothing was restored.",
                part=self.name,
            )

    def backup(self) -> Any:
        """Return a copy of the present state."""
        return copy.deepcopy(self.state())

    def set(self, state: Any) -> None:
        """Set a saved state."""
        self.thing.load_state_dict(state)


class ModulePart(Part):
    """A model, wrapped or not; its names are saved without those of the wrappers."""

    kind = "module"
    per_rank = False

    @property
    def class_name(self) -> str:
        """The class inside of the wrappers."""
        return Part(self.name, unwrapped(self.thing)).class_name

    @property
    def is_sharded(self) -> bool:
        """Whether a parameter is."""
        return any(hasattr(each, "placements") for each in self.thing.parameters())

    @property
    def cannot_fail(self) -> bool:
        """Whether nothing but torch's own code takes part in loading."""
        return is_plain(self.thing)

    def state(self) -> Any:
        """Return the state by clean names."""
        return Names(self.thing).clean_state(self.thing.state_dict())

    def check(self, state: Any, class_name: str) -> None:
        """Names, shapes and types."""
        check_module(self.name, self.thing, state)

    def set(self, state: Any) -> None:
        """Set the state by the names that the wrapped module uses."""
        self.thing.load_state_dict(Names(self.thing).own_state(self.thing.state_dict().keys(), state))


class OptimizerPart(Part):
    """An optimizer of torch's kind."""

    kind = "optimizer"
    per_rank = False

    @property
    def is_sharded(self) -> bool:
        """Whether a parameter is."""
        groups = self.thing.param_groups
        return any(hasattr(each, "placements") for group in groups for each in group["params"])

    def check(self, state: Any, class_name: str) -> None:
        """Class, groups and shapes."""
        self._check_class(class_name)
        check_optimizer(self.name, self.thing, state)

    def backup(self) -> Any:
        """Return the present state itself: loading puts other tensors in their place and changes none."""
        return self.thing.state_dict()


class ValuePart(Part):
    """A plain value. Lists, deques, dicts, sets, tensors and arrays are set in place, the rest is handed back.

    What is trained in a list or dict is filled itself: the optimizer and the program hold that tensor, not the list.
    Other tensors there are replaced: they may share their memory with a model that is restored for itself.
    """

    kind = "value"

    def state(self) -> Any:
        """Return the value."""
        return self.thing

    def check(self, state: Any, class_name: str) -> None:
        """What is set in place has the same kind, and tensors and arrays the same shape and type."""
        if type(self.thing) not in _SETTERS:
            return
        same = isinstance(state, _SAVED_AS.get(type(self.thing), type(self.thing)))
        if not same or _traits(self.thing) != _traits(state):
            raise CannotRestore(
                f"The checkpoint's {self.name} is {_described(state)}, the one given {_described(self.thing)}.",
                "Give one of the same kind, or read it from .values. Nothing was restored.",
                part=self.name,
            )
        _check_trained(self.name, self.thing, state)

    def set(self, state: Any) -> None:
        """Set it in place where it can be."""
        setter = _SETTERS.get(type(self.thing))
        if setter is not None:
            setter(self.thing, _with_trained(self.thing, copy.deepcopy(state)))


class GroupPart(Part):
    """Several things with ``state_dict`` in a list, a tuple or a dict."""

    kind = "group"

    def __init__(self, name: str, thing: Any) -> None:
        super().__init__(name, thing)
        items = thing.items() if isinstance(thing, Mapping) else enumerate(thing)
        self._parts = {key: part_for(f"{name}[{key!r}]", each) for key, each in items}
        self.per_rank = all(part.per_rank for part in self._parts.values())

    def state(self) -> Any:
        """Return the states by key or number."""
        return {key: part.state() for key, part in self._parts.items()}

    def check(self, state: Any, class_name: str) -> None:
        """The same keys, and each fits."""
        if not isinstance(state, dict) or state.keys() != self._parts.keys():
            saved = list(state) if isinstance(state, dict) else type(state).__name__
            raise CannotRestore(
                f"The checkpoint's {self.name} holds {saved}, the one given {list(self._parts)}.",
                "Give the same number of them. Nothing was restored.",
                part=self.name,
            )
        for key, part in self._parts.items():
            part.check(state[key], "")

    def backup(self) -> Any:
        """Return the present states."""
        return {key: part.backup() for key, part in self._parts.items()}

    def set(self, state: Any) -> None:
        """Set each."""
        for key, part in self._parts.items():
            part.set(state[key])


def part_for(name: str, thing: Any) -> Part:
    """Return the part that a thing is."""
    if isinstance(thing, torch.nn.Module):
        return ModulePart(name, thing)
    if isinstance(thing, torch.optim.Optimizer):
        return OptimizerPart(name, thing)
    if _is_stateful(thing):
        return Part(name, thing)
    if _is_group(thing):
        return GroupPart(name, thing)
    _refuse_mixture(name, thing)
    return ValuePart(name, thing)


def _is_stateful(thing: Any) -> bool:
    methods = (getattr(thing, name, None) for name in ("state_dict", "load_state_dict"))
    return not isinstance(thing, type) and all(map(callable, methods))


def _is_group(thing: Any) -> bool:
    members = _members(thing).values()
    return bool(members) and all(_is_stateful(each) or _is_group(each) for each in members)


def _refuse_mixture(name: str, thing: Any) -> None:
    for key, each in _members(thing).items():
        if _is_stateful(each) or _is_group(each):
            raise BadOption(
                f"{name} holds plain values beside what has state_dict(), which is {name}[{key!r}].",
                "Give plain values by a keyword of their own.",
                part=name,
            )


def _is_trained(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.is_leaf and value.requires_grad


def _members(value: Any) -> dict[Any, Any]:
    if isinstance(value, dict):
        return value
    return dict(enumerate(value)) if isinstance(value, list | tuple) else {}


def _check_trained(name: str, own: Any, saved: Any) -> None:
    """Check that what is trained, wherever it stands in lists and dicts, can be filled with what was saved there."""
    if _is_trained(own):
        if not isinstance(saved, torch.Tensor) or _traits(own) != _traits(saved):
            raise CannotRestore(
                f"The checkpoint's {name} is {_described(saved)}, the one given {_described(own)}.",
                "Give one of the same shape and type. Nothing was restored.",
                part=name,
            )
        return
    there = _members(saved)
    for key, each in _members(own).items():
        _check_trained(f"{name}[{key!r}]", each, there.get(key))


def _with_trained(own: Any, saved: Any) -> Any:
    """Fill what is trained with the saved values, and return those with it in their place."""
    if _is_trained(own):
        _set_tensor(own, saved)
        return own
    there = _members(saved)
    merged = {key: _with_trained(each, there[key]) for key, each in _members(own).items() if key in there}
    if isinstance(saved, dict):
        dict.update(saved, merged)  # a Counter's own update adds
    elif isinstance(saved, list | tuple):
        return type(saved)(list(merged.values()) + list(saved[len(merged) :]))
    return saved


def _traits(value: Any) -> tuple[Any, ...]:
    if isinstance(value, deque):
        return (value.maxlen,)
    return (value.shape, value.dtype) if isinstance(value, torch.Tensor | np.ndarray) else ()


def _described(value: Any) -> str:
    if isinstance(value, torch.Tensor | np.ndarray):
        return f"a {type(value).__name__} of {value.dtype} and shape {list(value.shape)}"
    return f"a {type(value).__name__}" + (f" of at most {value.maxlen}" if isinstance(value, deque) else "")


def _set_members(target: Any, value: Any) -> None:
    target.clear()
    target.update(value)  # a Counter's adds, here to nothing


def _set_items(target: Any, value: Any) -> None:
    target.clear()
    target.extend(value)


def _set_tensor(target: torch.Tensor, value: torch.Tensor) -> None:
    with torch.no_grad():
        target.copy_(value)


def _set_array(target: np.ndarray[Any, Any], value: np.ndarray[Any, Any]) -> None:
    target[...] = value


_SETTERS: dict[type, Callable[[Any, Any], None]] = {
    list: _set_items,
    deque: _set_items,
    bytearray: _set_items,
    dict: _set_members,
    defaultdict: _set_members,
    OrderedDict: _set_members,
    Counter: _set_members,
    set: _set_members,
    torch.Tensor: _set_tensor,
    torch.nn.Parameter: _set_tensor,
    np.ndarray: _set_array,
}

_SAVED_AS: dict[type, type] = {torch.nn.Parameter: torch.Tensor, defaultdict: dict, bytearray: bytes}
"""What some are read back as: where it is no type of their own."""

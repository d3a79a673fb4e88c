"""What a training finds when it starts, taken down so that a second start finds the same, bit by bit.

Besides the generators of all libraries: the models, optimizers, schedulers, scalers and generators that a function can
reach through its closure, its arguments, its object and the names of its own file.
"""

from __future__ import annotations

import copy
import functools
import random
import sys
import types
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from samerun.state import generators

Undo = Callable[[], None]

_LONG = 1000
_PLAIN = (str, bytes, bytearray, int, float, complex, bool, type(None), range, np.ndarray, np.generic)
_CANNOT_COPY = (TypeError, ValueError, RuntimeError, AttributeError, NotImplementedError)


class Surroundings:
    """The state of what a training may use and change.

    Args:
        roots: the function that trains, its data, a model: whatever it may start from.
    """

    def __init__(self, *roots: object) -> None:
        self.found = list(reached(roots))
        self._generators = generators.capture()
        self._undo = [undo for one in self.found if (undo := _undo(one)) is not None]

    def give_back(self) -> None:
        """Bring everything back to the state it had when this was made; may be called again and again."""
        for undo in self._undo:
            undo()
        generators.restore(self._generators)


def reached(roots: Iterable[object]) -> Iterator[object]:
    """Yield the models, optimizers, schedulers, scalers, loaders and generators that can be reached.

    Args:
        roots: where to begin. Containers of more than 1,000 items, arrays, other libraries' functions and our own
            objects are not looked into.
    """
    waiting, seen = deque(roots), {id(None)}
    kept: list[object] = []  # what is made on the way must live, or its id is used again
    while waiting:
        one = waiting.popleft()
        if id(one) in seen or isinstance(one, _PLAIN) or _is_tensor(one):
            continue
        seen.add(id(one))
        kept.append(one)
        if _kind(one) is not None or _has_state(one):
            yield one
        waiting.extend(_below(one))


def _has_state(value: object) -> bool:
    """Say whether an object offers its state as torch's parts do."""
    kind = type(value)
    offers = hasattr(kind, "state_dict") and hasattr(kind, "load_state_dict")
    return offers and not isinstance(value, type) and not _is_ours(value)


def _is_tensor(value: object) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _below(value: Any) -> Iterable[object]:
    if isinstance(value, types.FunctionType):
        return _of_function(value)
    if isinstance(value, types.MethodType):
        return (value.__self__, value.__func__)
    if isinstance(value, functools.partial):
        return (value.func, *value.args, *value.keywords.values())
    if isinstance(value, type | types.ModuleType | types.BuiltinFunctionType) or _is_ours(value):
        return ()
    if isinstance(value, Mapping):
        return () if _is_bulk(value.values()) else list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return () if _is_bulk(value) else list(value)
    return list(getattr(value, "__dict__", {}).values())


def _is_ours(value: object) -> bool:
    """Our own loaders and checkpoints keep generators that hold no state of the training."""
    return type(value).__module__.startswith("samerun.")


def _is_bulk(items: Any) -> bool:
    return len(items) > _LONG


def _of_function(function: types.FunctionType) -> list[object]:
    """Return what a person's own function holds or names; a library's is left alone."""
    if _is_installed(function):
        return []
    cells = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    named = [function.__globals__.get(name) for name in _names(function.__code__)]
    return [*cells, *(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values(), *named]


def _is_installed(function: types.FunctionType) -> bool:
    path = function.__code__.co_filename
    return "site-packages" in path or path.startswith((sys.prefix + "/lib", sys.base_prefix + "/lib", "<frozen"))


def _is_filled(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:  # the variable has no value yet
        return False


def _names(code: types.CodeType) -> set[str]:
    inner = (constant for constant in code.co_consts if isinstance(constant, types.CodeType))
    return set(code.co_names).union(*(_names(one) for one in inner))


def _kind(value: object) -> Callable[[Any], Undo | None] | None:
    """Return how the state of an object of this kind is taken down; None for what has none of its own."""
    if isinstance(value, random.Random):
        return lambda one: functools.partial(one.setstate, one.getstate())
    if isinstance(value, np.random.Generator):
        return _of_numpy_generator
    if isinstance(value, np.random.RandomState):
        return lambda one: functools.partial(one.set_state, one.get_state(legacy=False))
    return _torch_kind(value)


def _torch_kind(value: object) -> Callable[[Any], Undo | None] | None:
    torch = sys.modules.get("torch")
    if torch is None:
        return None
    if isinstance(value, torch.Generator):
        return lambda one: functools.partial(one.set_state, one.get_state())
    if isinstance(value, torch.nn.Module):
        return _of_module
    if isinstance(value, torch.optim.Optimizer):
        return _of_optimizer
    if isinstance(value, torch.optim.lr_scheduler.LRScheduler | torch.amp.GradScaler):
        return _of_state_dict
    return _of_loader if isinstance(value, torch.utils.data.DataLoader) else None


def _undo(value: object) -> Undo | None:
    take_down = _kind(value)
    return take_down(value) if take_down is not None else None


def _of_numpy_generator(generator: np.random.Generator) -> Undo:
    state = copy.deepcopy(generator.bit_generator.state)
    return lambda: setattr(generator.bit_generator, "state", copy.deepcopy(state))


def _of_state_dict(part: Any) -> Undo:
    state = copy.deepcopy(part.state_dict())
    return lambda: part.load_state_dict(copy.deepcopy(state)) if state else None


def _of_loader(loader: Any) -> Undo:
    """A loader with persistent workers keeps them between epochs, with generators that cannot be set back."""
    if not getattr(loader, "persistent_workers", False):
        return lambda: None
    return lambda: setattr(loader, "_iterator", None)


def _of_module(module: Any) -> Undo:
    """Take down one module's own tensors, gradients and attributes; its children are taken down by themselves."""
    tensors = [
        (table, name, tensor, _Tensor(tensor))
        for table in (module._parameters, module._buffers)
        for name, tensor in table.items()
    ]
    names = set(module._parameters), set(module._buffers)
    attributes = {name: copied for name, value in vars(module).items() if (copied := _plain_copy(name, value))}

    def undo() -> None:
        for table, known in zip((module._parameters, module._buffers), names, strict=True):
            for extra in set(table) - known:
                del table[extra]
        for table, name, tensor, state in tensors:
            table[name] = tensor
            state.give_back()
        for name, copied in attributes.items():
            vars(module)[name] = copy.deepcopy(copied[0])

    return undo


def _plain_copy(name: str, value: object) -> tuple[object] | None:
    """Return a copy of an attribute of a module, in a tuple; None for tables of torch's own and what has no copy."""
    if name.startswith(("_parameters", "_buffers", "_modules")) or name.endswith("_hooks") or _is_tensor(value):
        return None
    if not isinstance(value, bool | int | float | complex | str | bytes | list | dict | set | tuple | type(None)):
        return None
    try:
        return (copy.deepcopy(value),)
    except _CANNOT_COPY:
        return None


class _Tensor:
    """One tensor's bits and gradient, and where they belong."""

    def __init__(self, tensor: Any) -> None:
        self._tensor = tensor
        self._values = None if tensor is None else tensor.detach().clone()
        self._gradient = None if tensor is None else tensor.grad
        self._gradient_values = None if self._gradient is None else self._gradient.detach().clone()
        self._asks = tensor is not None and tensor.requires_grad

    def give_back(self) -> None:
        if self._tensor is None:
            return
        self._tensor.detach().copy_(self._values)
        if self._tensor.is_leaf:
            self._tensor.requires_grad_(self._asks)
            if self._gradient is not None:
                self._gradient.detach().copy_(self._gradient_values)
            self._tensor.grad = self._gradient


def _of_optimizer(optimizer: Any) -> Undo:
    """Take down an optimizer by its own tensors, so that a scheduler's hold on it stays."""
    state = {parameter: copy.deepcopy(one) for parameter, one in optimizer.state.items()}
    groups = [{name: copy.copy(value) for name, value in group.items()} for group in optimizer.param_groups]

    def undo() -> None:
        optimizer.state.clear()
        optimizer.state.update({parameter: copy.deepcopy(one) for parameter, one in state.items()})
        del optimizer.param_groups[len(groups) :]
        for group, known in zip(optimizer.param_groups, groups, strict=True):
            group.clear()
            group.update({name: copy.copy(value) for name, value in known.items()})

    return undo

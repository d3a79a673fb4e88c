"""A module's own ``reset_parameters``, with its random numbers taken from the names of what it sets.

While ``NamedResets`` is active, ``uniform_`` and ``normal_`` on a parameter draw from the numbers of that parameter's
name, whatever device it is on; numbers drawn into another tensor belong to the parameter that was touched last (torch's
``orthogonal_`` and ``trunc_normal_`` work that way), before any was touched to the module. Every other random operation
of torch runs with the default generator set from the same name. Generators given by the program are left alone.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from samerun.state.named_draws import NamedDraws
from samerun.state.streams import derive_seed

_FILLS = {"aten::uniform_": ("from", "to", 0.0, 1.0), "aten::normal_": ("mean", "std", 0.0, 1.0)}
_MADE = {"aten::rand": "fill_uniform", "aten::randn": "fill_normal"}


class Places:
    """Which parameter a tensor lies in, by its address.

    Args:
        tensors: the names and the tensors that they stand for.
    """

    def __init__(self, tensors: Iterable[tuple[str, torch.Tensor]]) -> None:
        self._spans = sorted((*_span(tensor), name) for name, tensor in tensors if tensor.numel())
        self._starts = [start for start, _, _ in self._spans]

    def plus(self, tensors: Iterable[tuple[str, torch.Tensor]]) -> Places:
        """Return these places and more; the same object if there are no more."""
        more = Places(tensors)
        if not more._spans:
            return self
        more._spans = sorted([*more._spans, *self._spans])
        more._starts = [start for start, _, _ in more._spans]
        return more

    def name_of(self, tensor: torch.Tensor) -> str | None:
        """Return the name of the parameter that the tensor is, or is a part of; None for another tensor."""
        if not tensor.numel() or tensor.layout is not torch.strided:
            return None
        place = tensor.data_ptr()
        index = bisect.bisect_right(self._starts, place) - 1
        if index >= 0 and place < self._spans[index][1]:
            return self._spans[index][2]
        return None


def _span(tensor: torch.Tensor) -> tuple[int, int]:
    last = sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.stride(), strict=True))
    start = tensor.data_ptr()
    return start, start + (last + 1) * tensor.element_size()


class NamedResets(TorchDispatchMode):  # type: ignore[misc]
    """Active while one module sets its parameters: each name's numbers begin anew with it.

    Args:
        seed: the seed of the start.
        module_name: the module's name, for numbers that are drawn before any parameter is touched.
        places: which tensor has which name.

    Attributes:
        touched: the names of the parameters that were written to.
    """

    def __init__(self, seed: int, module_name: str, places: Places) -> None:
        super().__init__()
        self._seed = seed
        self._places = places
        self._current = f"{module_name}()"  # no parameter's name has brackets
        self._draws: dict[str, NamedDraws] = {}
        self._others = 0
        self.touched: set[str] = set()

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Torch wraps a mode's method against being compiled, and imports its compiler for that: 2 seconds saved."""
        return False

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run one operation of torch; random ones from the numbers of a name."""
        given = dict(kwargs or {})
        self._look_at(func, args)
        if torch.Tag.nondeterministic_seeded not in func.tags or given.get("generator") is not None:
            return func(*args, **given)
        operation = func.name().partition(".")[0]
        if operation in _FILLS:
            return self._fill(operation, args, given)
        if operation in _MADE:
            return self._make(func, operation, args, given)
        return self._seeded(func, args, given)

    def _look_at(self, func: Any, args: tuple[Any, ...]) -> None:
        """Note which parameter an operation is about: its first argument, whether it reads or changes it."""
        name = self._places.name_of(args[0]) if args and isinstance(args[0], torch.Tensor) else None
        if name is None:
            return
        self._current = name
        if func._schema.is_mutable:
            self.touched.add(name)

    def _numbers(self) -> NamedDraws:
        return self._draws.setdefault(self._current, NamedDraws(self._seed, self._current))

    def _fill(self, operation: str, args: tuple[Any, ...], given: dict[str, Any]) -> torch.Tensor:
        first, second, *defaults = _FILLS[operation]
        values = [*args[1:], *defaults[len(args) - 1 :]]
        one, other = given.get(str(first), values[0]), given.get(str(second), values[1])
        tensor: torch.Tensor = args[0]
        if operation == "aten::uniform_":
            self._numbers().fill_uniform(tensor, float(one), float(other))
        else:
            self._numbers().fill_normal(tensor, float(one), float(other))
        return tensor

    def _make(self, func: Any, operation: str, args: tuple[Any, ...], given: dict[str, Any]) -> torch.Tensor:
        wanted: torch.Tensor = self._seeded(func, args, given)  # its shape, precision and device are what is needed
        fill = getattr(self._numbers(), _MADE[operation])
        fill(wanted, 0.0, 1.0)
        return wanted

    def _seeded(self, func: Any, args: tuple[Any, ...], given: dict[str, Any]) -> Any:
        """Run an operation that knows the default generator only, on a number of this name's own."""
        self._others += 1
        number = derive_seed(self._seed, sample=self._current, purpose=f"initialise/{self._others}")
        devices = [each.device.index for each in args if isinstance(each, torch.Tensor) and each.is_cuda]
        with torch.random.fork_rng(devices):
            # Only those that the operation could draw from: torch.manual_seed would seed every device's.
            for generator in (torch.random.default_generator, *(torch.cuda.default_generators[i] for i in devices)):
                generator.manual_seed(number)
            return func(*args, **given)

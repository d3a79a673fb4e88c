"""Batches for a second run: the same ones again, untouched by what the first run did to them."""

from __future__ import annotations

import copy
import itertools
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from samerun.errors import CannotVerify

_CONTAINERS = (list, tuple, dict, np.ndarray)


class Replayed:
    """An iterator's items, for as many runs as there are: taken from it once, given out as copies.

    Args:
        source: the iterator; it is read no further than the longest run reads.
    """

    def __init__(self, source: Iterator[Any]) -> None:
        self._source = source
        self._items: list[Any] = []

    def again(self) -> Iterator[Any]:
        """Yield the items from the first one on."""
        for number in itertools.count():
            if number == len(self._items):
                try:
                    self._items.append(next(self._source))
                except StopIteration:
                    return
            yield copy.deepcopy(self._items[number])


def for_each_run(data: object) -> object:
    """Return the data in a form that can be given to several runs by ``for_this_run``."""
    return Replayed(data) if isinstance(data, Iterator) else data


def for_this_run(data: object) -> object:
    """Return the data for one run: containers, arrays and tensors as copies, an iterator from its first item on.

    Anything else (a dataset, a loader) is given as it is.
    """
    if isinstance(data, Replayed):
        return data.again()
    torch = sys.modules.get("torch")
    is_tensor = torch is not None and isinstance(data, torch.Tensor)
    return copy.deepcopy(data) if is_tensor or isinstance(data, _CONTAINERS) else data


def take(data: object, steps: int) -> list[Any]:
    """Return a batch for each step.

    Args:
        data: a tensor, an array, a tuple or a mapping is one batch, used in every step; a list, a loader or another
            iterable gives one batch a step, from the first again when it ends.
        steps: how many are needed.

    Raises:
        CannotVerify: there is no batch in it.
    """
    if hasattr(data, "shape") or isinstance(data, tuple | Mapping):
        return [data] * steps
    if not isinstance(data, Iterable):
        raise CannotVerify(
            f"No batch can be taken from data of type {type(data).__name__}.",
            "Give one batch (a tensor, or a tuple of input and target), a list of batches or a loader.",
        )
    batches = list(itertools.islice(data, steps))
    if not batches:
        raise CannotVerify("The data holds no batch.", "Give at least one batch.")
    return [batches[number % len(batches)] for number in range(steps)]


def placed(batch: Any, device: Any) -> Any:
    """Return a copy of a batch as tensors on a device; what is no array is left as it is."""
    torch = sys.modules["torch"]
    if isinstance(batch, np.ndarray | np.generic):
        return torch.as_tensor(batch.copy(), device=device)
    if isinstance(batch, torch.Tensor):
        return batch.detach().to(device, copy=True)
    if isinstance(batch, Mapping):
        return {name: placed(one, device) for name, one in batch.items()}
    if isinstance(batch, list | tuple):
        parts = [placed(one, device) for one in batch]
        return type(batch)(*parts) if hasattr(batch, "_fields") else type(batch)(parts)
    return batch

"""Generators that a dataset keeps: found, given new numbers, and given back.

A ``numpy.random.default_rng(0)`` made in ``__init__`` is copied into each worker, and each of them then yields the same
numbers, each epoch again. So a loader looks for them: in the attributes of the dataset and of what it holds (its
transforms, theirs, lists and dicts of them), in what its methods close over, and among the global names that these
methods use.
"""

from __future__ import annotations

import functools
import random
import types
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import Any

import numpy as np
import torch

from samerun.state.loading.torch_words import set_words

_DEPTH = 8
_MOST_OBJECTS = 5_000
# Nothing in them can be a generator, or there is too much of it to look through.
_OPAQUE = (str, bytes, int, float, complex, bool, type(None), np.ndarray, torch.Tensor, types.ModuleType)
_CLASSES_THAT_ARE_OURS = ("samerun.", "torch.utils.data.")


@dataclass(frozen=True)
class Held:
    """One generator that was found.

    Attributes:
        where: the way to it, such as ``.transform.rng``.
        generator: the object itself.
        reseed: gives it numbers that depend on 16 bytes and its place alone.
        capture: returns its state.
        restore: puts a state back.
    """

    where: str
    generator: object
    reseed: Callable[[bytes], None]
    capture: Callable[[], Any]
    restore: Callable[[Any], object]


def find_generators(root: object, *, leave_out: object = None) -> list[Held]:
    """Return the generators below an object, each once, in a fixed order.

    Args:
        root: a dataset, a sampler.
        leave_out: an object that is not looked into.
    """
    seen: dict[int, object] = {id(leave_out): leave_out}
    found: list[Held] = []
    waiting: deque[tuple[str, object, int]] = deque([("", root, 0)])
    while waiting and len(seen) < _MOST_OBJECTS:
        where, value, depth = waiting.popleft()
        if isinstance(value, _OPAQUE) or id(value) in seen:
            continue
        seen[id(value)] = value  # kept, so that its id stays its own
        held = _held(where, value)
        if held is not None:
            found.append(held)
        elif depth < _DEPTH and not _is_other_generator(value):
            waiting += [(where + step, below, depth + 1) for step, below in _below(value)]
    return found


def _is_other_generator(value: object) -> bool:
    return isinstance(value, (random.Random, np.random.BitGenerator, np.random.SeedSequence))


def _below(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from ((f"[{key!r}]", below) for key, below in islice(value.items(), 1000) if isinstance(key, (str, int)))
    elif isinstance(value, (list, tuple)):
        yield from ((f"[{place}]", below) for place, below in enumerate(value[:1000]))
    elif isinstance(value, functools.partial):
        yield from ((".func", value.func), (".args", value.args), (".keywords", value.keywords))
    elif isinstance(value, types.MethodType):
        yield from ((".__self__", value.__self__), (".__func__", value.__func__))
    elif isinstance(value, types.FunctionType):
        yield from _of_function(value)
    elif not isinstance(value, type):
        yield from ((f".{name}", below) for name, below in _attributes(value).items())
        yield from _of_class(type(value))


def _attributes(value: object) -> dict[str, object]:
    attributes = dict(getattr(value, "__dict__", {}))
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(value, name):
                attributes.setdefault(name, getattr(value, name))
    return attributes


def _of_class(kind: type) -> Iterator[tuple[str, object]]:
    for each in kind.__mro__:
        if each is object or f"{each.__module__}.".startswith(_CLASSES_THAT_ARE_OURS):
            continue
        for name, value in vars(each).items():
            if isinstance(value, (staticmethod, classmethod)):
                value = value.__func__
            if isinstance(value, (types.FunctionType, *_GENERATORS)):
                yield f".{name}", value


def _of_function(function: types.FunctionType) -> Iterator[tuple[str, object]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield f"<{name}>", cell.cell_contents
        except ValueError:  # not assigned yet
            continue
    for place, value in enumerate(function.__defaults__ or ()):
        yield f"<default {place}>", value
    package = function.__module__.partition(".")[0] if function.__module__ else ""
    for name in _names(function.__code__):
        value = function.__globals__.get(name)
        near = isinstance(value, types.FunctionType) and (value.__module__ or "").partition(".")[0] == package
        if near or isinstance(value, _GENERATORS):
            yield f"<{name}>", value


def _names(code: types.CodeType) -> Iterator[str]:
    """Yield the global names that a function and those written inside it use."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def _held(where: str, value: object) -> Held | None:
    if isinstance(value, np.random.Generator):
        bits = value.bit_generator
        return Held(where, value, _keyed(where, lambda key: _seed_bits(bits, key)), *_state_of(bits))
    if isinstance(value, np.random.RandomState):
        state = value
        return Held(where, value, _keyed(where, lambda key: _seed_legacy(state, key)), state.get_state, state.set_state)
    if isinstance(value, random.Random) and not isinstance(value, random.SystemRandom):
        plain = value
        seed = _keyed(where, lambda key: plain.seed(int.from_bytes(key, "little")))
        return Held(where, value, seed, plain.getstate, plain.setstate)
    if isinstance(value, torch.Generator):
        torchs = value
        return Held(where, value, _keyed(where, lambda key: set_words(torchs, key)), torchs.get_state, torchs.set_state)
    return None


_GENERATORS = (np.random.Generator, np.random.RandomState, random.Random, torch.Generator)


def _keyed(where: str, seed: Callable[[bytes], object]) -> Callable[[bytes], None]:
    place = where.encode("utf-8", "surrogatepass")

    def reseed(key: bytes) -> None:
        seed(blake2b(place, key=key, digest_size=32).digest())

    return reseed


def _state_of(bits: Any) -> tuple[Callable[[], Any], Callable[[Any], None]]:
    def restore(state: Any) -> None:
        bits.state = state

    return lambda: bits.state, restore


def _seed_bits(bits: Any, key: bytes) -> None:
    state, increment = (int.from_bytes(half, "little") for half in (key[:16], key[16:]))
    if isinstance(bits, (np.random.PCG64, np.random.PCG64DXSM)):
        inner: Any = {"state": state, "inc": increment | 1}  # 1 µs; the way below costs 60
        bits.state = {"bit_generator": type(bits).__name__, "state": inner, "has_uint32": 0, "uinteger": 0}
    else:
        bits.state = type(bits)(np.random.SeedSequence([state, increment])).state


def _seed_legacy(state: np.random.RandomState, key: bytes) -> None:
    state.seed(np.frombuffer(key, dtype="<u4"))

"""Keras 3: the generator behind ``keras.random`` when a function is given no seed.

A layer's own generator is part of its model, and is saved and restored with the model's variables. It begins with a
number drawn from python's ``random`` when the layer is made.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from samerun.state.derive import derive_seed
from samerun.state.generators import mersenne
from samerun.state.generators.generator import Generator, Plain, is_imported

_WHAT = "Keras's generator"
_SEED, _GENERATOR = "global_random_seed", "global_seed_generator"
_STATE = "keras.src.backend.common.global_state"
_LIBRARY_LIMIT = 2**32


class Keras(Generator):
    """The global seed and generator that ``keras.utils.set_random_seed`` sets, for the thread that asks."""

    name = "keras"
    module = "keras"

    def present(self) -> bool:
        """Return whether Keras 3 is imported; Keras 2 draws from TensorFlow alone."""
        return is_imported(self.module) and _STATE in sys.modules

    def seed(self, seed: int, rank: int | None = None) -> None:
        """Note the seed and let the generator be made anew, as ``keras.utils.set_random_seed(seed)`` does."""
        whole = rank is None and seed < _LIBRARY_LIMIT
        number = seed if whole else derive_seed(seed, rank=rank, purpose=self.purpose(), bits=32)
        _set(_SEED, number)
        _set(_GENERATOR, None)

    def capture(self) -> Plain:
        """Return the seed and the two numbers of the generator; None for what is not there."""
        made = _get(_GENERATOR)
        numbers: Plain = None if made is None else [int(one) for one in made.state.numpy().tolist()]
        seed = _get(_SEED)
        return {"seed": None if seed is None else int(seed), "generator": numbers}

    def check(self, state: Plain) -> str:
        """Look at a state; see ``Generator.check``."""
        if not isinstance(state, dict) or set(state) != {"seed", "generator"}:
            raise mersenne.malformed(_WHAT, "its fields are others")
        if not isinstance(state["seed"], int | None):
            raise mersenne.malformed(_WHAT, "its seed is no number")
        numbers = state["generator"]
        if numbers is not None and not _is_pair(numbers):
            raise mersenne.malformed(_WHAT, "it is not made of two numbers of 32 bits")
        return "" if self.present() else "this Keras keeps its generator elsewhere"

    def restore(self, state: Plain) -> None:
        """Set a checked state."""
        assert isinstance(state, dict)
        _set(_SEED, state["seed"])
        if state["generator"] is None:
            _set(_GENERATOR, None)
            return
        if _get(_GENERATOR) is None:
            # Named, so that no layer's name moves on by one; seeded, so that nothing is drawn.
            _set(_GENERATOR, sys.modules["keras"].random.SeedGenerator(0, name="seed_generator"))
        _get(_GENERATOR).state.assign(state["generator"])

    def hold(self) -> Callable[[], None]:
        """Return what gives back the very generator that is there now, as it is now."""
        state, made = self.capture(), _get(_GENERATOR)

        def give_back() -> None:
            _set(_GENERATOR, made)
            self.restore(state)

        return give_back


def _is_pair(numbers: Plain) -> bool:
    if not isinstance(numbers, list | tuple) or len(numbers) != 2:
        return False
    return all(type(one) is int and -(2**31) <= one < 2**32 for one in numbers)


def _get(name: str) -> Any:
    return sys.modules[_STATE].get_global_attribute(name)


def _set(name: str, value: object) -> None:
    sys.modules[_STATE].set_global_attribute(name, value)

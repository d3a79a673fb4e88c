"""What this process was seeded with, layer over layer: ``seed_everything`` at the bottom, a layer for each ``seeded``.

A library that is imported later gets what it would have got if it had been there from the start: each layer's seed in
turn, and each block keeps what there was before its own, to give it back.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from samerun.errors import SamerunError
from samerun.state.generators.generator import Generator, is_imported, is_ready
from samerun.state.generators.table import GENERATORS
from samerun.state.when_imported import when_imported


@dataclass
class Layer:
    """One seeding, and what is given back at its end.

    Args:
        seed: 0 to 2**64 - 1; None where nobody has seeded anything yet.
        rank: the process of a distributed run, or None.
        where: the line that asked for it, for messages.
        held: what gives back a generator's state, by the generator's name, and whatever else is to be given back.
    """

    seed: int | None = None
    rank: int | None = None
    where: str = ""
    held: dict[str, Callable[[], None]] = field(default_factory=dict)

    def hold(self, generator: Generator) -> None:
        """Keep a generator's state as it is now."""
        self.held[generator.name] = generator.hold()

    def begin(self, generator: Generator) -> None:
        """Seed a generator."""
        if self.seed is not None:
            generator.seed(self.seed, self.rank)


layers: list[Layer] = [Layer()]
"""From the bottom to the top; the first is the process's own and is never taken away."""

_awaited: set[str] = set()


def begin(seed: int, rank: int | None) -> None:
    """Seed every library that is imported, in the topmost layer, and those that will be, when they are.

    Args:
        seed: 0 to 2**64 - 1.
        rank: the process of a distributed run, or None.
    """
    top = layers[-1]
    top.seed, top.rank = seed, rank
    _await_others()
    for generator in GENERATORS:
        if generator.present():
            top.begin(generator)


def add(layer: Layer) -> None:
    """Put a layer on top, which holds every generator as it is now."""
    for generator in GENERATORS:
        if generator.present():
            layer.hold(generator)
    layers.append(layer)
    _await_others()


def remove(layer: Layer) -> None:
    """Take a layer away, and give back what it holds.

    A block that ends before one that began inside it (two python generators, each in a block of its own, taken in
    turn) leaves what it holds to that one: what was there before both is given back when both have ended.
    """
    place = next(number for number, one in enumerate(layers) if one is layer)
    del layers[place]
    if place < len(layers):
        layers[place].held.update(layer.held)
        return
    with ExitStack() as after:  # one that fails keeps none of the others from its turn
        for give_back in reversed(layer.held.values()):
            after.callback(give_back)


def _await_others() -> None:
    for module in dict.fromkeys(generator.module for generator in GENERATORS):
        if module not in _awaited and not is_imported(module):
            _awaited.add(module)
            when_imported(module, partial(_arrived, module))


def _arrived(name: str, module: Any) -> None:
    """Seed a library right after its import; the program's import never fails because of it."""
    is_ready(name)
    for generator in GENERATORS:
        if generator.module == name and generator.present():
            try:
                _catch_up(generator)
            except (
                ArithmeticError,
                AttributeError,
                LookupError,
                OSError,
                RuntimeError,
                TypeError,
                ValueError,
            ) as error:
                _warn(generator, error)
            except SamerunError as error:
                _warn(generator, error)


def _catch_up(generator: Generator) -> None:
    layers[0].begin(generator)
    for layer in layers[1:]:
        layer.hold(generator)
        layer.begin(generator)


def _warn(generator: Generator, error: Exception) -> None:
    sentence = f"{generator.name} was imported after the seed was set, and could not be seeded: {error}"
    warnings.warn(sentence, RuntimeWarning, stacklevel=2)

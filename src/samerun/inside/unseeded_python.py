"""The ``random`` module: its hidden generator, ``random.seed()`` and every ``Random()`` made without a seed.

Left alone: ``SystemRandom`` and ``secrets``, which promise the operating system's bits, and the names of temporary
files, which must not collide with those of an earlier run.
"""

from __future__ import annotations

import os
import sys

from . import drawn, entropy, identity, imports, seeding, standins

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Mapping

SOURCE = "python"
_BITS = 256
_SPARED = "tempfile"


# All that the hidden generator gives comes from these two; the other functions of the module call them on it.
_GIVERS = ("random", "getrandbits")


class _Hidden:
    """The hidden generator behind ``random.random()``, watched until the program seeds it or has drawn from it."""

    def __init__(self, random: Any) -> None:
        self.random = random
        self.generator = random._inst
        self._wires = {name: standins.wire(getattr(random, name), self._give) for name in _GIVERS}

    def watch(self) -> None:
        """Look who draws from now on."""
        if drawn.is_told(SOURCE):
            return
        for name, wire in self._wires.items():
            wire.step_in()
            self.generator.__dict__[name] = wire
            if getattr(self.random, name, None) == wire:
                setattr(self.random, name, wire)

    def leave(self) -> None:
        """Put everything back."""
        for name, wire in self._wires.items():
            wire.step_aside()
            self.generator.__dict__.pop(name, None)
            if getattr(self.random, name, None) is wire:
                setattr(self.random, name, wire.__wrapped__)

    def supply(self) -> None:
        """Seed it again, which Python has just seeded from the operating system."""
        number = entropy.draw(SOURCE, _BITS, unasked=True)
        if number is not None:
            self.generator.seed(number)
        self.watch()

    def supply_fork(self) -> None:
        """Seed it again in a forked child."""
        if not identity.unsettled() and not identity.starting():
            self.supply()

    def _give(self, original: Any, *args: Any, **kwargs: Any) -> Any:
        value = original(*args, **kwargs)
        try:
            if drawn.by_program(SOURCE, sys._getframe(2)):  # above the stand-in's own
                self.leave()
        except Exception as error:  # the edge to the user's program
            standins.report("drawn " + SOURCE, error)
        return value


def install(environment: Mapping[str, str]) -> None:
    """Supply from now on, as soon as the program imports ``random``."""
    imports.when_imported("random", _attach)


def _attach(random: Any) -> None:
    hidden = _Hidden(random)
    _wrap_seed(random, hidden)
    _wrap_setstate(random, hidden)
    random.seed, random.setstate = random._inst.seed, random._inst.setstate
    if seeding.applies():
        random.seed(seeding.number())
    else:
        hidden.supply()
    # random registered its own reseeding first, at its import: ours comes after it.
    os.register_at_fork(after_in_child=hidden.supply_fork)
    identity.when_settled(hidden.supply)


def _wrap_seed(random: Any, hidden: _Hidden) -> None:
    original = random.Random.seed
    generator = hidden.generator

    def seed(self: Any, a: Any = None, version: int = 2) -> None:
        if a is None:
            a = None if _is_spared(sys._getframe(1)) else entropy.draw(SOURCE, _BITS)
            if self is generator:
                hidden.watch()
        elif self is generator:
            hidden.leave()
        original(self, a, version)

    random.Random.seed = standins.look_like(seed, original)


def _is_spared(frame: FrameType) -> bool:
    """Return whether ``tempfile`` asks, by way of ``Random.__init__``."""
    return frame.f_back is not None and frame.f_back.f_globals.get("__name__") == _SPARED


def _wrap_setstate(random: Any, hidden: _Hidden) -> None:
    original = random.Random.setstate
    generator = hidden.generator

    def setstate(self: Any, state: Any) -> None:
        if self is generator:
            hidden.leave()
        original(self, state)

    random.Random.setstate = standins.look_like(setstate, original)

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


class _Hidden:
    """What is known of the hidden generator behind ``random.random()``."""

    def __init__(self) -> None:
        self.seeded = False
        self.state = 0


_hidden = _Hidden()


def install(environment: Mapping[str, str]) -> None:
    """Supply from now on, as soon as the program imports ``random``."""
    imports.when_imported("random", _attach)


def _attach(random: Any) -> None:
    inst = random._inst
    _wrap_seed(random)
    _wrap_setstate(random)
    random.seed, random.setstate = inst.seed, inst.setstate
    if seeding.applies():
        random.seed(seeding.number())
    else:
        _supply(inst)
    # random registered its own reseeding first, at its import: ours comes after it.
    os.register_at_fork(after_in_child=lambda: _supply_fork(inst))
    identity.when_settled(lambda: _supply(inst))
    drawn.watch(SOURCE, lambda: not _hidden.seeded and hash(inst.getstate()) != _hidden.state)


def _wrap_seed(random: Any) -> None:
    original = random.Random.seed
    hidden_generator = random._inst

    def seed(self: Any, a: Any = None, version: int = 2) -> None:
        if a is None:
            a = None if _is_spared(sys._getframe(1)) else entropy.draw(SOURCE, _BITS)
        elif self is hidden_generator:
            _hidden.seeded = True
        original(self, a, version)

    random.Random.seed = standins.look_like(seed, original)


def _is_spared(frame: FrameType) -> bool:
    """Return whether ``tempfile`` asks, by way of ``Random.__init__``."""
    return frame.f_back is not None and frame.f_back.f_globals.get("__name__") == _SPARED


def _wrap_setstate(random: Any) -> None:
    original = random.Random.setstate
    hidden_generator = random._inst

    def setstate(self: Any, state: Any) -> None:
        if self is hidden_generator:
            _hidden.seeded = True
        original(self, state)

    random.Random.setstate = standins.look_like(setstate, original)


def _supply_fork(inst: Any) -> None:
    if not identity.unsettled() and not identity.starting():
        _supply(inst)


def _supply(inst: Any) -> None:
    """Seed the hidden generator again, which Python has just seeded from the operating system."""
    number = entropy.draw(SOURCE, _BITS, unasked=True)
    if number is not None:
        inst.seed(number)
    _hidden.seeded = False
    _hidden.state = hash(inst.getstate())

"""The hidden generator of the ``random`` module."""

from __future__ import annotations

import random
from typing import Any, Protocol

from samerun.state.derive import derive_seed
from samerun.state.generators import mersenne
from samerun.state.generators.generator import Generator, Plain

_WHAT = "python's random module"
_VERSION = 3
_FIELDS = {"version", "words", "position", "gauss"}


class Python(Generator):
    """``random.random()`` and its like."""

    name = "python"
    module = "random"

    def seed(self, seed: int, rank: int | None = None) -> None:
        """Seed it as ``random.seed(seed)`` does, which uses every bit."""
        random.seed(seed if rank is None else derive_seed(seed, rank=rank, purpose=self.purpose(), bits=512))

    def capture(self) -> Plain:
        """Return the words, the position and the normal number that waits, if any."""
        return plain_random(random)

    def check(self, state: Plain) -> str:
        """Look at a state; see ``Generator.check``."""
        checked_random(state, _WHAT)
        return ""

    def restore(self, state: Plain) -> None:
        """Set a checked state."""
        random.setstate(tuple_of(state))


class _Source(Protocol):
    """The module ``random``, or a generator of its class ``Random``."""

    def getstate(self) -> tuple[Any, ...]: ...


def plain_random(source: _Source) -> Plain:
    """Return the state of a generator of the ``random`` module as plain values."""
    version, numbers, gauss = source.getstate()
    words = mersenne.pack(numbers[: mersenne.WORDS])
    return {"version": version, "words": words, "position": numbers[-1], "gauss": gauss}


def checked_random(state: Plain, what: str) -> None:
    """Refuse what ``plain_random`` cannot have returned.

    Args:
        state: the state.
        what: whose it is, for the sentence.

    Raises:
        CannotRestore: it is no such state.
    """
    if not isinstance(state, dict) or set(state) != _FIELDS or state["version"] != _VERSION:
        raise mersenne.malformed(what, "its fields are others")
    if type(state["words"]) is not bytes or len(state["words"]) != mersenne.STATE_BYTES:
        raise mersenne.malformed(what, "it has no 624 words")
    mersenne.check_position(state["position"], what)
    if not isinstance(state["gauss"], float | None):
        raise mersenne.malformed(what, "the number that waits is none")


def tuple_of(state: Plain) -> tuple[Any, ...]:
    """Return a checked state as ``setstate`` takes it."""
    assert isinstance(state, dict)
    assert isinstance(state["words"], bytes)
    return (_VERSION, (*mersenne.unpack(state["words"]), state["position"]), state["gauss"])

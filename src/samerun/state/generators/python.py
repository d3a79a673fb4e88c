"""The hidden generator of the ``random`` module."""

from __future__ import annotations

import random

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
        version, numbers, gauss = random.getstate()
        return {
            "version": version,
            "words": mersenne.pack(numbers[: mersenne.WORDS]),
            "position": numbers[-1],
            "gauss": gauss,
        }

    def check(self, state: Plain) -> str:
        """Look at a state; see ``Generator.check``."""
        if not isinstance(state, dict) or set(state) != _FIELDS or state["version"] != _VERSION:
            raise mersenne.malformed(_WHAT, "its fields are others")
        if type(state["words"]) is not bytes or len(state["words"]) != mersenne.STATE_BYTES:
            raise mersenne.malformed(_WHAT, "it has no 624 words")
        mersenne.check_position(state["position"], _WHAT)
        if not isinstance(state["gauss"], float | None):
            raise mersenne.malformed(_WHAT, "the number that waits is none")
        return ""

    def restore(self, state: Plain) -> None:
        """Set a checked state."""
        assert isinstance(state, dict)
        assert isinstance(state["words"], bytes)
        words = (*mersenne.unpack(state["words"]), state["position"])
        random.setstate((_VERSION, words, state["gauss"]))

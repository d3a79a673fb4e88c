"""numpy: its hidden legacy generator, and every ``default_rng()``, BitGenerator and SeedSequence made without a seed.

All of them ask one function for bits, ``numpy.random.bit_generator.randbits``. It is replaced right after that module
was executed, before the hidden generator is made.
"""

from __future__ import annotations

from . import drawn, entropy, imports, seeding

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Mapping

SOURCE = "numpy"


def install(environment: Mapping[str, str]) -> None:
    """Supply from now on, as soon as the program imports ``numpy.random``."""
    imports.when_imported("numpy.random.bit_generator", _attach)
    imports.when_imported("numpy.random.mtrand", _begin)


def _attach(bit_generator: Any) -> None:
    original = bit_generator.randbits

    def randbits(k: int) -> int:
        supplied = entropy.draw(SOURCE, k)
        return int(original(k)) if supplied is None else supplied

    bit_generator.randbits = randbits


def _begin(mtrand: Any) -> None:
    if seeding.applies():
        mtrand.seed(seeding.number() % 2**32)
    source = mtrand._rand._bit_generator
    before = _position(source)
    drawn.watch(SOURCE, lambda: _unseeded(mtrand, source) and _position(source) != before)


def _unseeded(mtrand: Any, source: Any) -> bool:
    """Return whether the hidden generator is as it was made at import: seeding takes its sequence of seeds away."""
    return mtrand._rand._bit_generator is source and getattr(source, "_seed_seq", None) is not None


def _position(source: Any) -> tuple[int, int]:
    state = source.state["state"]
    return int(state["pos"]), hash(state["key"].tobytes())

"""One seed for every library: those that are imported now, and those that will be."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from samerun.state import determinism, layers
from samerun.state.current import set_current
from samerun.state.derive import checked_rank, checked_seed
from samerun.state.generators.jax import jax_key
from samerun.state.turns import turn

if TYPE_CHECKING:
    import jax


def seed_everything(seed: int, *, deterministic: bool | str = False, rank: int | None = None) -> jax.Array | None:
    """Seed the hidden generators of python, numpy, torch (CPU, CUDA, MPS, XPU), TensorFlow, Keras, and make JAX's key.

    A library that is not imported is not imported for it: it is seeded when the program imports it. Nothing of the
    seed is dropped. Wherever a library's own call uses all of the seed, the result is what that call gives:
    ``random.seed(s)``, ``numpy.random.seed(s)`` and ``torch.manual_seed(s)`` below 2**32, ``tf.random.set_seed(s)``
    below 2**31 - 1. For larger seeds the whole state comes from a hash.

    Args:
        seed: 0 to 2**64 - 1.
        deterministic: whether kernels are to be deterministic too; a level of ``samerun.state.deterministic`` or True
            for ``"strict"``.
        rank: the process of a distributed run. With it every process, and every library in it, begins elsewhere;
            without it all processes begin alike, under torchrun too, as models of the same weights need.

    Returns:
        A key for ``jax.random`` if JAX is imported, else None; ``jax_key()`` makes it later.

    Raises:
        BadSeed: the seed or the rank is no such number. Nothing was seeded then.
        SetTooLate: a switch for determinism can no longer be set. Nothing was seeded then.
    """
    number, place = checked_seed(seed), checked_rank(rank)
    owner = turn.take(depth=2)
    try:
        ask(deterministic)  # first, because it may refuse
        layers.begin(number, place)
        set_current(seed=number, rank=place)
        return key_if_imported()
    finally:
        turn.give(owner)


def ask(deterministic: bool | str) -> determinism.Determinism | None:
    """Ask for a level of determinism; at the end of the block of ``seeded`` that is open, if any, it is over.

    Args:
        deterministic: a level, True for ``"strict"``, False for leaving everything as it is.

    Returns:
        What gives the switches back.

    Raises:
        BadOption: there is no such level.
        SetTooLate: a switch can no longer be set.
    """
    if deterministic is False:
        return None
    level: Any = "strict" if deterministic is True else deterministic
    switches = determinism.deterministic(level)
    if len(layers.layers) > 1:
        # The first one that was asked for in the block takes the later ones back too.
        layers.layers[-1].held.setdefault("switches", switches.undo)
    return switches


def key_if_imported() -> jax.Array | None:
    """Return a key for JAX of the seed that is set, if the program has imported JAX."""
    return jax_key() if "jax" in sys.modules else None

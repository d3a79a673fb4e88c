"""JAX has no hidden generator: its programs pass keys. This makes the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samerun.state.current import current
from samerun.state.derive import checked_seed, derive_seed

if TYPE_CHECKING:
    import jax

_LIBRARY_LIMIT = 2**32
_PURPOSE = "samerun generator jax"


def jax_key(seed: int | None = None, *, rank: int | None = None, typed: bool = False) -> jax.Array:
    """Return a key for ``jax.random``, in which all 64 bits of the seed count.

    ``jax.random.key(seed)`` drops the upper 32 bits unless 64-bit numbers are enabled, and refuses 2**63 and more. Here
    a seed from 2**32 on gives what JAX gives with 64-bit numbers.

    Args:
        seed: 0 to 2**64 - 1; None is the one that ``seed_everything`` has set, with its rank.
        rank: the process of a distributed run; it is hashed with the seed.
        typed: whether to return a new-style key (``jax.random.key``). An old-style one (``jax.random.PRNGKey``) is an
            array of numbers: everything that takes a key takes it, also what stores or converts keys as arrays.

    Returns:
        A key of JAX's default kind. Imports JAX.

    Raises:
        BadSeed: the seed is no such number, or none was given or set.
    """
    # Who asks for a key wants JAX.
    import jax
    import numpy as np

    if seed is None and rank is None:
        rank = current().rank
    number = _number(checked_seed(current().seed if seed is None else seed), rank)
    if number < _LIBRARY_LIMIT:
        return jax.random.key(number) if typed else jax.random.PRNGKey(number)
    example = jax.random.key(0)
    # What JAX makes of a seed of 64 bits: its two halves, as often as the kind of key has room for them.
    halves = np.array([number >> 32, number & (_LIBRARY_LIMIT - 1)], dtype=np.uint32)
    data = np.resize(halves, jax.random.key_data(example).shape)
    key = jax.random.wrap_key_data(data, impl=jax.random.key_impl(example))
    return key if typed else jax.random.key_data(key)


def _number(seed: int, rank: int | None) -> int:
    return seed if rank is None else derive_seed(seed, rank=rank, purpose=_PURPOSE)

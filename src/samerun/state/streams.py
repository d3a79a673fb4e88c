"""Streams of random numbers that depend on what they are for, never on who drew before.

``stream("augment", sample=i)`` is the same generator in every process, whatever the number of workers, the size of the
batches, the order or the point at which a run was resumed: its key is a hash of what names it. numpy's is Philox, whose
key is its whole seed, so that making one costs the same for each and every key (Salmon et al., "Parallel random
numbers: as easy as 1, 2, 3", 2011).
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.random import Generator, Philox, SeedSequence
from numpy.random.bit_generator import ISpawnableSeedSequence

from samerun.errors import BadSeed
from samerun.state.current import current
from samerun.state.derive import LARGEST_SEED, derive_bytes, derive_seed
from samerun.state.generators.mersenne import cpu_state, put_bytes

if TYPE_CHECKING:
    import torch

__all__ = ["derive_seed", "stream", "torch_stream"]

_KEY_BYTES = 16
_TORCH_BITS = 512


def stream(
    purpose: str,
    *,
    sample: int | str | None = None,
    epoch: int | None = None,
    rank: int | None = None,
    worker: int | None = None,
    seed: int | None = None,
) -> Generator:
    """Return a numpy generator of its own for one purpose, at its beginning.

    Args:
        purpose: what the numbers are for, such as ``"augment"``.
        sample: the sample they are for: its index or its name; None for none.
        epoch: the pass over the data; None is the one that the loader has set, or none.
        rank: the process of a distributed run, only if the numbers are to depend on it.
        worker: the worker of a loader, only if the numbers are to depend on it.
        seed: the seed of the run; None is the one that ``seed_everything`` has set.

    Returns:
        A generator over Philox; it can be pickled, and its ``spawn`` works. Costs about 10 microseconds. Its raw bits
        never change; what numpy makes of them may change with numpy's version (NEP 19).

    Raises:
        BadSeed: an argument is no such number, or no seed was given or set.
    """
    key = derive_bytes(_seed(seed), rank, worker, _epoch(epoch), sample, purpose, _KEY_BYTES)
    # Any sequence of seeds will do, which numpy's types do not say.
    return Generator(Philox(cast(SeedSequence, Key(key))))


def torch_stream(
    purpose: str,
    *,
    sample: int | str | None = None,
    epoch: int | None = None,
    rank: int | None = None,
    worker: int | None = None,
    seed: int | None = None,
) -> torch.Generator:
    """Return a torch generator of its own for one purpose, at its beginning, on the processor.

    ``torch.Generator().manual_seed(n)`` uses the lower 32 bits of ``n`` alone; here the whole state comes
    from 512 bits.

    Args:
        purpose: what the numbers are for, such as ``"augment"``.
        sample: the sample they are for: its index or its name; None for none.
        epoch: the pass over the data; None is the one that the loader has set, or none.
        rank: the process of a distributed run, only if the numbers are to depend on it.
        worker: the worker of a loader, only if the numbers are to depend on it.
        seed: the seed of the run; None is the one that ``seed_everything`` has set.

    Returns:
        A generator; ``initial_seed()`` of it is 64 bits of its key. Costs about 30 microseconds, and torch's import.

    Raises:
        BadSeed: an argument is no such number, or no seed was given or set.
    """
    # torch is heavy, and who asks for numpy's streams alone may have none.
    import torch

    names = {"rank": rank, "worker": worker, "epoch": _epoch(epoch)}
    number = derive_seed(_seed(seed), **names, sample=sample, purpose=purpose, bits=_TORCH_BITS)
    generator = torch.Generator()
    put_bytes(generator, cpu_state(number, initial_seed=number & LARGEST_SEED))
    return generator


class Key(ISpawnableSeedSequence):
    """The key of a Philox where numpy expects a sequence of seeds; so the operating system is not asked for bits.

    Args:
        key: 16 bytes.
    """

    def __init__(self, key: bytes) -> None:
        self.key = key
        self.n_children_spawned = 0

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> Any:
        """Return the key as ``n_words`` numbers of ``dtype``: Philox asks for 2 of 64 bits."""
        data = self.key
        size = n_words * np.dtype(dtype).itemsize
        if size > len(data):  # another bit generator asks, after ``spawn``
            data = _stretched(data, size)
        return np.frombuffer(data[:size], dtype=np.dtype(dtype).newbyteorder("<")).astype(dtype)

    def spawn(self, n_children: int) -> list[Any]:
        """Return the keys of ``n_children`` more generators, others at each call."""
        first = self.n_children_spawned
        self.n_children_spawned += n_children
        return [Key(_hashed(self.key, b"spawn", number)) for number in range(first, first + n_children)]


def _stretched(key: bytes, size: int) -> bytes:
    return b"".join(_hashed(key, b"stretch", number) for number in range(size // _KEY_BYTES + 1))


def _hashed(key: bytes, purpose: bytes, number: int) -> bytes:
    return blake2b(purpose + number.to_bytes(8, "little"), digest_size=_KEY_BYTES, key=key).digest()


def _seed(seed: int | None) -> int:
    found = current().seed if seed is None else seed
    if found is None:
        raise BadSeed(
            "No seed was set in this process, and none was given.",
            "Call samerun.state.seed_everything(seed) first, or pass seed=.",
        )
    return found


def _epoch(epoch: int | None) -> int | None:
    return current().epoch if epoch is None else epoch

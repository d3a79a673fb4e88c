"""Drawing an order from somebody else's sampler, so that it depends on the seed and the epoch and disturbs nobody.

A ``WeightedRandomSampler`` without a generator draws from torch's global one: its order depends on everything drawn
before, and shifts everything drawn after. Here it draws from generators of its own, begun anew in each epoch, which are
put in place only while it draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from hashlib import blake2b
from typing import Any

from torch.utils.data import BatchSampler, DistributedSampler, SequentialSampler

from samerun.state.loading.held_generators import Held, find_generators
from samerun.state.loading.reseeding import capture_global_generators, restore_global_generators, set_global_generators

_DOMAIN = b"samerun.order/1"
_DRAW_NOTHING = (SequentialSampler, DistributedSampler, list, tuple, range)


class Drawing:
    """Makes what a sampler draws a function of (seed, epoch, rank).

    Args:
        seed: the seed of the run.
        rank: this process of a distributed run.
        dataset: what generators are not looked for in.
    """

    def __init__(self, seed: int, rank: int, dataset: object) -> None:
        self._key = seed.to_bytes(8, "little") + rank.to_bytes(8, "little")
        self._dataset = dataset

    def __call__(self, sampler: Any, epoch: int) -> Callable[[], AbstractContextManager[None]]:
        """Return what to enter around each draw from ``sampler`` in ``epoch``."""
        inner = sampler.sampler if type(sampler) is BatchSampler else sampler
        if type(inner) in _DRAW_NOTHING:
            return nullcontext
        digest = blake2b(epoch.to_bytes(8, "little"), key=self._key, person=_DOMAIN).digest()
        return _Drawn(digest, find_generators(sampler, leave_out=self._dataset)).drawing


class _Drawn:
    """The generators of one sampler in one epoch, put aside between two draws."""

    def __init__(self, digest: bytes, held: list[Held]) -> None:
        self._held = held
        before = self._capture()
        set_global_generators(digest)
        for one in held:
            one.reseed(digest[48:])
        self._own = self._capture()
        self._restore(before)

    @contextmanager
    def drawing(self) -> Iterator[None]:
        before = self._capture()
        self._restore(self._own)
        try:
            yield
        finally:
            self._own = self._capture()
            self._restore(before)

    def _capture(self) -> tuple[Any, list[Any]]:
        return capture_global_generators(), [one.capture() for one in self._held]

    def _restore(self, states: tuple[Any, list[Any]]) -> None:
        restore_global_generators(states[0])
        for one, state in zip(self._held, states[1], strict=True):
            one.restore(state)

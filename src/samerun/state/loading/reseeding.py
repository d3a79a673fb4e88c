"""The generators of python, numpy and torch, set before each sample or batch from what it is.

What a sample's augmentation draws is then a function of (seed, epoch, sample): no worker repeats another's numbers, no
epoch an earlier one's, and it does not matter how many workers there are, who fetched what before, or whether the run
was resumed. Setting the three costs about 20 microseconds.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any, Literal

import numpy as np
import torch
from torch.utils.data import get_worker_info

from samerun.state.current import current, put_back, set_current
from samerun.state.loading.held_generators import Held, find_generators
from samerun.state.loading.index_batches import Batch
from samerun.state.loading.torch_words import set_words

Reseed = Literal["sample", "batch", "off"]
MODES: tuple[Reseed, ...] = ("sample", "batch", "off")

_DOMAIN = b"samerun.loader/1"


class _Process:
    """What one process knows: whether a loader is fetching, so that another one would be within its dataset."""

    fetching = False


def set_global_generators(digest: bytes) -> None:
    """Set python's, numpy's and torch's generator from 48 bytes, 16 for each."""
    random.seed(int.from_bytes(digest[:16], "little"))
    np.random.seed(np.frombuffer(digest[16:32], dtype="<u4"))
    set_words(torch.default_generator, digest[32:48])


def capture_global_generators() -> tuple[Any, Any, Any]:
    """Return the states of python's, numpy's and torch's generator."""
    return random.getstate(), np.random.get_state(), torch.get_rng_state()


def restore_global_generators(states: tuple[Any, Any, Any]) -> None:
    """Put back what ``capture_global_generators`` returned."""
    random.setstate(states[0])
    np.random.set_state(states[1])
    torch.set_rng_state(states[2])


class Reseeder:
    """Sets the generators for one loader, in whichever process fetches.

    Args:
        seed: the seed of the run.
        rank: this process of a distributed run.
        mode: before each sample, before each batch, or not at all.
        ranked: whether the numbers of a sample depend on the rank too.
        dataset: where generators are looked for.
    """

    def __init__(self, seed: int, rank: int, mode: Reseed, ranked: bool, dataset: object) -> None:
        self.seed, self.rank, self.mode, self.ranked = seed, rank, mode, ranked
        self.dataset = dataset
        self._forget()

    def _forget(self) -> None:
        self._epoch: int | None = None
        self._holding = False
        self._looked = 0
        self._held: list[Held] = []
        self._samples = self._batches = blake2b()
        self._now = Batch((), 0, 0)

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs; what was found here is not what is there."""
        return {name: self.__dict__[name] for name in ("seed", "rank", "mode", "ranked", "dataset")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()

    def enter(self, batch: Batch) -> None:
        """Begin with a batch: later calls are about it."""
        self._now = batch
        worker = get_worker_info()
        set_current(seed=self.seed, rank=self.rank, worker=None if worker is None else worker.id, epoch=batch.epoch)
        if self.mode == "off":
            return
        if batch.epoch != self._epoch:
            self._begin_epoch(batch.epoch)
        if self._looked < 2:  # a generator may be made on the first use of a dataset
            self._looked += 1
            self._held = find_generators(self.dataset)
        if self.mode == "batch":
            self._set(self._of_batch(b"batch"))

    def _work_under(self, epoch: int) -> None:
        worker = get_worker_info()
        set_current(seed=self.seed, rank=self.rank, worker=None if worker is None else worker.id, epoch=epoch)

    def sample(self, place: int) -> None:
        """Set the generators for the sample at a place of the batch."""
        if self.mode == "sample":
            message = _name(self._now, place)
            hasher = self._samples.copy()
            hasher.update(message)
            self._set(hasher.digest())

    def collation(self) -> None:
        """Set the generators for what happens to the batch as a whole."""
        self._work_under(self._now.epoch)
        if self.mode == "sample":
            self._set(self._of_batch(b"collate"))

    def _of_batch(self, purpose: bytes) -> bytes:
        hasher = self._batches.copy()
        hasher.update(purpose + self._now.start.to_bytes(8, "little"))
        return hasher.digest()

    def _begin_epoch(self, epoch: int) -> None:
        self._epoch, self._looked = epoch, 0
        key, ranked = self.seed.to_bytes(8, "little"), b"r%d" % self.rank
        for_sample = b"sample e%d %b|" % (epoch, ranked if self.ranked else b"")
        self._samples = blake2b(for_sample, key=key, person=_DOMAIN)
        self._batches = blake2b(b"batch e%d %b|" % (epoch, ranked), key=key, person=_DOMAIN)

    def _set(self, digest: bytes) -> None:
        set_global_generators(digest)
        for held in self._held:
            held.reseed(digest[48:])

    @contextmanager
    def giving_back(self) -> Iterator[None]:
        """Give back at the end what whoever asked for a sample draws from: the training, or another loader's dataset.

        A worker's own loader has nobody to give anything back to.
        """
        if self._holding:
            yield
            return
        nobody = get_worker_info() is not None and not _Process.fetching
        before, others = current(), _Process.fetching
        restore = _nothing if nobody or self.mode == "off" else self._restoring()
        self._holding = _Process.fetching = True
        try:
            yield
        finally:
            self._holding, _Process.fetching = False, others
            restore()
            put_back(before)

    def _restoring(self) -> Callable[[], None]:
        """Return what puts every generator back to where it is now."""
        states = capture_global_generators()
        found = self._held if self._looked > 1 else find_generators(self.dataset)
        held = [(one, one.capture()) for one in found]

        def restore() -> None:
            restore_global_generators(states)
            for one, state in held:
                one.restore(state)

        return restore


def _nothing() -> None:
    """Put nothing back."""


def _name(batch: Batch, place: int) -> bytes:
    """Return what tells a sample from all others of the epoch: its index, and which time it comes."""
    index = batch[place]
    time = batch.times[place] if batch.times else 0
    try:
        return b"i%d.%d" % (operator.index(index), time)
    except TypeError:
        pass
    if isinstance(index, str):
        return b"t%d:" % time + index.encode("utf-8", "surrogatepass")
    return b"p%d" % (batch.start + place)  # an index of another kind goes by its place in the order

"""Datasets without indices: their elements dealt out, each to one rank and one worker.

Every reader goes through the whole stream and keeps its blocks of a batch each: block after block to the ranks in turn,
and those of a rank to its workers in turn. As torch takes a batch from each worker in turn, the batches are the same
ones in the same order whatever the number of workers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch.utils.data import IterableDataset, get_worker_info

from samerun.state.loading.fetching import PassingOn
from samerun.state.loading.index_batches import Batch
from samerun.state.loading.reseeding import Reseeder

Sharding = Literal["loader", "dataset"]


@dataclass
class Dealing:
    """How the elements are dealt out.

    Attributes:
        size: elements a block.
        rank: this process of a distributed run.
        world_size: how many there are.
        drop_last: leave out the last round, unless each rank gets a whole block of it.
        by: who shards: the loader, or the dataset itself, which is then asked for all that it gives in each worker.
        place: the epoch, and how many blocks of this rank are left out; shared with workers that outlive an epoch.
    """

    size: int
    rank: int
    world_size: int
    drop_last: bool
    by: Sharding
    place: list[int] | torch.Tensor = field(default_factory=lambda: [0, 0])

    def begin(self, epoch: int, skip: int) -> None:
        """Set where the next iteration begins."""
        self.place[0], self.place[1] = epoch, skip

    def count(self, length: int) -> int:
        """Return how many of ``length`` elements this rank gets."""
        if self.by == "dataset":
            return length
        blocks, rest = divmod(length, self.size)
        if self.drop_last:
            return blocks // self.world_size * self.size
        full = (blocks - self.rank + self.world_size - 1) // self.world_size
        return full * self.size + (rest if blocks % self.world_size == self.rank else 0)


class SeededIterable(PassingOn, IterableDataset[Any]):  # type: ignore[misc]  # torch is optional: no types
    """An iterable dataset, each of whose elements is made from generators of its own.

    Args:
        dataset: the user's.
        reseeder: sets the generators.
        dealing: who gets which element.
    """

    def __init__(self, dataset: Any, reseeder: Reseeder, dealing: Dealing) -> None:
        self._given = dataset
        self._reseeder = reseeder
        self._dealing = dealing

    def __len__(self) -> int:
        return self._dealing.count(len(self._given))

    def __iter__(self) -> Iterator[Any]:
        epoch, skip = map(int, self._dealing.place)  # now, and not with the first element: it is where this pass begins
        worker = get_worker_info()
        mine, workers = (0, 1) if worker is None else (worker.id, worker.num_workers)
        if self._dealing.by == "dataset":
            return self._elements(epoch, f"{mine}:", mine, workers)
        return self._dealt(epoch, skip, mine, workers)

    def _elements(self, epoch: int, prefix: str, first: int, step: int) -> Iterator[Any]:
        """Yield every element, made from the numbers of its place.

        Args:
            epoch: the pass over the data.
            prefix: tells the places of this reader from those of another.
            first: what the first block counts as.
            step: by how much the next one counts more.
        """
        self._enter(epoch, prefix, 0, first)
        source = iter(self._given)
        number = 0
        while True:
            block, within = divmod(number, self._dealing.size)
            if number and (self._reseeder.mode == "sample" or not within):
                self._enter(epoch, prefix, number, first + block * step)
            try:
                element = next(source)
            except StopIteration:
                return
            yield element
            number += 1

    def _enter(self, epoch: int, prefix: str, number: int, block: int) -> None:
        self._reseeder.enter(Batch([f"{prefix}{number}"], epoch, block))
        self._reseeder.sample(0)

    def _dealt(self, epoch: int, skip: int, worker: int, workers: int) -> Iterator[Any]:
        dealing = self._dealing
        waits = dealing.drop_last and dealing.world_size > 1
        kept: list[Any] = []
        for number, element in enumerate(self._elements(epoch, "", 0, 1)):
            block, within = divmod(number, dealing.size)
            turn, rank = divmod(block, dealing.world_size)
            if rank == dealing.rank and turn >= skip and (turn - skip) % workers == worker:
                if not waits:
                    yield element
                else:
                    kept.append(element)
            if kept and rank == dealing.world_size - 1 and within == dealing.size - 1:
                self._reseeder.enter(Batch((), epoch, block - rank + dealing.rank))
                yield from kept
                kept = []

"""What stands between torch and the user's dataset: it sets the generators before a sample is made.

Both go where torch fetches, into the workers or not; to everybody else they look like the dataset itself, whose
attributes they pass on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from torch.utils.data import Dataset

from samerun.state.current import set_current
from samerun.state.loading.index_batches import Batch
from samerun.state.loading.reseeding import Reseeder

_OWN = frozenset({"_given", "_reseeder", "_dealing"})


class PassingOn:
    """Passes on what it has not itself to the dataset it stands for, reading and writing."""

    _given: Any

    def __getattr__(self, name: str) -> Any:
        if name in _OWN or (name.startswith("__") and name.endswith("__")):
            raise AttributeError(name)  # asked for while a copy is being made: there is no dataset yet
        return getattr(self._given, name)

    def __setattr__(self, name: str, value: object) -> None:
        if name in _OWN:
            object.__setattr__(self, name, value)
        else:
            setattr(self._given, name, value)

    def __len__(self) -> int:
        return len(self._given)


class SeededDataset(PassingOn, Dataset[Any]):  # type: ignore[misc]  # torch is optional: no types
    """A dataset with indices, each of whose samples is made from generators of its own.

    Args:
        dataset: the user's.
        reseeder: sets the generators.
    """

    def __init__(self, dataset: Any, reseeder: Reseeder) -> None:
        self._given = dataset
        self._reseeder = reseeder

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, Batch):
            return self._given[index]
        return self._fetch(index)[0]

    def __getitems__(self, indices: list[Any]) -> Any:
        """Return the samples of a batch: torch asks for all of them at once."""
        if not isinstance(indices, Batch):
            return self._plain(indices)
        return self._fetch(indices)

    def _fetch(self, batch: Batch) -> Any:
        reseeder = self._reseeder
        with reseeder.giving_back():
            reseeder.enter(batch)
            return self._plain(_Seeding(batch, reseeder) if reseeder.mode == "sample" else list(batch))

    def _plain(self, indices: list[Any]) -> Any:
        several = getattr(self._given, "__getitems__", None)
        return several(indices) if several else [self._given[index] for index in indices]


class _Seeding(list[Any]):
    """Indices that set the generators for each while they are gone through, by whoever does that."""

    def __init__(self, batch: Batch, reseeder: Reseeder) -> None:
        super().__init__(batch)
        self._reseeder = reseeder

    def __iter__(self) -> Iterator[Any]:
        sample = self._reseeder.sample
        for place, index in enumerate(super().__iter__()):
            sample(place)
            yield index


class SeededCollation:
    """Makes a batch of samples with generators set for the batch: mixing and masking happen there.

    Args:
        collate: the user's ``collate_fn``, or torch's.
        reseeder: the one of the dataset beside it.
    """

    def __init__(self, collate: Callable[[Any], Any], reseeder: Reseeder) -> None:
        self.collate, self.reseeder = collate, reseeder

    def __call__(self, samples: Any) -> Any:
        """Return the batch."""
        with self.reseeder.giving_back():
            self.reseeder.collation()
            return self.collate(samples)


class WorkerStart:
    """What a worker does first: it learns under what it works, then calls what the user wants called.

    Args:
        seed: the seed of the run.
        rank: this process of a distributed run.
        then: the user's ``worker_init_fn``.
    """

    def __init__(self, seed: int, rank: int, then: Callable[[int], object] | None) -> None:
        self.seed, self.rank, self.then = seed, rank, then

    def __call__(self, worker: int) -> None:
        """Begin in a worker."""
        set_current(seed=self.seed, rank=self.rank, worker=worker, epoch=None)
        if self.then is not None:
            self.then(worker)


def unwrapped(part: Any) -> Any:
    """Return the user's own where a framework makes a loader of another one's attributes."""
    if isinstance(part, SeededCollation):
        return part.collate
    if isinstance(part, WorkerStart):
        return part.then
    return part._given if isinstance(part, PassingOn) else part

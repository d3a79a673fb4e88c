"""What a loader is made of: the options checked, the order, and what stands between torch and the dataset."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch.utils.data import IterableDataset, default_collate, default_convert

from samerun.errors import BadOption
from samerun.state.loading.course import Course
from samerun.state.loading.dealing import Dealing, SeededIterable, Sharding
from samerun.state.loading.drawing import Drawing
from samerun.state.loading.fetching import SeededCollation, SeededDataset, WorkerStart
from samerun.state.loading.index_batches import Batches, GivenBatches, OwnBatches
from samerun.state.loading.reseeding import MODES, Reseed, Reseeder
from samerun.state.sampler import EpochSampler


class ForWorkers(torch.Generator):  # type: ignore[misc]  # torch is optional: no types
    """What torch draws the seed of the workers from; nobody else does."""


@dataclass
class Parts:
    """The options of a loader, as ``Loader`` describes them, and what is made of them."""

    dataset: Any
    batch_size: int | None
    shuffle: bool
    sampler: Iterable[Any] | None
    batch_sampler: Iterable[Any] | None
    num_workers: int
    collate_fn: Callable[[Any], Any] | None
    drop_last: bool
    worker_init_fn: Callable[[int], object] | None
    seed: int
    rank: int
    world_size: int
    reseed: Reseed
    sharded_by: Sharding | None
    options: dict[str, Any]
    course: Course = field(default_factory=Course)

    def __post_init__(self) -> None:
        # Numpy's whole numbers are taken; a state holds Python's.
        for name in ("batch_size", "num_workers"):
            value = getattr(self, name)
            if type(value) is not bool and isinstance(value, numbers.Integral):
                setattr(self, name, int(value))
        for wrong, sentence, next_step in self._breaches():
            if wrong:
                raise BadOption(sentence, next_step)

    @property
    def iterable(self) -> bool:
        """Whether the dataset has no indices."""
        return isinstance(self.dataset, IterableDataset)

    @property
    def given(self) -> bool:
        """Whether the order is the user's own."""
        return self.sampler is not None or self.batch_sampler is not None

    @cached_property
    def reseeder(self) -> Reseeder:
        """What sets the generators."""
        return Reseeder(self.seed, self.rank, self.reseed, self.given and self.world_size > 1, self.dataset)

    @cached_property
    def dealing(self) -> Dealing | None:
        """How the elements of an iterable dataset are dealt out."""
        if not self.iterable:
            return None
        by = self.sharded_by or "loader"
        dealing = Dealing(self.batch_size or 1, self.rank, self.world_size, self.drop_last, by)
        if self.options.get("persistent_workers"):
            dealing.place = torch.zeros(2, dtype=torch.int64).share_memory_()
        return dealing

    @cached_property
    def order(self) -> EpochSampler | Iterable[Any] | None:
        """The sampler that people will look for: samerun's, or theirs."""
        if self.iterable or self.given:
            return self.batch_sampler if self.sampler is None else self.sampler
        return EpochSampler(
            self.dataset,
            seed=self.seed,
            shuffle=self.shuffle,
            drop_last=self.drop_last,
            rank=self.rank,
            world_size=self.world_size,
            course=self.course,
        )

    @cached_property
    def batches(self) -> Batches | None:
        """What tells torch the indices; None where there are none."""
        if isinstance(self.order, EpochSampler) and not self.given:
            return OwnBatches(self.order, self.batch_size, self.drop_last)
        if self.order is None:
            return None
        drawing = Drawing(self.seed, self.rank, self.dataset)
        whole = self.batch_sampler is not None
        return GivenBatches(self.course, self.order, self.batch_size, self.drop_last, whole, drawing)

    def for_torch(self) -> dict[str, Any]:
        """Return the arguments of torch's ``DataLoader``."""
        return {
            **self.options,
            **self._what(),
            "num_workers": self.num_workers,
            "collate_fn": self._collation(),
            "worker_init_fn": WorkerStart(self.seed, self.rank, self.worker_init_fn),
            # torch draws a seed for the workers from it; without one it would take that from the training's generator.
            "generator": ForWorkers("cpu"),
        }

    def _what(self) -> dict[str, Any]:
        if self.dealing is not None:
            dataset = SeededIterable(self.dataset, self.reseeder, self.dealing)
            return {"dataset": dataset, "batch_size": self.batch_size, "drop_last": self.drop_last}
        seeded = {"dataset": SeededDataset(self.dataset, self.reseeder)}
        if self._collated:
            return {**seeded, "batch_sampler": self.batches}
        return {**seeded, "sampler": self.batches, "batch_size": None}

    @property
    def _collated(self) -> bool:
        return self.batch_size is not None or self.batch_sampler is not None

    def _collation(self) -> Callable[[Any], Any]:
        plain = self.collate_fn or (default_collate if self._collated else default_convert)
        return SeededCollation(plain, self.reseeder)

    def _breaches(self) -> Iterable[tuple[bool, str, str]]:
        size = self.batch_size
        readers = max(self.num_workers, 1) * self.world_size
        yield (
            self.reseed not in MODES,
            f"reseed is {self.reseed!r}.",
            'Choose "sample", "batch" or "off".',
        )
        yield (
            size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 1),
            f"A batch size of {size!r} is no whole number from 1.",
            "Give 1 or more; None fetches one index at a time.",
        )
        yield (
            self.given and self.shuffle,
            "Both an order of your own and shuffle=True are given.",
            "Leave one of them out.",
        )
        yield (
            self.batch_sampler is not None and (self.sampler is not None or self.drop_last or size not in (1, None)),
            "A batch_sampler says itself what a batch is.",
            "Leave batch_size, sampler and drop_last out.",
        )
        yield (
            size is None and self.drop_last,
            "Without a batch size there is no last batch to drop.",
            "Leave drop_last out.",
        )
        yield (
            self.iterable and (self.given or self.shuffle),
            "An IterableDataset has no indices to shuffle or to choose.",
            "Leave shuffle and the samplers out; shuffle within the dataset.",
        )
        yield (
            self.iterable and readers > 1 and self.sharded_by not in ("loader", "dataset"),
            f"{readers} readers share one IterableDataset, and nobody said who deals its elements out.",
            'Give sharded_by="loader" if it yields everything to each, sharded_by="dataset" if it shards itself.',
        )
        yield (
            not self.iterable and self.sharded_by is not None,
            "sharded_by is for an IterableDataset.",
            "Leave it out: indices are dealt out anyway.",
        )
        yield (
            self.options.get("in_order") is False and self.num_workers > 1,
            "With in_order=False the order depends on which worker is faster.",
            "Leave it out.",
        )

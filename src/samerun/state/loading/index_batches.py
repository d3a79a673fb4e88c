"""Batches of indices that know where they stand: what a loader sends to whoever fetches them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any

import numpy as np

from samerun.errors import BadOption
from samerun.state.loading.course import Course, Place
from samerun.state.sampler import EpochSampler

Drawing = Callable[[object, int], Callable[[], AbstractContextManager[None]]]


class Batch(list[Any]):
    """The indices of one batch; a list, and pickled as one.

    Args:
        indices: what the dataset is asked for.
        epoch: the pass over the data.
        start: how many samples of the order come before it.
        times: for each index, how often this epoch had it before; empty where each comes once.
    """

    __slots__ = ("epoch", "start", "times")

    def __init__(self, indices: Iterable[Any], epoch: int, start: int, times: Iterable[int] = ()) -> None:
        super().__init__(indices)
        self.epoch, self.start, self.times = epoch, start, tuple(times)

    def __reduce__(self) -> tuple[Any, ...]:
        return Batch, (list(self), self.epoch, self.start, self.times)


class Batches:
    """What torch takes for a batch sampler; iterating begins the course's next epoch.

    The loader binds an iteration to the place that it has begun itself, so that it knows which one it is.
    """

    def __init__(self, course: Course) -> None:
        self.course = course
        self.bound: Place | None = None

    def set_epoch(self, epoch: int) -> None:
        """Say which pass over the data the next one is."""
        self.course.set_epoch(epoch)

    def __iter__(self) -> Iterator[Batch]:
        # At once, not with the first batch: torch asks twice for an iterator where there are workers.
        return self._from(self.bound)

    def _from(self, bound: Place | None) -> Iterator[Batch]:
        yield from self.batches(bound or self.course.begin()[1])

    def batches(self, place: Place) -> Iterator[Batch]:
        """Yield the batches of an epoch from a place on."""
        raise NotImplementedError


class OwnBatches(Batches):
    """Batches of samerun's own order.

    Args:
        sampler: the order; a framework may put another one in its place.
        batch_size: samples a batch; None for samples one by one.
        drop_last: leave an incomplete last batch out.
    """

    def __init__(self, sampler: EpochSampler, batch_size: int | None, drop_last: bool) -> None:
        super().__init__(sampler.course if isinstance(sampler, EpochSampler) else Course())
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def batches(self, place: Place) -> Iterator[Batch]:
        """Yield the batches of an epoch from a place on; what comes before is not looked at."""
        own = isinstance(self.sampler, EpochSampler)
        size, world = self.batch_size or 1, self.sampler.num_replicas if own else 1
        mine = self.sampler.indices(place) if own else np.asarray(list(self.sampler))
        for begin in range(0, len(mine), size):
            indices = mine[begin : begin + size].tolist()
            if len(indices) == size or not self.drop_last:
                yield Batch(indices, place.epoch, place.samples + begin * world)

    def __len__(self) -> int:
        return _batch_count(len(self.sampler), self.batch_size or 1, self.drop_last)


class GivenBatches(Batches):
    """Batches of an order that the user's own sampler gives.

    Args:
        course: where the epochs are counted.
        sampler: yields indices, or batches of them.
        batch_size: samples a batch; None where the sampler yields the batches, or what is fetched at once.
        drop_last: leave an incomplete last batch out.
        whole: the sampler yields batches.
        drawing: makes what is drawn within depend on (seed, epoch, rank) alone, for a sampler and an epoch; what it
            returns is entered for each batch.
    """

    def __init__(
        self,
        course: Course,
        sampler: Iterable[Any],
        batch_size: int | None,
        drop_last: bool,
        whole: bool,
        drawing: Drawing,
    ) -> None:
        super().__init__(course)
        if isinstance(sampler, Iterator) and type(sampler).__module__ in ("builtins", "itertools"):
            raise BadOption(
                f"The sampler is a {type(sampler).__name__}, which can be gone through only once.",
                "Give a list, or an object whose __iter__ begins anew.",
            )
        self.sampler, self.batch_size, self.drop_last, self._whole = sampler, batch_size, drop_last, whole
        self._drawing = drawing

    def batches(self, place: Place) -> Iterator[Batch]:
        """Yield the batches of an epoch from a place on; those before are drawn from the sampler and not fetched."""
        _follow_epoch(self.sampler, place.epoch)
        drawing = self._drawing(self.sampler, place.epoch)
        with drawing():
            source = iter(self.sampler)
        seen: Counter[Any] = Counter()
        start = number = 0
        while True:
            with drawing():
                indices = self._next(source)
            if indices is None:
                return
            times = [_count(seen, index) for index in indices]
            if number >= place.batches:
                yield Batch(indices, place.epoch, start, times)
            start, number = start + len(indices), number + 1

    def _next(self, source: Iterator[Any]) -> list[Any] | None:
        if self._whole:
            batch = next(source, None)
            return None if batch is None else list(batch)
        size = self.batch_size or 1
        indices = list(islice(source, size))
        return None if not indices or (self.drop_last and len(indices) < size) else indices

    def __len__(self) -> int:
        count = len(self.sampler)  # type: ignore[arg-type]  # torch too says TypeError where there is none
        return _batch_count(count, 1 if self._whole else self.batch_size or 1, self.drop_last)


def _batch_count(samples: int, size: int, drop_last: bool) -> int:
    return samples // size if drop_last else -(-samples // size)


def _follow_epoch(sampler: object, epoch: int) -> None:
    """Tell a sampler which epoch it is, if it or the one that it batches wants to know."""
    for each in (sampler, getattr(sampler, "sampler", None)):
        if callable(getattr(each, "set_epoch", None)):
            each.set_epoch(epoch)  # type: ignore[union-attr]
            return


def _count(seen: Counter[Any], index: Any) -> int:
    """Count an index and return how often it came before; one that cannot be counted is told by its place."""
    try:
        seen[index] += 1
    except TypeError:
        return 0
    return seen[index] - 1

from __future__ import annotations

import pickle
from contextlib import nullcontext
from typing import Any

import pytest

from samerun.errors import BadOption
from samerun.state.loading.course import Course, Place
from samerun.state.loading.index_batches import Batch, Batches, GivenBatches, OwnBatches
from samerun.state.sampler import EpochSampler


def own(length: int, size: int | None, *, drop: bool = False, rank: int = 0, world: int = 1) -> OwnBatches:
    sampler = EpochSampler(range(length), seed=1, shuffle=False, drop_last=drop, rank=rank, world_size=world)
    return OwnBatches(sampler, size, drop)


def given(sampler: Any, size: int | None, *, drop: bool = False, whole: bool = False) -> GivenBatches:
    return GivenBatches(Course(), sampler, size, drop, whole, lambda sampler, epoch: nullcontext)


def test_a_batch_is_a_list_that_travels() -> None:
    batch = pickle.loads(pickle.dumps(Batch([3, 1], 2, 8, [0, 1])))
    assert (batch, batch.epoch, batch.start, batch.times) == ([3, 1], 2, 8, (0, 1))
    assert type(batch) is Batch


def test_batches_of_the_own_order() -> None:
    found = list(own(10, 4).batches(Place(3)))
    assert found == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert [(batch.epoch, batch.start) for batch in found] == [(3, 0), (3, 4), (3, 8)]
    assert [batch.start for batch in own(10, 2, rank=1, world=2).batches(Place(0))] == [0, 4, 8]
    assert list(own(10, 4, drop=True).batches(Place(0))) == found[:2]
    assert list(own(10, 4).batches(Place(0, 1, 4))) == found[1:]
    assert list(own(3, None).batches(Place(0))) == [[0], [1], [2]]


@pytest.mark.parametrize(("size", "drop", "count"), [(4, False, 3), (4, True, 2), (None, False, 10), (20, True, 0)])
def test_how_many_there_are(size: int | None, drop: bool, count: int) -> None:
    assert len(own(10, size, drop=drop)) == len(given(range(10), size, drop=drop)) == count


def test_each_iteration_is_the_next_epoch_unless_it_is_bound() -> None:
    batches = own(4, 2)
    assert [batch.epoch for _ in range(2) for batch in batches] == [0, 0, 1, 1]
    batches.bound = Place(9)
    twice = iter(batches), iter(batches)  # torch asks twice where there are workers
    batches.bound = None
    assert [next(each).epoch for each in twice] == [9, 9]
    assert next(iter(batches)).epoch == 2
    batches.set_epoch(7)
    assert next(iter(batches)).epoch == 7


def test_batches_of_a_given_order_count_how_often_an_index_comes() -> None:
    batches = list(given([5, 6, 5, 5, 7], 2).batches(Place(0)))
    assert batches == [[5, 6], [5, 5], [7]]
    assert [batch.times for batch in batches] == [(0, 0), (1, 2), (0,)]
    assert [batch.start for batch in batches] == [0, 2, 4]
    later = list(given([5, 6, 5, 5, 7], 2).batches(Place(0, 1)))
    assert [(batch, batch.times) for batch in later] == [(batch, batch.times) for batch in batches[1:]]


def test_whole_batches_and_indices_that_cannot_be_counted() -> None:
    assert list(given([(1, 2), [3]], 1, whole=True).batches(Place(0))) == [[1, 2], [3]]
    assert list(given([[1, 2], [3, 4]], None).batches(Place(0))) == [[[1, 2]], [[3, 4]]]
    assert list(given([1, 2, 3], 2, drop=True).batches(Place(0))) == [[1, 2]]


def test_a_sampler_that_wants_to_know_the_epoch_is_told() -> None:
    class Telling(list[int]):
        told: list[int] = []

        def set_epoch(self, epoch: int) -> None:
            self.told.append(epoch)

    sampler = Telling([1])
    list(given(sampler, 1).batches(Place(4)))
    assert sampler.told == [4]


def test_an_order_that_can_be_gone_through_once_is_refused() -> None:
    with pytest.raises(BadOption, match="only once"):
        given(iter([1]), 1)


def test_batches_alone_have_no_order() -> None:
    with pytest.raises(NotImplementedError):
        next(iter(Batches(Course())))

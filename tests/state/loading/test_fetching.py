from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from torch.utils.data import Subset

from samerun.state.current import current, put_back
from samerun.state.loading.fetching import SeededCollation, SeededDataset, WorkerStart, unwrapped
from samerun.state.loading.index_batches import Batch
from samerun.state.loading.reseeding import Reseeder
from tests.state.loading.datasets import Noisy


def seeded(dataset: Any, mode: Any = "sample") -> SeededDataset:
    return SeededDataset(dataset, Reseeder(1, 0, mode, False, dataset))


def test_it_looks_like_the_dataset() -> None:
    dataset = Subset(Noisy(9), [4, 5])
    wrapper = seeded(dataset)
    assert (len(wrapper), wrapper.dataset, wrapper[1][0], wrapper.__getitems__([0])[0][0]) == (2, dataset.dataset, 5, 4)
    wrapper.indices = [7]
    assert dataset.indices == [7]
    assert unwrapped(wrapper) is dataset
    assert unwrapped(dataset) is dataset
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        wrapper.nothing_of_that_name  # noqa: B018


def test_it_travels() -> None:
    wrapper = seeded(Noisy(9))
    for other in (copy.deepcopy(wrapper), pickle.loads(pickle.dumps(wrapper))):
        assert other.__getitems__(Batch([3], 0, 0)) == wrapper.__getitems__(Batch([3], 0, 0))


def test_samples_of_a_batch_are_seeded_and_plain_ones_are_not() -> None:
    wrapper = seeded(Noisy())
    both = wrapper.__getitems__(Batch([3, 4], 0, 0))
    assert wrapper.__getitems__(Batch([4, 3], 0, 2)) == both[::-1]
    assert wrapper[Batch([4], 0, 0)] == both[1]
    assert wrapper[3] != both[0]
    assert seeded(Noisy(), "batch").__getitems__(Batch([3, 4], 0, 0)) != both


def test_a_dataset_that_fetches_several_at_once_is_asked_to() -> None:
    class Several(Noisy):
        def __getitems__(self, indices: list[int]) -> Any:
            assert len(indices) == 2
            return [("several", *self[index]) for index in indices]

    wrapper = seeded(Several())
    assert [sample[1:] for sample in wrapper.__getitems__(Batch([3, 4], 0, 0))] == seeded(Noisy()).__getitems__(
        Batch([3, 4], 0, 0)
    )


def test_a_subset_seeds_each_sample_too() -> None:
    inner = seeded(Subset(Noisy(), range(10)))
    assert inner.__getitems__(Batch([3, 4], 0, 0))[1] == inner.__getitems__(Batch([4], 0, 0))[0]


def test_the_collation_is_the_users_with_numbers_of_the_batch() -> None:
    reseeder = Reseeder(1, 0, "sample", False, None)
    reseeder.enter(Batch([1], 0, 4))
    collation = SeededCollation(lambda samples: (samples, Noisy()[0][1:]), reseeder)
    assert collation([1, 2]) == collation([1, 2])
    assert collation([1, 2])[0] == [1, 2]


def test_a_worker_begins_by_learning_what_it_works_under() -> None:
    called = []
    before = current()
    try:
        WorkerStart(5, 2, called.append)(3)
        now = current()
        assert (now.seed, now.rank, now.worker, now.epoch, called) == (5, 2, 3, None, [3])
    finally:
        put_back(before)

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader, DistributedSampler

from samerun.errors import BadOption, BadSeed, CannotRestore
from samerun.state.current import put_back, set_current
from samerun.state.sampler import EpochSampler, permutation, seed_or_current


def test_the_order_is_a_permutation_that_never_changes() -> None:
    assert permutation(10, seed=1, epoch=0).tolist() == [7, 5, 4, 3, 6, 9, 0, 2, 8, 1]  # for ever: runs depend on it
    assert sorted(permutation(1000, seed=2**64 - 1, epoch=5).tolist()) == list(range(1000))
    assert permutation(0, seed=1, epoch=0).tolist() == []


def test_the_neighbours_collision_of_distributed_sampler_is_gone() -> None:
    def theirs(seed: int, epoch: int) -> list[int]:
        sampler = DistributedSampler(range(100), num_replicas=1, rank=0, seed=seed)
        sampler.set_epoch(epoch)
        return list(sampler)

    assert theirs(0, 1) == theirs(1, 0)
    assert permutation(100, seed=0, epoch=1).tolist() != permutation(100, seed=1, epoch=0).tolist()


def test_equal_words_keep_the_order_of_the_indices(monkeypatch: pytest.MonkeyPatch) -> None:
    class Coarse:
        def __init__(self, key: int) -> None:
            pass

        def random_raw(self, length: int) -> Any:
            return np.arange(length, dtype=np.uint64) % 3

    monkeypatch.setattr("samerun.state.sampler.Philox", Coarse)
    assert permutation(1000, seed=1, epoch=0).tolist() == sorted(range(1000), key=lambda index: (index % 3, index))


def test_it_is_an_order_for_a_loader_of_ones_own() -> None:
    sampler = EpochSampler(range(10), seed=1)
    loader = DataLoader(list(range(10)), batch_size=4, sampler=sampler, num_workers=2, generator=torch.Generator())
    first = [int(index) for batch in loader for index in batch]
    assert first == permutation(10, seed=1, epoch=0).tolist()
    assert [int(index) for batch in loader for index in batch] == permutation(10, seed=1, epoch=1).tolist()
    assert isinstance(sampler, DistributedSampler)
    sampler.set_epoch(0)
    assert (list(sampler), len(sampler), sampler.epoch) == (first, 10, 1)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 40), st.integers(1, 6), st.booleans(), st.booleans(), st.integers(0, 10))
def test_ranks_share_what_there_is(length: int, world: int, drop: bool, shuffle: bool, done: int) -> None:
    def rank(number: int) -> EpochSampler:
        return EpochSampler(range(length), seed=1, rank=number, world_size=world, drop_last=drop, shuffle=shuffle)

    dealt = [list(rank(number)) for number in range(world)]
    assert {len(one) for one in dealt} == {len(rank(0))}
    merged = [index for together in zip(*dealt, strict=True) for index in together]
    order = permutation(length, seed=1, epoch=0).tolist() if shuffle else list(range(length))
    assert merged[: min(length, len(merged))] == order[: len(merged)]
    assert len(merged) == (length // world if drop else -(-length // world)) * world
    sampler = rank(0)
    done = min(done, len(sampler))
    sampler.load_state_dict(rank(0).state_dict(done=done))
    assert list(sampler) == dealt[0][done:]


def test_a_state_counts_what_was_drawn_or_what_it_is_told() -> None:
    sampler = EpochSampler(range(10), seed=1)
    drawn = iter(sampler)
    whole = [next(drawn) for _ in range(3)]
    state = sampler.state_dict()
    assert (state["epoch"], state["samples"]) == (0, 3)
    again = EpochSampler(range(10), seed=1)
    again.load_state_dict(state)
    assert whole + list(again) == permutation(10, seed=1, epoch=0).tolist()
    assert sampler.state_dict(done=2)["samples"] == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [({"seed": 2}, "seed is 1 here and 2"), ({"length": 9}, "length is 10 here and 9"), ({"samples": 11}, "11 of 10")],
)
def test_another_ones_state_is_refused(change: dict[str, Any], said: str) -> None:
    sampler = EpochSampler(range(10), seed=1)
    with pytest.raises(CannotRestore, match=said):
        sampler.load_state_dict({**sampler.state_dict(), **change})


def test_a_dataset_without_a_length_is_refused() -> None:
    with pytest.raises(BadOption, match="generator has no length"):
        EpochSampler((one for one in range(3)), seed=1)  # type: ignore[arg-type]


def test_a_dataset_that_grows_has_another_order_next_time() -> None:
    data = [1, 2, 3]
    sampler = EpochSampler(data, seed=1)
    data.append(4)
    assert sorted(sampler) == [0, 1, 2, 3]


def test_the_seed_is_given_or_current() -> None:
    before = set_current(seed=None)
    try:
        with pytest.raises(BadSeed):
            seed_or_current(None)
        set_current(seed=8)
        assert (seed_or_current(None), seed_or_current(9)) == (8, 9)
    finally:
        put_back(before)

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DistributedSampler

from samerun.errors import BadSeed
from samerun.state.derive import LARGEST_SEED, checked_rank, checked_seed, derive_seed

ordinals = st.none() | st.integers(0, 2**70)
samples = st.none() | st.integers() | st.text()
tuples = st.tuples(st.integers(0, LARGEST_SEED), ordinals, ordinals, ordinals, samples, st.text())


def derived(names: tuple[int, int | None, int | None, int | None, int | str | None, str], bits: int = 128) -> int:
    seed, rank, worker, epoch, sample, purpose = names
    return derive_seed(seed, rank=rank, worker=worker, epoch=epoch, sample=sample, purpose=purpose, bits=bits)


@pytest.mark.parametrize("seed", [0, 42, 2**32, LARGEST_SEED, np.int64(7), np.uint64(LARGEST_SEED), np.uint8(3)])
def test_whole_numbers_of_64_bits_are_seeds(seed: int) -> None:
    assert checked_seed(seed) == int(seed)
    assert type(checked_seed(seed)) is int


@pytest.mark.parametrize(
    ("seed", "why"),
    [
        (-1, "not between"),
        (2**64, "not between"),
        (2**10000, "2**10000 or more"),
        (1.0, "no whole number"),
        (float("nan"), "no whole number"),
        ("42", "no whole number"),
        (None, "no whole number"),
        (True, "no whole number"),
        (np.True_, "no whole number"),
        (np.float64(3), "no whole number"),
        (np.array(3), "no whole number"),
        (torch.tensor(3), "no whole number"),
        ([1], "no whole number"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(seed: object, why: str) -> None:
    with pytest.raises(BadSeed) as caught:
        checked_seed(seed)
    assert why in caught.value.sentence
    assert caught.value.next_step


def test_a_rank_counts_from_0_or_is_none() -> None:
    assert checked_rank(None) is None
    assert checked_rank(np.int32(3)) == 3
    for wrong in (-1, 1.0, "0", False):
        with pytest.raises(BadSeed, match="The rank"):
            checked_rank(wrong)


@pytest.mark.parametrize(
    "wrong",
    [{"rank": -1}, {"worker": 1.5}, {"epoch": "0"}, {"sample": 1.0}, {"sample": b"x"}, {"purpose": 3}, {"bits": 0}]
    + [{"bits": 513}, {"bits": True}, {"epoch": False}],
)
def test_what_names_a_stream_is_checked(wrong: dict[str, object]) -> None:
    with pytest.raises(BadSeed):
        derive_seed(0, **wrong)  # type: ignore[arg-type]


def test_the_numbers_are_those_of_every_release() -> None:
    assert derive_seed(0) == 0xB2E973FA629C10A8
    assert derive_seed(42, rank=1, worker=2, epoch=3, sample="a.png", purpose="augment") == 0xC15CE9288BFBCDDA


def test_no_two_of_a_million_tuples_share_a_seed() -> None:
    def ways(*counts: int) -> itertools.product[tuple[int, ...]]:
        return itertools.product(*(range(count) for count in counts))

    found = {derive_seed(s, rank=r, worker=w, epoch=e, sample=i) for s, r, w, e, i in ways(10, 10, 10, 10, 100)}
    assert len(found) == 10**6


def test_none_is_not_0_and_fields_are_not_each_others() -> None:
    ways = [
        {},
        *({name: value} for name in ("rank", "worker", "epoch", "sample") for value in (0, 1)),
        *({"sample": name} for name in ("", "0", "1")),
        *({"purpose": name} for name in ("0", "rank", "p")),
        {"rank": 0, "worker": 1},
        {"rank": 1, "worker": 0},
        {"sample": "ab", "purpose": "c"},
        {"sample": "a", "purpose": "bc"},
    ]
    assert len({derive_seed(0, **way) for way in ways}) == len(ways)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=300)
@given(tuples, tuples)
def test_two_tuples_give_the_same_only_if_they_are_the_same(one: tuple, other: tuple) -> None:  # type: ignore[type-arg]
    assert (derived(one) == derived(other)) == (one == other)


@settings(deadline=None, max_examples=100)
@given(tuples, st.integers(1, 512))
def test_a_result_has_the_bits_that_were_asked_for(names: tuple, bits: int) -> None:  # type: ignore[type-arg]
    assert 0 <= derived(names, bits) < 2**bits


def test_every_bit_of_the_result_and_of_the_seed_counts() -> None:
    results = [derive_seed(1 << bit) for bit in range(64)]
    assert len(set(results)) == 64
    ones = sum(result.bit_count() for result in results)
    assert abs(ones - 64 * 32) < 5 * 32  # 5 standard deviations


def test_numpys_integers_are_as_good_as_pythons() -> None:
    assert derive_seed(np.int64(3), sample=np.uint8(4)) == derive_seed(3, sample=4)  # type: ignore[arg-type]


def order(seed: int, epoch: int) -> list[int]:
    sampler = DistributedSampler(range(50), num_replicas=1, rank=0, seed=seed)
    sampler.set_epoch(epoch)
    return list(sampler)


def test_seed_plus_epoch_collides_and_a_derived_seed_does_not() -> None:
    assert order(0, 1) == order(1, 0)  # torch adds them
    ours = [torch.randperm(50, generator=torch.Generator().manual_seed(derive_seed(s, epoch=e, bits=32))).tolist()
            for s, e in ((0, 1), (1, 0))]  # fmt: skip
    assert ours[0] != ours[1]

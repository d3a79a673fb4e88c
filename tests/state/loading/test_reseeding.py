from __future__ import annotations

import copy
import pickle
import random

import numpy as np
import pytest
import torch

from samerun.state.current import current
from samerun.state.loading.index_batches import Batch
from samerun.state.loading.reseeding import (
    Reseed,
    Reseeder,
    capture_global_generators,
    restore_global_generators,
    set_global_generators,
)


def drawn() -> list[float]:
    return [random.random(), float(np.random.rand()), float(torch.rand((), dtype=torch.float64))]


def numbers(
    batch: Batch, place: int = 0, *, mode: Reseed = "sample", ranked: bool = False, **under: int
) -> list[float]:
    reseeder = Reseeder(under.get("seed", 1), under.get("rank", 0), mode, ranked, None)
    with reseeder.giving_back():
        reseeder.enter(batch)
        reseeder.sample(place)
        return drawn()


def test_numbers_never_change() -> None:
    found = [round(number, 6) for number in numbers(Batch([7], 0, 0))]
    assert found == [0.198862, 0.98764, 0.812905]  # for ever: a run that is repeated years later draws them again


def test_states_and_seeds() -> None:
    set_global_generators(bytes(range(48)))
    states = capture_global_generators()
    once = drawn()
    restore_global_generators(states)
    assert drawn() == once
    random.gauss(0, 1), np.random.randn(), torch.randn(())  # a second normal number waits in each
    set_global_generators(bytes(range(48)))
    assert drawn() == once


def test_a_sample_is_what_names_it() -> None:
    at = numbers(Batch([7], 0, 0))
    assert numbers(Batch([3, 7], 0, 40), 1) == at  # not by its batch or place
    assert numbers(Batch([np.int64(7)], 0, 0)) == numbers(Batch([torch.tensor(7)], 0, 0)) == at
    assert numbers(Batch([7], 0, 0), rank=1) == at
    others = [
        numbers(Batch([8], 0, 0)),
        numbers(Batch([7], 1, 0)),
        numbers(Batch([7], 0, 0, [1])),
        numbers(Batch([7], 0, 0), seed=2),
        numbers(Batch([7], 0, 0), ranked=True),
        numbers(Batch([7], 0, 0), ranked=True, rank=1),
        numbers(Batch(["7"], 0, 0)),
        numbers(Batch([("a", 7)], 0, 0)),
    ]
    assert len({tuple(found) for found in (at, *others)}) == 9


def test_an_index_of_another_kind_goes_by_its_place() -> None:
    assert numbers(Batch([("a", 1), ("b", 1)], 0, 4), 1) == numbers(Batch([("c", 1)], 0, 5))


def test_by_batch_and_for_the_collation() -> None:
    by_batch = numbers(Batch([7], 0, 4), mode="batch")
    assert by_batch == numbers(Batch([9, 8], 0, 4), 1, mode="batch")
    assert by_batch != numbers(Batch([7], 0, 8), mode="batch")
    reseeder = Reseeder(1, 0, "sample", False, None)
    with reseeder.giving_back():
        reseeder.enter(Batch([7], 2, 4))
        reseeder.collation()
        assert drawn() != by_batch
        assert current().epoch == 2


@pytest.mark.parametrize("mode", ["sample", "batch"])
def test_everything_is_given_back(mode: Reseed) -> None:
    rng = np.random.default_rng(0)
    reseeder = Reseeder(1, 0, mode, False, [rng])
    under, expected = current(), copy.deepcopy(rng).random()
    states = capture_global_generators()
    once = drawn()
    restore_global_generators(states)
    for start in range(4):
        with reseeder.giving_back(), reseeder.giving_back():
            reseeder.enter(Batch([start], start, start))
            reseeder.sample(0)
            drawn(), rng.random()
    assert drawn() == once
    assert rng.random() == expected
    assert current() == under


def test_it_travels_without_what_it_found_here() -> None:
    reseeder = Reseeder(1, 0, "sample", False, [np.random.default_rng(0)])
    reseeder.enter(Batch([1], 0, 0))
    again = pickle.loads(pickle.dumps(reseeder))
    assert (again.seed, again.mode) == (1, "sample")
    again.enter(Batch([1], 0, 0))
    again.sample(0)
    once = drawn()
    reseeder.sample(0)
    assert drawn() == once

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import torch
from torch.utils.data import BatchSampler, RandomSampler, SequentialSampler

from samerun.state.loading.drawing import Drawing
from samerun.state.loading.reseeding import capture_global_generators, restore_global_generators


class Lazy:
    """A sampler that draws each index when it is asked for it."""

    def __iter__(self) -> Iterator[int]:
        while True:
            yield random.randrange(1000) + int(torch.randint(1000, ()))


def drawn(seed: int, rank: int, epoch: int, between: Any = None) -> list[int]:
    drawing = Drawing(seed, rank, None)(Lazy(), epoch)
    with drawing():
        source = iter(Lazy())
    found = []
    for _ in range(4):
        with drawing():
            found.append(next(source))
        if between:
            between()
    return found


def test_what_is_drawn_depends_on_seed_rank_and_epoch_alone() -> None:
    once = drawn(1, 0, 0)
    assert drawn(1, 0, 0, between=lambda: (random.random(), torch.rand(3))) == once
    assert len({tuple(drawn(*which)) for which in ((1, 0, 0), (2, 0, 0), (1, 1, 0), (1, 0, 1))}) == 4


def test_nobody_is_disturbed() -> None:
    states = capture_global_generators()
    expected = random.random(), float(torch.rand(()))
    restore_global_generators(states)
    drawn(1, 0, 0)
    assert (random.random(), float(torch.rand(()))) == expected


def test_a_generator_of_its_own_is_set_and_given_back() -> None:
    generator = torch.Generator().manual_seed(5)
    before = generator.get_state()
    sampler = RandomSampler(range(20), generator=generator)
    drawing = Drawing(1, 0, None)
    orders = []
    for epoch in (0, 1, 0):
        around = drawing(sampler, epoch)
        with around():
            orders.append(list(sampler))
    assert orders[0] == orders[2] != orders[1]
    assert torch.equal(generator.get_state(), before)


def test_what_draws_nothing_costs_nothing() -> None:
    drawing = Drawing(1, 0, None)
    for sampler in ([1, 2], range(3), SequentialSampler([1]), BatchSampler(SequentialSampler([1]), 1, False)):
        assert drawing(sampler, 0) is nullcontext

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from samerun.errors import CannotRestore
from samerun.state.generators.torch import Torch

SUBJECT = Torch()


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = torch.get_rng_state()
    yield
    torch.set_rng_state(before)


def firsts(seed: int, rank: int | None = None) -> list[float]:
    SUBJECT.seed(seed, rank)
    return torch.rand(4).tolist()


@pytest.mark.parametrize("seed", [0, 42, 2**32 - 1])
def test_a_seed_gives_what_the_library_gives(seed: int) -> None:
    ours = firsts(seed)
    torch.manual_seed(seed)
    assert torch.rand(4).tolist() == ours
    assert torch.initial_seed() == seed


def test_every_bit_of_a_seed_counts_although_torch_uses_32() -> None:
    torch.manual_seed(0)
    zero = torch.rand(4).tolist()
    torch.manual_seed(2**32)
    assert torch.rand(4).tolist() == zero  # what torch does
    assert len({tuple(firsts(seed)) for seed in [0, *(1 << bit for bit in range(64)), 2**64 - 1]}) == 66


def test_the_seed_can_be_read_back_whole() -> None:
    for seed in (3, 2**40 + 1, 2**64 - 1):
        SUBJECT.seed(seed)
        assert torch.initial_seed() == seed


def test_ranks_begin_elsewhere() -> None:
    assert len({tuple(firsts(seed, rank)) for seed in range(5) for rank in (None, 0, 1, 2)}) == 20


def test_the_devices_that_wait_get_the_same_call() -> None:
    SUBJECT.seed(2**40 + 1)
    waiting = torch.cuda._lazy_seed_tracker.manual_seed_all_cb
    assert waiting is None or waiting[0].__closure__[0].cell_contents == 2**40 + 1


@pytest.mark.parametrize("drawn", [0, 1, 700])
def test_a_state_comes_back(drawn: int) -> None:
    SUBJECT.seed(5)
    torch.rand(drawn)
    torch.randn(1)  # another one waits now
    state = SUBJECT.capture()
    assert type(state) is bytes
    ahead = torch.randn(20)
    assert SUBJECT.check(state) == ""
    assert not torch.equal(torch.randn(20), ahead)
    SUBJECT.restore(state)
    assert torch.equal(torch.randn(20), ahead)


@pytest.mark.parametrize("state", [None, 3, b"", bytes(16), bytes(5056), b"\xff" * 5056, [1], torch.get_rng_state()])
def test_what_is_no_state_is_refused_and_nothing_changes(state: Any) -> None:
    before = SUBJECT.capture()
    with pytest.raises(CannotRestore):
        SUBJECT.check(state)
    assert SUBJECT.capture() == before

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from samerun.errors import BadOption
from samerun.state.current import Current, current, put_back, set_current
from samerun.state.worker import seed_worker


class Drawing(Dataset[Any]):
    """What a worker draws, and what it works under."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> Any:
        now = current()
        return [random.random(), float(np.random.rand()), float(torch.rand(())), now.seed, now.rank, now.worker]


@pytest.fixture(autouse=True)
def _under_nothing() -> Iterator[None]:
    before = put_back(Current())
    yield
    put_back(before)


def epochs(seed: int = 5, **options: Any) -> list[Any]:
    generator = torch.Generator().manual_seed(seed)
    loader = DataLoader(
        *(Drawing(),), batch_size=None, num_workers=2, worker_init_fn=seed_worker, generator=generator, **options
    )
    return [list(loader) for _ in range(2)]


def test_workers_epochs_and_seeds_differ_and_runs_do_not() -> None:
    first = epochs()
    assert first == epochs()
    numbers = [number for found in (*first, *epochs(6)) for sample in found for number in sample[:3]]
    assert len(set(numbers)) == len(numbers) == 24


def test_a_rank_has_numbers_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = epochs()
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "0")
    zero = epochs()
    monkeypatch.setenv("RANK", "1")
    one = epochs()
    assert alone[0][0][:3] != zero[0][0][:3] != one[0][0][:3]
    assert [sample[4:] for sample in one[0]] == [[1, 0], [1, 1]]


def test_it_works_under_the_seed_of_the_run() -> None:
    before = set_current(seed=77, rank=None)
    try:
        assert {sample[3] for found in epochs() for sample in found} == {77}
    finally:
        put_back(before)


def test_all_bits_of_the_base_count(monkeypatch: pytest.MonkeyPatch) -> None:
    class Info:
        id, num_workers = 0, 1

        def __init__(self, seed: int) -> None:
            self.seed = seed

    states, before = (random.getstate(), np.random.get_state(), torch.get_rng_state()), current()
    numbers = []
    try:
        for base in (0, 2**32, 2**62):
            monkeypatch.setattr("samerun.state.worker.get_worker_info", lambda base=base: Info(base))
            seed_worker(0)
            numbers += [random.random(), float(np.random.rand()), float(torch.rand(()))]
    finally:
        put_back(before)
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
    assert len(set(numbers)) == 9
    assert torch.rand(1, generator=torch.Generator().manual_seed(0)) == torch.rand(
        1, generator=torch.Generator().manual_seed(2**32)
    )  # the trap


def test_the_rank_that_is_set_stays() -> None:
    before = set_current(rank=0)
    try:
        assert {sample[4] for found in epochs() for sample in found} == {0}
    finally:
        put_back(before)


def test_outside_of_a_worker_it_is_refused() -> None:
    with pytest.raises(BadOption, match="outside of a worker"):
        seed_worker(0)

from __future__ import annotations

from typing import Any

import pytest
import torch

from samerun.state.loading.dealing import Dealing, SeededIterable
from samerun.state.loading.reseeding import Reseeder
from tests.state.loading.datasets import Stream


class Info:
    """What torch tells a worker."""

    def __init__(self, number: int, workers: int) -> None:
        self.id, self.num_workers = number, workers


def elements(
    monkeypatch: pytest.MonkeyPatch, dealing: Dealing, *, worker: int = 0, workers: int = 1, length: int = 23
) -> list[int]:
    info = None if workers == 1 else Info(worker, workers)
    monkeypatch.setattr("samerun.state.loading.dealing.get_worker_info", lambda: info)
    dataset = Stream(length)
    return [number for number, _ in SeededIterable(dataset, Reseeder(1, 0, "sample", False, dataset), dealing)]


@pytest.mark.parametrize("world", [1, 2, 3])
@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("drop", [False, True])
@pytest.mark.parametrize("skip", [0, 1, 2])
def test_each_element_goes_to_one_reader(
    monkeypatch: pytest.MonkeyPatch, world: int, workers: int, drop: bool, skip: int
) -> None:
    found: list[int] = []
    for rank in range(world):
        mine = 0
        for worker in range(workers):
            dealing = Dealing(4, rank, world, drop, "loader")
            dealing.begin(0, skip)
            some = elements(monkeypatch, dealing, worker=worker, workers=workers)
            mine += len(some)
            found += some
        if not skip:
            # without others what does not fill a batch is left to torch to drop
            assert mine - (3 if drop and world == 1 else 0) == dealing.count(23)
    begin = 4 * world * skip
    end = 23 - 23 % (4 * world) if drop and world > 1 else 23
    assert sorted(found) == list(range(begin, end))


def test_blocks_go_to_the_workers_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    dealing = Dealing(2, 0, 1, False, "loader")
    assert elements(monkeypatch, dealing, worker=0, workers=2, length=7) == [0, 1, 4, 5]
    assert elements(monkeypatch, dealing, worker=1, workers=2, length=7) == [2, 3, 6]
    dealing.begin(0, 1)
    assert elements(monkeypatch, dealing, worker=0, workers=2, length=7) == [2, 3, 6]


def test_a_dataset_that_shards_itself_gives_all_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    dealing = Dealing(2, 1, 4, True, "dataset")
    assert elements(monkeypatch, dealing, worker=1, workers=2, length=5) == list(range(5))
    assert dealing.count(5) == 5


def test_numbers_are_those_of_the_element(monkeypatch: pytest.MonkeyPatch) -> None:
    def numbers(dealing: Dealing, info: Any, mode: Any = "sample") -> dict[int, float]:
        monkeypatch.setattr("samerun.state.loading.dealing.get_worker_info", lambda: info)
        dataset = Stream(9)
        reseeder = Reseeder(1, 0, mode, False, dataset)
        with reseeder.giving_back():
            return dict(SeededIterable(dataset, reseeder, dealing))

    alone = numbers(Dealing(2, 0, 1, False, "loader"), None)
    second = numbers(Dealing(2, 0, 1, False, "loader"), Info(1, 2))
    assert len(set(alone.values())) == 9
    assert {number: alone[number] for number in second} == second
    dealing = Dealing(2, 0, 1, False, "loader", torch.tensor([3, 0]))
    assert numbers(dealing, None) != alone
    own = [numbers(Dealing(2, 0, 1, False, "dataset"), Info(worker, 2)) for worker in range(2)]
    assert own[0][0] != own[1][0]
    by_batch = numbers(Dealing(2, 0, 1, False, "loader"), None, "batch")
    assert by_batch == numbers(Dealing(2, 0, 1, False, "loader"), None, "batch")
    assert len(set(by_batch.values())) == 9


def test_it_has_a_length_if_the_stream_has() -> None:
    class Endless(Stream):
        __len__ = None  # type: ignore[assignment]

    dealing = Dealing(2, 0, 1, False, "loader")
    assert len(SeededIterable(Stream(5), Reseeder(1, 0, "off", False, None), dealing)) == 5
    with pytest.raises(TypeError):
        len(SeededIterable(Endless(), Reseeder(1, 0, "off", False, None), dealing))

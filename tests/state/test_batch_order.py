from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.utils.data import DataLoader, IterableDataset, dataloader

from samerun.state import make_loader
from samerun.state.batch_order import Handed, batches_told


def told(loader: object, passes: int = 1) -> list[Handed]:
    found: list[Handed] = []
    with batches_told(found.append):
        for _ in range(passes):
            for _ in loader:  # type: ignore[attr-defined]
                pass
    return found


def shuffled(workers: int, seed: int = 0) -> DataLoader[int]:
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(list(range(10)), batch_size=3, shuffle=True, generator=generator, num_workers=workers)


def test_batches_are_told_as_they_are_handed_out_whatever_was_fetched_ahead() -> None:
    alone, by_workers = told(shuffled(0)), told(shuffled(2))
    assert [one.number for one in alone] == [1, 2, 3, 4]
    assert alone == by_workers
    assert len({one.indices for one in alone}) == 4


def test_another_order_has_other_digests_and_each_pass_begins_anew() -> None:
    assert told(shuffled(0)) != told(shuffled(0, seed=1))
    twice = told(shuffled(0), passes=2)
    assert [one.number for one in twice] == [1, 2, 3, 4] * 2
    assert twice[:4] != twice[4:]


@pytest.mark.parametrize("workers", [0, 2])
def test_our_own_loader_is_told_too(workers: int) -> None:
    found = told(make_loader(list(range(10)), batch_size=3, seed=0, num_workers=workers))
    assert len({one.indices for one in found}) == 4


def test_an_iterable_dataset_has_no_indices() -> None:
    class Stream(IterableDataset[int]):
        def __iter__(self):  # type: ignore[no-untyped-def]
            return iter(range(4))

    one, two = told(DataLoader(Stream(), batch_size=2))
    assert [replace(each, content=None) for each in (one, two)] == [Handed(None, 1), Handed(None, 2)]
    assert None not in (one.content, two.content)
    assert one.content != two.content
    assert told(DataLoader(Stream(), batch_size=2)) == [one, two]


def test_torch_is_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    base = dataloader._BaseDataLoaderIter
    before = base._next_index, base.__next__
    told(shuffled(0))
    assert (base._next_index, base.__next__) == before
    monkeypatch.delattr(dataloader, "_BaseDataLoaderIter")
    with batches_told(lambda batch: None):  # a torch that is built otherwise is left alone
        pass

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from samerun.errors import CannotVerify
from samerun.state.batches import for_each_run, for_this_run, placed, take


def test_an_iterator_is_read_once_and_only_as_far_as_needed() -> None:
    source = iter([torch.full((1,), float(n)) for n in range(5)])
    data = for_each_run(source)
    first = list(itertools.islice(for_this_run(data), 2))  # type: ignore[call-overload]
    first[0] += 100
    second = list(itertools.islice(for_this_run(data), 3))  # type: ignore[call-overload]
    assert [float(one) for one in second] == [0, 1, 2]
    assert float(next(source)) == 3
    assert [float(one) for one in for_this_run(data)] == [0, 1, 2, 4]  # type: ignore[attr-defined]


@pytest.mark.parametrize("data", [torch.zeros(2), np.zeros(2), [torch.zeros(2)], {"a": np.zeros(2)}])
def test_arrays_and_containers_are_copied(data: object) -> None:
    copied = for_this_run(for_each_run(data))
    assert copied is not data
    assert type(copied) is type(data)


def test_a_loader_is_given_as_it_is() -> None:
    loader = torch.utils.data.DataLoader([1, 2])
    assert for_this_run(for_each_run(loader)) is loader


def test_one_batch_for_every_step() -> None:
    pair = (torch.ones(2), torch.zeros(2))
    assert take(pair, 3) == [pair] * 3
    assert len(take(torch.ones(2, 3), 4)) == 4
    assert len(take({"x": 1}, 2)) == 2


def test_batches_begin_again_when_they_end() -> None:
    assert take([1, 2], 5) == [1, 2, 1, 2, 1]
    assert take(itertools.count(), 3) == [0, 1, 2]


@pytest.mark.parametrize("data", [[], iter(()), 3, None])
def test_data_without_a_batch_is_refused(data: object) -> None:
    with pytest.raises(CannotVerify):
        take(data, 2)


def test_batches_become_tensors_of_their_own() -> None:
    array, tensor = np.ones(2, np.float32), torch.ones(2)
    batch = placed({"a": array, "b": [tensor, "text"], "c": (1,)}, torch.device("cpu"))
    batch["a"].zero_(), batch["b"][0].zero_()
    assert array.sum() == 2
    assert tensor.sum() == 2
    assert batch["b"][1] == "text"
    assert batch["c"] == (1,)

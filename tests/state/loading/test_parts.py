from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import default_collate, default_convert

from samerun.errors import BadOption
from samerun.state.loading.fetching import SeededCollation
from samerun.state.loading.index_batches import GivenBatches, OwnBatches
from samerun.state.loading.parts import Parts
from samerun.state.sampler import EpochSampler
from tests.state.loading.datasets import Noisy, Stream

PLAIN: dict[str, Any] = {
    "dataset": Noisy(),
    "batch_size": 4,
    "shuffle": True,
    "sampler": None,
    "batch_sampler": None,
    "num_workers": 0,
    "collate_fn": None,
    "drop_last": False,
    "worker_init_fn": None,
    "seed": 1,
    "rank": 0,
    "world_size": 1,
    "reseed": "sample",
    "sharded_by": None,
    "options": {},
}


def parts(**change: Any) -> Parts:
    return Parts(**{**PLAIN, **change})


def test_an_order_of_its_own() -> None:
    made = parts()
    assert isinstance(made.order, EpochSampler)
    assert isinstance(made.batches, OwnBatches)
    given = made.for_torch()
    assert given["batch_sampler"] is made.batches
    assert isinstance(given["generator"], torch.Generator)
    assert "batch_size" not in given


def test_an_order_of_the_user() -> None:
    made = parts(sampler=[1, 2], shuffle=False)
    assert (made.order, type(made.batches), made.given) == ([1, 2], GivenBatches, True)
    whole = parts(batch_sampler=[[1, 2]], shuffle=False, batch_size=1)
    assert whole.order == [[1, 2]]
    assert parts(sampler=[1], shuffle=False, world_size=2).reseeder.ranked
    assert not parts(world_size=2).reseeder.ranked


def test_single_indices_are_converted_and_batches_collated() -> None:
    assert parts(batch_size=None).for_torch()["sampler"] is not None
    assert parts(batch_size=None).for_torch()["collate_fn"].collate is default_convert
    assert parts().for_torch()["collate_fn"].collate is default_collate
    assert isinstance(parts().for_torch()["collate_fn"], SeededCollation)
    assert parts(reseed="batch", collate_fn=len).for_torch()["collate_fn"].collate is len


def test_no_indices() -> None:
    made = parts(dataset=Stream(), shuffle=False, drop_last=True)
    assert (made.batches, made.order) == (None, None)
    assert made.dealing is not None
    assert (made.dealing.by, made.dealing.size) == ("loader", 4)
    assert made.for_torch()["drop_last"] is True
    stays = parts(
        dataset=Stream(), shuffle=False, num_workers=2, sharded_by="dataset", options={"persistent_workers": True}
    )
    assert stays.dealing is not None
    assert isinstance(stays.dealing.place, torch.Tensor)
    assert stays.dealing.place.is_shared()


@pytest.mark.parametrize(
    "change",
    [
        {"reseed": "never"},
        {"batch_size": True},
        {"sampler": [1]},
        {"batch_sampler": [[1]], "shuffle": False},
        {"dataset": Stream()},
        {"dataset": Stream(), "shuffle": False, "world_size": 2},
        {"options": {"in_order": False}, "num_workers": 2},
    ],
)
def test_what_does_not_go_together(change: dict[str, Any]) -> None:
    with pytest.raises(BadOption):
        parts(**change)


def test_whole_numbers_of_numpys_are_taken_and_become_pythons() -> None:
    made = parts(batch_size=np.int64(3), num_workers=np.uint8(2))
    assert type(made.batch_size) is type(made.num_workers) is int
    assert (made.batch_size, made.num_workers) == (3, 2)


def test_one_worker_may_hand_out_as_it_likes() -> None:
    assert parts(options={"in_order": False}, num_workers=1).options == {"in_order": False}

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import torch

from samerun.state.checkpoint.marks import SHARD, join, split


def test_a_tree_is_taken_apart_and_put_together() -> None:
    state = torch.nn.Sequential(torch.nn.BatchNorm1d(2)).state_dict()
    tree: dict[str, Any] = {
        "model": state,
        "state": {0: {"step": torch.tensor(1.0), "n": 3}},
        "l": [1, (torch.ones(1),)],
    }
    skeleton, tensors = split(tree)
    assert len(tensors) == len(state) + 2
    assert skeleton["state"][0]["n"] == 3
    assert list(skeleton["model"]["0.weight"]) == [SHARD]
    again = join(skeleton, tensors)
    assert type(again["model"]) is OrderedDict
    assert again["model"]._metadata == state._metadata  # type: ignore[attr-defined]
    assert again["l"][1][0].tolist() == [1.0]
    assert list(again["model"]) == list(state)


def test_names_that_look_alike_stay_apart() -> None:
    _, tensors = split({"a": {"b/c": torch.zeros(1)}, "a/b": {"c": torch.ones(1)}})
    assert sorted(t.item() for t in tensors.values()) == [0.0, 1.0]


def test_a_mark_without_its_tensor_stays() -> None:
    assert join({"x": {SHARD: "0/x"}}, {}) == {"x": {SHARD: "0/x"}}

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch

from samerun.errors import DamagedCheckpoint
from samerun.state.checkpoint.content import META, Meta, Rank, collect, gather, pack, unpack
from samerun.state.checkpoint.parts import part_for

META_ONE = Meta("epoch_001", 1, 2, {"loss": 0.5}, {"lr": 1}, {"a": "state"}, {"a": "x.A"}, [Rank({"python": {}}, {})])


def test_meta_comes_back() -> None:
    assert Meta.read({META: META_ONE.as_tree()}, Path("p")) == META_ONE
    assert META_ONE.facts() == {"name": "epoch_001", "epoch": 1, "step": 2, "metrics": {"loss": 0.5}}


@pytest.mark.parametrize(
    "change",
    [{"ranks": []}, {"ranks": [1]}, {"ranks": [{}]}, {"epoch": "1"}, {"kinds": None}, {"name": 5}, {"schema": "other"}],
)
def test_what_is_not_whole_is_damaged(change: dict[str, Any]) -> None:
    with pytest.raises(DamagedCheckpoint):
        Meta.read({META: {**META_ONE.as_tree(), **change}}, Path("p"))
    for tree in ({}, 5, {META: 1}):
        with pytest.raises(DamagedCheckpoint):
            Meta.read(tree, Path("p"))


def test_a_later_format_is_told() -> None:
    with pytest.raises(DamagedCheckpoint, match="later samerun"):
        Meta.read({META: {"schema": "samerun.checkpoint/9"}}, Path("p"))


def test_trees_as_bytes() -> None:
    tree = {"w": torch.arange(3.0), "e": torch.empty(0), "n": [1, 2**80, b"x"]}
    found = unpack(pack(tree))
    assert torch.equal(found["w"], tree["w"])  # type: ignore[arg-type]
    assert found["n"] == tree["n"]


class Meeting:
    size = 2

    def __init__(self, other: Rank) -> None:
        self.other = other

    def gather(self, payload: bytes) -> list[bytes]:
        return [payload, pack(self.other._asdict())]


def test_of_other_ranks_only_what_differs_is_kept() -> None:
    own = Rank({"python": 1}, {"a": {"x": 1}, "b": {"x": torch.ones(2)}})
    other = Rank({"python": 2}, {"a": {"x": 2}, "b": {"x": torch.ones(2)}})
    assert gather(Meeting(other), own) == [Rank({"python": 1}, {}), Rank({"python": 2}, {"a": {"x": 2}})]  # type: ignore[arg-type]


class Drawing:
    def state_dict(self) -> dict[str, float]:
        return {"x": random.random()}

    def load_state_dict(self, state: Any) -> None: ...


def test_collecting_leaves_the_generators_as_they_were() -> None:
    before = random.getstate()
    states, drawn = collect([part_for("a", Drawing())], with_generators=True, rank=0)
    assert random.getstate() == before
    assert "python" in drawn
    assert states["a"]["x"] > 0
    model = part_for("m", torch.nn.Linear(1, 1))
    assert collect([model], with_generators=False, rank=1) == ({}, {})

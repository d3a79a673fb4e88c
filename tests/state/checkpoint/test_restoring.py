from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch

from samerun.errors import CannotRestore
from samerun.state import generators, make_loader
from samerun.state.checkpoint.content import META, Meta, Rank
from samerun.state.checkpoint.restoring import Restoration


def tree(ranks: list[Rank] | None = None, **parts: Any) -> dict[str, Any]:
    kinds = dict.fromkeys(parts, "state")
    own = [Rank(generators.capture(), {})] if ranks is None else ranks
    return {**parts, META: Meta("epoch_001", 1, None, {}, None, kinds, {}, own).as_tree()}


class Part:
    def __init__(self) -> None:
        self.loaded: list[Any] = []

    def state_dict(self) -> dict[str, Any]:
        return {"x": len(self.loaded)}

    def load_state_dict(self, state: Any) -> None:
        random.random()  # some loaders draw: the generators come last
        self.loaded.append(state["x"])


def test_generators_come_last() -> None:
    random.seed(5)
    saved = tree(a={"x": 1})
    expected = random.random()
    random.seed(6)
    restored = Restoration(Path("p"), saved, {"a": Part()}, 0, 1).run(config=None, with_generators=True)
    assert restored.restored == ("a", "generators")
    assert random.random() == expected


def test_unwanted_generators_stay_as_they_were() -> None:
    saved = tree(a={"x": 1})
    random.seed(7)
    expected = random.Random(7).random()
    restored = Restoration(Path("p"), saved, {"a": Part()}, 0, 1).run(config=None, with_generators=False)
    assert restored.restored == ("a",)
    assert restored.not_restored == {}
    assert random.random() == expected


def test_a_malformed_generator_changes_nothing() -> None:
    states = generators.capture()
    states["python"] = {"nonsense": True}
    part, model = Part(), torch.nn.Linear(1, 1)
    before = model.weight.clone()
    weights = {"weight": torch.ones(1, 1), "bias": torch.ones(1)}
    saved = tree([Rank(states, {})], a={"x": 1}, model=weights)
    drawn = random.getstate()
    with pytest.raises(CannotRestore):
        Restoration(Path("p"), saved, {"a": part, "model": model}, 0, 1).run(config=None, with_generators=True)
    assert part.loaded == []
    assert torch.equal(model.weight, before)
    assert random.getstate() == drawn


class Broken(Part):
    def load_state_dict(self, state: Any) -> None:
        raise RuntimeError("cannot")


def test_a_part_that_takes_nothing_back_does_not_keep_the_others_from_it() -> None:
    first, broken = Part(), Broken()
    generators_before = generators.capture()
    restoration = Restoration(Path("p"), tree(a={"x": 7}, b={"x": 1}), {"a": first, "b": broken}, 0, 1)
    with pytest.raises(CannotRestore, match="b did not take its state .* cannot\\.") as caught:
        restoration.run(config=None, with_generators=True)
    assert first.loaded == [7, 0]  # set, and set back
    assert "but b, which did not take it back" in caught.value.__notes__[0]
    assert generators.capture() == generators_before


def test_an_unknown_generator_is_told() -> None:
    saved = tree([Rank({**generators.capture(), "quantum": {}}, {})])
    restored = Restoration(Path("p"), saved, {}, 0, 1).run(config=None, with_generators=True)
    assert "generator quantum" in restored.not_restored
    assert restored.restored == ("generators",)


def test_each_rank_gets_its_own() -> None:
    saved = tree([Rank({}, {}), Rank({}, {"a": {"x": 2}})], a={"x": 1})
    for rank, expected in ((0, 1), (1, 2)):
        part = Part()
        Restoration(Path("p"), saved, {"a": part}, rank, 2).run(config=None, with_generators=True)
        assert part.loaded == [expected]
    part = Part()
    restored = Restoration(Path("p"), saved, {"a": part}, 2, 3).run(config=None, with_generators=True)
    assert part.loaded == []
    assert "of 2 ranks, this is one of 3" in restored.not_restored["a"]


def test_none_is_nothing_to_restore_into() -> None:
    restored = Restoration(Path("p"), tree(a={"x": 1}), {"a": None}, 0, 1).run(config=None, with_generators=False)
    assert restored.not_restored == {"a": "None was given for it"}


def test_what_one_of_our_own_refuses_is_told_with_the_name_of_the_part() -> None:
    saved = tree(train_loader=make_loader([1, 2, 3, 4], seed=0, rank=0, world_size=2).state_dict(), a={"x": 1})
    other, part = make_loader([1, 2, 3, 4], seed=0, rank=0, world_size=1), Part()
    before = other.state_dict()
    with pytest.raises(CannotRestore, match="The train_loader did not take .* world_size is 1 here and 2") as caught:
        Restoration(Path("p"), saved, {"train_loader": other, "a": part}, 0, 1).run(config=None, with_generators=True)
    assert "leave train_loader out of load" in caught.value.next_step
    assert caught.value.facts["part"] == "train_loader"
    assert caught.value.facts["differing"] == {"world_size": (1, 2)}
    assert other.state_dict() == before

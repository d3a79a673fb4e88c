from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from samerun.errors import BadOption, CannotRestore
from samerun.state import Checkpoints
from samerun.state.checkpoint.parts import GroupPart, ModulePart, OptimizerPart, Part, ValuePart, part_for


class Place:
    def __init__(self, place: int = 0) -> None:
        self.place = place

    def state_dict(self) -> dict[str, int]:
        return {"place": self.place}

    def load_state_dict(self, state: dict[str, int]) -> None:
        self.place = state["place"]


MODEL = torch.nn.Linear(2, 2)
SGD = torch.optim.SGD(MODEL.parameters(), lr=0.1)


@pytest.mark.parametrize(
    ("thing", "kind", "per_rank"),
    [
        (MODEL, ModulePart, False),
        (SGD, OptimizerPart, False),
        (torch.optim.lr_scheduler.StepLR(SGD, 1), Part, True),
        (Place(), Part, True),
        (Place, ValuePart, True),
        ([SGD, SGD], GroupPart, False),
        ({"a": Place(), "b": SGD}, GroupPart, False),
        ([], ValuePart, True),
        (1.5, ValuePart, True),
        (None, ValuePart, True),
        (torch.ones(1), ValuePart, True),
    ],
)
def test_what_a_thing_is(thing: Any, kind: type, per_rank: bool) -> None:
    part = part_for("x", thing)
    assert type(part) is kind
    assert part.per_rank is per_rank
    assert not part.is_sharded


@pytest.mark.parametrize(
    ("mine", "saved"),
    [
        ([1], [2, 3]),
        ({"a": 1}, {"b": 2}),
        ({1}, {2, 3}),
        (deque([1], 3), deque([2, 3], 3)),
        (defaultdict(int, a=1), {"b": 2}),
        (OrderedDict(a=1), OrderedDict(b=2)),
        (Counter("ab"), Counter("bbc")),
        (bytearray(b"a"), b"bc"),
        (torch.zeros(2), torch.ones(2)),
        (torch.nn.Parameter(torch.zeros(2)), torch.ones(2)),
        (np.zeros(2), np.ones(2)),
    ],
)
def test_what_can_be_is_set_in_place(mine: Any, saved: Any) -> None:
    part = part_for("x", mine)
    before = part.backup()
    part.check(saved, "")
    part.set(saved)
    same = mine.tolist() == saved.tolist() if hasattr(mine, "tolist") else mine == saved
    assert same
    assert mine is not saved
    part.set(before)
    assert repr(part.backup()) == repr(before)


@pytest.mark.parametrize(
    ("mine", "saved"),
    [
        ([1], {"a": 1}),
        (torch.zeros(2), torch.zeros(3)),
        (np.zeros(2), np.zeros(2, "f4")),
        ({}, 5),
        (deque([1]), [1]),
        (deque([1], 3), deque([1], 2)),
        (Counter(), {"a": 1}),
        (defaultdict(int), [1]),
        (torch.zeros(2), [1]),
    ],
)
def test_another_kind_or_shape_is_refused(mine: Any, saved: Any) -> None:
    with pytest.raises(CannotRestore, match="the one given a"):
        part_for("x", mine).check(saved, "")


def test_what_is_trained_in_lists_and_dicts_is_filled_itself() -> None:
    def weights() -> list[torch.Tensor]:
        return [
            torch.nn.Parameter(torch.zeros(2)),
            torch.zeros(3, requires_grad=True),
            torch.nn.Parameter(torch.zeros(1)),
        ]

    one, two, three = weights()
    mine = {"a": [one, 5], "b": {"c": (two, "text")}, "d": three}
    saved = {"a": [torch.ones(2), 6, 7], "b": {"c": (torch.ones(3), "word")}, "d": torch.ones(1), "new": 1}
    part = part_for("x", mine)
    before = part.backup()
    part.check(saved, "")
    part.set(saved)
    assert [each.sum().item() for each in (one, two, three)] == [2, 3, 1]
    assert mine["a"][0] is one
    assert mine["b"]["c"][0] is two
    assert mine["d"] is three
    assert mine["a"][1:] == [6, 7]
    assert mine["b"]["c"][1] == "word"
    assert mine["new"] == 1
    part.set(before)
    assert [each.sum().item() for each in (one, two, three)] == [0, 0, 0]
    assert mine["d"] is three


def test_other_tensors_in_a_dict_are_replaced_because_they_may_be_the_model_s_own() -> None:
    model = torch.nn.Linear(1, 1)
    best = {"state": model.state_dict()}
    now = model.weight.item()
    part_for("best", best).set({"state": {"weight": torch.full((1, 1), 9.0), "bias": torch.zeros(1)}})
    assert model.weight.item() == now
    assert best["state"]["weight"].item() == 9


@pytest.mark.parametrize("saved", [[torch.ones(3)], [], [5], {"a": 1}])
def test_what_is_trained_must_fit(saved: Any) -> None:
    weight = torch.nn.Parameter(torch.zeros(2))
    with pytest.raises(CannotRestore, match="the one given"):
        part_for("x", [weight]).check(saved, "")
    assert not weight.any()


def test_another_class_of_optimizer_or_scheduler_is_refused() -> None:
    adam = torch.optim.Adam(MODEL.parameters())
    with pytest.raises(CannotRestore, match="is a torch.optim.adam.Adam, this one a torch.optim.sgd.SGD"):
        part_for("o", SGD).check(adam.state_dict(), part_for("o", adam).class_name)
    one, two = torch.optim.lr_scheduler.StepLR(SGD, 1), torch.optim.lr_scheduler.ConstantLR(SGD)
    with pytest.raises(CannotRestore, match="ConstantLR, this one"):
        part_for("s", one).check(two.state_dict(), part_for("s", two).class_name)


def test_groups_are_saved_and_set_together() -> None:
    mine = {"a": Place(1), "b": Place(2)}
    part = part_for("loaders", mine)
    saved = part.backup()
    mine["a"].place = 9
    part.check(saved, "")
    part.set(saved)
    assert mine["a"].place == 1
    with pytest.raises(CannotRestore, match="holds"):
        part.check({"a": {}}, "")
    with pytest.raises(CannotRestore, match="holds"):
        part.check(5, "")


def test_groups_can_stand_in_groups() -> None:
    networks = {"generator": {"net": MODEL, "optimizer": SGD}, "places": [Place(1), Place(2)]}
    part = part_for("gan", networks)
    saved = part.backup()
    networks["places"][0].place = 9  # type: ignore[index]
    part.check(saved, "")
    part.set(saved)
    assert type(part) is GroupPart
    assert networks["places"][0].place == 1  # type: ignore[index]


@pytest.mark.parametrize("thing", [[Place(), 5], {"net": MODEL, "epoch": 3}, {"nets": [MODEL], "epoch": 3}])
def test_plain_values_beside_models_are_refused_with_what_to_do(thing: Any) -> None:
    with pytest.raises(BadOption, match="x holds plain values beside what has state_dict"):
        part_for("x", thing)


def test_only_torchs_own_modules_cannot_fail() -> None:
    assert part_for("m", MODEL).cannot_fail
    assert not part_for("p", Place()).cannot_fail
    assert part_for("m", torch.nn.DataParallel(MODEL)).class_name == "torch.nn.modules.linear.Linear"


def test_counts_in_a_dict_are_not_added_up(tmp_path: Path) -> None:
    Checkpoints(tmp_path).save(epoch=1, stats={"seen": Counter("aab")})
    stats = {"seen": Counter("ab")}
    Checkpoints(tmp_path).load(stats=stats)
    assert stats == {"seen": Counter("aab")}


def test_a_replay_buffer_and_counts_come_back_in_place(tmp_path: Path) -> None:
    saved = {"replay": deque([torch.ones(2)], 5), "counts": defaultdict(int, a=2), "seen": Counter("aab")}
    Checkpoints(tmp_path).save(epoch=1, **saved)
    replay: deque[torch.Tensor] = deque(maxlen=5)
    counts: defaultdict[str, int] = defaultdict(int)
    seen: Counter[str] = Counter("z")
    Checkpoints(tmp_path).load(replay=replay, counts=counts, seen=seen)
    counts["new"] += 1
    assert (counts, seen) == ({"a": 2, "new": 1}, Counter("aab"))
    assert [each.tolist() for each in replay] == [[1.0, 1.0]]

from __future__ import annotations

import collections
import random
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from samerun.state.live_parts import LiveParts, carried, running, variables


def frames_of(function: Any, *arguments: Any) -> list[FrameType]:
    """Call a function of one callback; it is called back with the frames running then."""
    found: list[list[FrameType]] = []
    function(lambda: found.append(running(frames_of.__code__)), *arguments)
    return found[0]


def train(look: Any) -> Any:
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    teacher = nn.Linear(2, 2)
    adam = torch.optim.Adam(net.parameters())
    schedule = torch.optim.lr_scheduler.StepLR(adam, 1)
    scaler = torch.amp.GradScaler("cpu")
    average = AveragedModel(net)
    own = np.random.default_rng(0)
    others = {"python": random.Random(0), "torch": torch.Generator()}
    loader = torch.utils.data.DataLoader([1, 2])
    look()
    return net, teacher, adam, schedule, scaler, average, own, others, loader


def parts_of(function: Any) -> LiveParts:
    return LiveParts(frames_of(function), None)


def test_every_part_is_found_by_kind_and_variable() -> None:
    found = {key[:2] for key in parts_of(train).digests()}
    assert {
        ("weights", "net"), ("buffers", "net"), ("optimizer", "adam"), ("scheduler", "schedule"), ("scaler", "scaler"),
        ("ema", "average"), ("model", "teacher"), ("generator", "own"), ("generator", "Random"),
        ("generator", "Generator"), ("generator", "python"), ("generator", "numpy"), ("generator", "torch"),
    } <= found  # fmt: skip
    assert not {name for kind, name in found if kind == "state"}


class Trainer:
    """Keeps its parts as attributes, some of them deeper."""

    def __init__(self) -> None:
        self.model = nn.Linear(1, 1)
        self.callbacks = [{"optimizer": torch.optim.SGD(self.model.parameters(), lr=0.1, momentum=0.9)}]
        self.epoch = 3

    def fit(self, look: Any) -> None:
        for step in range(1):
            self.train_step(look, step)

    def train_step(self, look: Any, step: int) -> None:
        look()


def test_parts_in_objects_are_found() -> None:
    trainer = Trainer()
    keys = parts_of(trainer.fit).digests()
    assert ("weights", "self.model", "weight") in keys
    assert ("optimizer", "SGD", "lr of group 0") in keys
    assert "self.epoch" in variables(frames_of(trainer.fit))


class Exotic:
    """A part of another library: it has a state and nothing else in common."""

    def __init__(self, fails: bool) -> None:
        self.fails = fails

    def state_dict(self) -> dict[str, int]:
        if self.fails:
            raise RuntimeError("not now")
        return {"beta": 1}

    def load_state_dict(self, state: dict[str, int]) -> None:
        raise AssertionError("never asked for")


def test_whatever_offers_a_state_is_a_part_unless_it_cannot_say() -> None:
    def run(look: Any) -> tuple[Any, ...]:
        good, bad = Exotic(False), Exotic(True)
        look()
        return good, bad

    keys = parts_of(run).digests()
    assert [key for key in keys if key[0] == "state"] == [("state", "good", "beta")]


def test_digests_follow_what_changes() -> None:
    kept: dict[str, LiveParts] = {}

    def run(look: Any) -> None:
        net = nn.Linear(1, 1)
        adam = torch.optim.Adam(net.parameters())
        look()
        kept["parts"] = LiveParts([sys._getframe()], None)
        before = kept["parts"].digests()
        net(torch.ones(1, 1)).sum().backward()
        adam.step()
        random.random()
        after = kept["parts"].digests()
        changed = {key[:2] for key in after if before.get(key) != after[key]}
        assert changed == {("weights", "net"), ("optimizer", "adam"), ("generator", "python")}

    frames_of(run)


def test_plain_variables_and_nothing_else() -> None:
    def run(look: Any) -> Any:
        epoch, name, best, history = 1, "a", 0.5, [1.0, {"a": (2, None)}]
        averages = {"w": torch.ones(2)}
        tensor, array, model, long = torch.ones(1), np.ones(1), nn.Linear(1, 1), [0] * 20_000
        look()
        return epoch, name, best, history, averages, tensor, array, model, long

    assert set(variables(frames_of(run))) == {"epoch", "name", "best", "history", "averages"}


def test_only_the_programs_functions_are_running() -> None:
    class Inner(nn.Module):
        def forward(self, look: Any) -> None:
            look()

    def run(look: Any) -> None:
        nn.Sequential(Inner())(look)

    names = [frame.f_code.co_name for frame in frames_of(run)]
    assert names[0] == "run"
    assert "_call_impl" not in names
    assert names[-2:] == ["forward", "<lambda>"]


def fit_a_temperature(look: Any) -> Any:
    net, temperature = nn.Linear(1, 1), torch.ones(1, requires_grad=True)
    sgd = torch.optim.SGD([*net.parameters(), temperature], lr=0.1)
    look()
    return net, sgd


def test_what_is_trained_and_in_no_module_is_found_by_its_variable() -> None:
    keys = parts_of(fit_a_temperature).digests()
    assert [key[1:] for key in keys if key[0] == "weights"] == [
        ("net", "weight"),
        ("net", "bias"),
        ("temperature", "parameter 2 of SGD"),
    ]


class Replay:
    """A replay buffer as people write it."""

    def __init__(self) -> None:
        self.items: collections.deque[np.ndarray[Any, Any]] = collections.deque([np.ones(2)])
        self.rng = np.random.RandomState(0)


class Holder:
    def __init__(self) -> None:
        self.model = nn.Linear(1, 1)


def hold_all_kinds(look: Any) -> Any:
    replay, running_mean, seen, table = Replay(), torch.zeros(2), {1, 2}, np.zeros(2)
    holder, weight, rng, path = Holder(), nn.Linear(1, 1).weight, random.Random(0), Path("x")
    long, big = collections.deque([0] * 20_000), np.zeros(20 << 17)
    look()
    return replay, running_mean, seen, table, holder, weight, rng, path, long, big


def test_what_a_program_carries_from_step_to_step() -> None:
    frames = frames_of(hold_all_kinds)
    assert set(carried(frames, bare=True)) == {"replay", "running_mean", "seen", "table"}
    assert set(carried(frames, bare=False)) == {"replay", "seen"}


def test_what_is_carried_is_known_by_its_content() -> None:
    def run(look: Any) -> Replay:
        replay = Replay()
        look()
        return replay

    first, second = (carried(frames_of(run), bare=False)["replay"] for _ in range(2))
    assert first == second

    def run_changed(look: Any) -> Replay:
        replay = Replay()
        replay.items[0][0] = 2
        look()
        return replay

    assert carried(frames_of(run_changed), bare=False)["replay"] != first

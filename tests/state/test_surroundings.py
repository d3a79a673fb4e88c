from __future__ import annotations

import functools
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from samerun.state.digests import digest
from samerun.state.surroundings import Surroundings, reached

GLOBAL = np.random.default_rng(7)


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(2, 2)
        self.register_buffer("count", torch.zeros(1), persistent=False)
        self.calls = 0
        self.memory: list[float] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.count += 1
        self.calls += 1
        self.memory.append(0.5)
        return self.fc(x)


def test_a_model_and_its_optimizer_are_as_before_bit_by_bit() -> None:
    model = Model()
    optimizer = torch.optim.Adam(model.parameters())
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    model.fc.weight.grad = torch.ones(2, 2)
    gradient = model.fc.weight.grad
    before = digest([model, optimizer.state_dict(), scheduler.state_dict()])
    given = Surroundings(model, optimizer, scheduler)
    for _ in range(2):
        model.eval()
        model(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        scheduler.step()
        model.fc.weight.requires_grad_(False)
        model.register_buffer("more", torch.zeros(1))
        given.give_back()
        assert digest([model, optimizer.state_dict(), scheduler.state_dict()]) == before
        assert model.fc.weight.grad is gradient
        assert model.fc.weight.requires_grad
        assert model.training
        assert (model.calls, model.memory) == (0, [])


def test_hidden_and_own_generators_are_as_before() -> None:
    mine, old, own = np.random.default_rng(1), np.random.RandomState(2), random.Random(3)
    ours = torch.Generator().manual_seed(4)
    draw: list[Callable[[], Any]] = [
        random.random, np.random.rand, lambda: float(torch.rand(())), mine.random, old.rand, own.random,
        lambda: float(torch.rand((), generator=ours)),
    ]  # fmt: skip
    given = Surroundings({"all": [mine, (old,)], "own": own}, ours)
    first = [one() for one in draw]
    given.give_back()
    assert [one() for one in draw] == first


def held_by_closure(generator: Any) -> Callable[[], Any]:
    def train() -> Any:
        return generator

    return train


class Trainer:
    def __init__(self, generator: Any) -> None:
        self.inner = {"rng": generator}

    def train(self) -> Any:
        return self.inner


def uses_global() -> Any:
    return [GLOBAL for _ in range(1)]


def calls_another() -> Any:
    return uses_global()


@pytest.mark.parametrize(
    "make",
    [
        held_by_closure,
        lambda g: Trainer(g).train,
        lambda g: functools.partial(print, g),
        lambda g: functools.partial(max, key=g),
        lambda g: [{"a": (g,)}],
        lambda g: torch.utils.data.DataLoader([1], generator=g) if isinstance(g, torch.Generator) else g,
    ],
)
@pytest.mark.parametrize("generator", [np.random.default_rng(0), torch.Generator()], ids=["numpy", "torch"])
def test_what_a_function_holds_is_reached(make: Callable[[Any], Any], generator: Any) -> None:
    assert any(one is generator for one in reached([make(generator)]))


def test_global_names_are_reached_through_other_functions() -> None:
    assert any(one is GLOBAL for one in reached([calls_another]))


def test_a_library_is_not_looked_into() -> None:
    assert list(reached([np.mean, torch.nn.functional.relu, np, [0] * 5000])) == []


def test_a_variable_without_a_value_yet_is_no_trouble() -> None:
    def outer() -> Callable[[], Any]:
        def inner() -> Any:
            return later

        found = list(reached([inner]))
        later = 1
        assert found == []
        return inner

    assert outer()() == 1


def test_workers_that_are_kept_between_epochs_are_let_go() -> None:
    loader = torch.utils.data.DataLoader([1, 2], num_workers=1, persistent_workers=True)
    given = Surroundings(loader)
    list(loader)
    given.give_back()
    assert loader._iterator is None

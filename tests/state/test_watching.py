from __future__ import annotations

import threading
from typing import Any

import pytest
import torch
from torch import nn

from samerun.state.watching import watched


class Seen:
    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def entered(self, module: nn.Module, inputs: tuple[Any, dict[str, Any]], depth: int) -> None:
        self.calls.append(("in", type(module).__name__, depth, sorted(inputs[1])))

    def left(self, module: nn.Module, output: object, depth: int) -> None:
        self.calls.append(("out", type(module).__name__, depth))

    def step_due(self, optimizer: torch.optim.Optimizer) -> None:
        self.calls.append(("due",))

    def step_done(self, optimizer: torch.optim.Optimizer) -> None:
        self.calls.append(("done",))


class Named(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(2, 1)

    def forward(self, *, x: torch.Tensor, fail: bool = False) -> torch.Tensor:
        if fail:
            raise ValueError("no")
        return self.fc(x)


def test_calls_nest_and_keyword_arguments_are_seen() -> None:
    seen, model = Seen(), Named()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with watched(seen):
        model(x=torch.ones(1, 2)).sum().backward()
        optimizer.step()
    assert seen.calls == [
        ("in", "Named", 0, ["x"]),
        ("in", "Linear", 1, []),
        ("out", "Linear", 1),
        ("out", "Named", 0),
        ("due",),
        ("done",),
    ]


def test_an_exception_in_a_module_does_not_lose_the_place() -> None:
    seen, model = Seen(), Named()
    with watched(seen):
        with pytest.raises(ValueError):
            model(x=torch.ones(1, 2), fail=True)
        model(x=torch.ones(1, 2))
    assert [call[2] for call in seen.calls if call[0] == "in"] == [0, 0, 1]


def test_nothing_is_left_behind_and_the_numbers_are_the_same() -> None:
    original, model = nn.Module.__call__, Named()
    before = model(x=torch.ones(1, 2))
    with watched(Seen()):
        assert torch.equal(model(x=torch.ones(1, 2)), before)
    with pytest.raises(ValueError), watched(Seen()):
        model(x=torch.ones(1, 2), fail=True)
    assert nn.Module.__call__ is original
    seen = Seen()
    model(x=torch.ones(1, 2))
    assert seen.calls == []


def test_other_threads_are_not_watched() -> None:
    seen, model = Seen(), Named()
    with watched(seen):
        thread = threading.Thread(target=lambda: model(x=torch.ones(1, 2)))
        thread.start()
        thread.join()
    assert seen.calls == []


def test_a_compiled_model_is_seen_from_outside() -> None:
    seen = Seen()
    compiled = torch.compile(nn.Sequential(nn.Linear(2, 1)), backend="eager")
    with watched(seen):
        compiled(torch.ones(1, 2))
    assert seen.calls
    assert seen.calls[0][2] == 0

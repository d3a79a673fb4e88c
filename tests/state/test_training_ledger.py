from __future__ import annotations

import torch
from torch import nn

from samerun.state.ledger import Ledger
from samerun.state.training_ledger import Names, TrainingLedger
from samerun.state.watching import watched


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(2, 2)
        self.norm = nn.BatchNorm1d(2)
        self.last = nn.Linear(2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(self.norm(self.first(x)))


def test_one_step_in_causal_order() -> None:
    ledger, model = Ledger(), Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with watched(TrainingLedger(ledger)):
        nn.MSELoss()(model(torch.ones(3, 2)), torch.zeros(3, 1)).backward()
        optimizer.step()
    told = [(entry.stage, entry.name) for entry in ledger.entries]
    assert told[:5] == [
        ("input", "Net[0]"), ("output", "first"), ("output", "norm"), ("output", "last"), ("output", "Net"),
    ]  # fmt: skip
    assert ("output", "MSELoss") in told
    gradients = [name for stage, name in told if stage == "gradient"]
    assert gradients == [name for name, _ in model.named_parameters()][::-1]
    assert [name for stage, name in told if stage == "weight"] == gradients[::-1]
    assert ("buffer", "norm.running_mean") in told
    assert ledger.step == 2


def test_weights_without_a_gradient_have_none() -> None:
    ledger, model = Ledger(), Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with watched(TrainingLedger(ledger)):
        optimizer.step()
    assert {entry.stage for entry in ledger.entries} == {"weight"}


def test_a_second_model_is_named_by_its_class() -> None:
    names, models = Names(), [Net(), nn.Linear(1, 1), nn.Linear(1, 1)]
    for model in models:
        names.add(model)
    assert names.of_module(models[0].last) == "last"
    assert [names.of_module(model) for model in models[1:]] == ["Linear", "Linear#2"]
    optimizer = torch.optim.SGD([weight for model in models for weight in model.parameters()], lr=0.1)
    found = [name for name, _ in names.of_optimizer(optimizer)]
    assert found[0] == "first.weight"
    assert found[-4:] == ["Linear.weight", "Linear.bias", "Linear#2.weight", "Linear#2.bias"]


def test_weights_outside_of_models_have_numbers() -> None:
    weight = torch.zeros(2, requires_grad=True)
    names = Names()
    assert [name for name, _ in names.of_optimizer(torch.optim.Adam([weight]))] == ["parameter 0 of Adam"]
    assert names.of_module(nn.ReLU()) == "ReLU"

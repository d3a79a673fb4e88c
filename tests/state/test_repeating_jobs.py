from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from samerun.errors import CannotVerify
from samerun.state.ledger import Ledger
from samerun.state.repeating_jobs import job_of


def stages(subject: Any, data: object, **options: Any) -> list[tuple[str, str]]:
    ledger = Ledger()
    job_of(subject, data, options.pop("steps", 2), options.pop("loss", None), options.pop("optimizer", None))(ledger)
    return [(entry.stage, entry.name) for entry in ledger.entries]


def test_a_function_with_and_without_data() -> None:
    assert stages(lambda data: {"sum": sum(data)}, [1, 2]) == [("result", "result['sum']")]
    assert stages(lambda: 3, None) == [("result", "result")]
    assert stages(lambda data, lr=0.1: data * lr, 3) == [("result", "result")]
    assert stages(sum, [1, 2]) == [("result", "result")]
    assert stages(lambda: None, None) == []


def test_a_function_cannot_spoil_the_data_of_the_next_run() -> None:
    data = [np.ones(2)]

    def spoil(given: list[Any]) -> float:
        given[0] += 1
        return float(given[0].sum())

    job = job_of(spoil, data, 1, None, None)
    ledger = Ledger()
    job(ledger), job(ledger)
    assert ledger.entries[0].digest == ledger.entries[1].digest
    assert data[0].sum() == 2


@pytest.mark.parametrize(
    ("subject", "data", "options"),
    [
        (lambda a, b: 0, [1], {}),
        (3, [1], {}),
        (lambda data: 0, [1], {"loss": nn.MSELoss()}),
        (nn.Linear(1, 1), [], {}),
        (nn.Linear(1, 1), 3, {}),
    ],
)
def test_what_cannot_be_run_is_refused(subject: Any, data: object, options: dict[str, Any]) -> None:
    with pytest.raises(CannotVerify):
        stages(subject, data, **options)


class Own(nn.Module):
    """Takes names and gives its loss, as models of text do."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(2))

    def forward(self, x: torch.Tensor, scale: float = 1.0) -> dict[str, torch.Tensor]:
        return {"loss": (self.weight * x).sum() * scale, "logits": x}


@pytest.mark.parametrize(
    "batch",
    [torch.ones(2), np.ones(2, np.float32), {"x": torch.ones(2)}, {"x": np.ones(2), "scale": 2.0}, (torch.ones(2),)],
)
def test_a_model_takes_tensors_arrays_names_and_tuples(batch: Any) -> None:
    model = Own()
    assert stages(model, batch) == [("loss", "loss")] * 2
    assert not torch.equal(model.weight, torch.ones(2))  # it is a job's matter to train; who calls it gives back


def test_the_callers_loss_and_optimizer_are_used() -> None:
    model, seen = nn.Linear(2, 1), []

    def loss(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        seen.append(float(target))
        return (output - target).square().sum()

    made = []

    def make(weights: list[Any]) -> torch.optim.Optimizer:
        made.append(torch.optim.Adam(weights, lr=0.0))
        return made[0]

    before = model.weight.detach().clone()
    stages(model, [(torch.ones(2), torch.tensor(float(n))) for n in range(3)], steps=3, loss=loss, optimizer=make)
    assert seen == [0, 1, 2]
    assert made[0].state
    assert torch.equal(model.weight, before)


def test_a_model_without_weights_is_only_called() -> None:
    ledger = Ledger()
    job_of(nn.ReLU(), torch.ones(2), 3, None, None)(ledger)
    assert (ledger.entries, ledger.step) == ([], 4)


def test_complex_and_nested_outputs_make_a_loss_and_whole_numbers_none() -> None:
    class Pair(Own):
        def forward(self, x: torch.Tensor) -> Any:  # type: ignore[override]
            return [self.weight * 1j, (self.weight, x.long())]

    class Whole(Own):
        def forward(self, x: torch.Tensor) -> Any:  # type: ignore[override]
            return x.long()

    assert stages(Pair(), torch.ones(2)) == [("loss", "loss")] * 2
    with pytest.raises(CannotVerify, match="Give loss="):
        stages(Whole(), torch.ones(2))


def test_an_estimator_is_copied_fitted_and_asked() -> None:
    from sklearn.linear_model import LogisticRegression

    estimator = LogisticRegression()
    x, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2
    told = stages(estimator, (x, y))
    assert ("fitted", "coef_") in told
    assert {name for stage, name in told if stage == "output"} == {"predict", "predict_proba", "decision_function"}
    assert not hasattr(estimator, "coef_")

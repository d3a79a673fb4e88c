from __future__ import annotations

from typing import Any

import torch
from torch import nn

from samerun.state.batch_order import batches_told
from samerun.state.ledger import Enough
from samerun.state.step_ledger import StepLedger
from samerun.state.watching import watched


def call(train: Any) -> None:
    train()


def ledger_of(train: Any, stop_after: int | None = None) -> StepLedger:
    ledger = StepLedger(call.__code__, train, stop_after)
    with watched(ledger), batches_told(ledger.handed):
        try:
            call(train)
        except Enough:
            assert stop_after is not None
    return ledger


def make_train(accumulate: int = 1, validate: bool = False, steps: int = 3) -> Any:
    def train() -> None:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(2, 1), nn.Dropout())
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        loader = torch.utils.data.DataLoader(torch.arange(24.0).reshape(12, 2), batch_size=2)
        for number, batch in enumerate(loader):
            model(batch).sum().backward()
            if (number + 1) % accumulate == 0:
                optimizer.step()
            if validate:
                model.eval()
                model(batch + 1)  # no_grad was forgotten
                model.train()
            if number + 1 == steps:
                return

    return train


def test_a_step_knows_what_it_found_and_what_it_was_given() -> None:
    steps = ledger_of(make_train()).steps
    assert len(steps) == 3
    assert [len(step.inputs) for step in steps] == [1, 1, 1]
    assert [len(step.rows) for step in steps] == [2, 2, 2]
    assert [step.handed[0].number for step in steps] == [1, 2, 3]
    assert len({tuple(step.weights.values()) for step in steps}) == 3
    assert len({step.gradients for step in steps}) == 3
    assert steps[0].variables["number"] != steps[1].variables["number"]


def test_accumulated_batches_belong_to_one_step() -> None:
    steps = ledger_of(make_train(accumulate=2, steps=4)).steps
    assert [[one.number for one in step.handed] for step in steps] == [[1, 2], [3, 4]]
    assert [len(step.inputs) for step in steps] == [2, 2]


def test_an_evaluation_is_no_part_of_a_step() -> None:
    plain, validated = (ledger_of(make_train(validate=one)).steps for one in (False, True))
    assert [step.inputs for step in plain] == [step.inputs for step in validated]
    assert [step.weights for step in plain] == [step.weights for step in validated]


def test_a_model_that_is_never_in_training_mode_is_watched_too() -> None:
    def train() -> None:
        model = nn.Linear(1, 1).eval()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        model(torch.ones(1, 1)).sum().backward()
        optimizer.step()

    assert len(ledger_of(train).steps[0].inputs) == 1


def test_it_ends_before_the_step_after_the_last_one() -> None:
    done: list[int] = []

    def train() -> None:
        model = nn.Linear(1, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for number in range(5):
            try:
                model(torch.ones(1, 1)).sum().backward()
                optimizer.step()
            except Exception as error:
                raise AssertionError from error
            done.append(number)

    ledger = ledger_of(train, stop_after=2)
    assert done == [0, 1]
    assert (len(ledger.steps), ledger.stopped) == (2, True)


def test_a_program_that_catches_everything_makes_no_further_step() -> None:
    def train() -> None:
        model = nn.Linear(1, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(4):
            model(torch.ones(1, 1)).sum().backward()
            try:
                optimizer.step()
            except BaseException:
                continue

    ledger = ledger_of(train, stop_after=1)
    assert (len(ledger.steps), ledger.stopped) == (1, True)


def test_the_end_has_the_state_after_the_last_step() -> None:
    ledger = ledger_of(make_train())
    end = ledger.end()
    weights = {key: value for key, value in end.items() if key[0] == "weights"}
    assert weights
    assert weights != ledger.steps[-1].weights
    assert ledger_of(lambda: None).end() == {}

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from samerun.errors import BadOption, CannotVerify
from samerun.state import verify_determinism
from samerun.state.digests import digest


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    """Sums in no fixed order need two threads to show on a processor."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


class Net(nn.Module):
    """An embedding by indexing: its way back adds up in the order in which threads come."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(10, 3))
        self.fc, self.drop, self.norm = nn.Linear(3, 2), nn.Dropout(), nn.BatchNorm1d(2)

    def forward(self, index: torch.Tensor) -> torch.Tensor:
        return self.norm(self.fc(self.drop(self.table[index])))


PATIENT = 30  # on a busy machine two threads may come one after the other for a while
MANY = torch.randint(0, 10, (200_000,), generator=torch.Generator().manual_seed(0))


def test_a_gradient_that_is_summed_in_no_fixed_order_is_named() -> None:
    found = verify_determinism(Net(), MANY, times=PATIENT)
    assert not found
    assert (found.stage, found.tensor) == ("gradient", "table")
    assert found.step
    assert found.apart is not None
    assert 0 < found.apart.largest < 1e-3  # type: ignore[operator]
    assert found.apart.ulps
    assert "gradient table" in str(found)
    assert "strict" in found.advice


def test_the_same_gradient_by_one_thread_repeats() -> None:
    torch.set_num_threads(1)
    found = verify_determinism(Net(), MANY, steps=2)
    assert found
    assert (found.steps, found.step, found.tensor, found.advice) == (2, None, None, "")
    assert str(found).startswith("It repeats: 2 runs, 2 steps")


def test_put_and_index_put_vary_too() -> None:
    values = torch.randn(len(MANY))

    class Put(nn.Module):
        def forward(self, index: torch.Tensor) -> torch.Tensor:
            return torch.zeros(10).index_put_((index,), values, accumulate=True)

    found = verify_determinism(Put(), MANY, times=PATIENT)
    assert (found.stage, found.tensor) == ("output", "Put")


def test_everything_is_given_back() -> None:
    model = Net()
    optimizer = torch.optim.Adam(model.parameters())
    model(MANY[:4]).sum().backward()
    state = lambda: digest(  # noqa: E731
        [
            model.state_dict(), [p.grad for p in model.parameters()], optimizer.state_dict(),
            random.getstate(), np.random.get_state(), torch.get_rng_state(),
        ]
    )  # fmt: skip
    before = state()
    assert verify_determinism(model, MANY[:100], optimizer=optimizer)
    assert state() == before
    noisy = lambda output, target: output.sum() * np.random.default_rng().normal()  # noqa: E731
    found = verify_determinism(model, MANY[:100], optimizer=optimizer, loss=noisy)
    assert (found.step, found.stage, found.tensor) == (1, "loss", "loss")
    assert state() == before


def test_given_back_also_after_an_exception() -> None:
    model = nn.Linear(2, 2)
    before = digest([model, torch.get_rng_state()])

    def train(data: Any) -> None:
        torch.optim.SGD(model.parameters(), lr=1.0)
        model.weight.data.zero_()
        torch.rand(3)
        raise ValueError("the program's own")

    with pytest.raises(ValueError, match="own"):
        verify_determinism(train, 1)
    assert digest([model, torch.get_rng_state()]) == before


def make_train(disturb: Callable[[], float]) -> Callable[[Any], nn.Module]:
    def train(data: Any) -> nn.Module:
        model = nn.Sequential(nn.Linear(3, 2), nn.Dropout(), nn.Linear(2, 1))
        optimizer = torch.optim.Adam(model.parameters())
        for step, batch in enumerate(data):
            try:
                optimizer.zero_grad()
                model(batch + (disturb() if step == 2 else 0.0)).sum().backward()
                optimizer.step()
            except Exception as error:  # what ends the run must get through this
                raise AssertionError from error
        return model

    return train


BATCHES = [torch.randn(4, 3, generator=torch.Generator().manual_seed(n)) for n in range(6)]


@pytest.mark.parametrize(
    "disturb",
    [
        lambda: float(np.random.default_rng().normal()),
        lambda: int.from_bytes(os.urandom(3), "big") * 2**-24,
        lambda: time.perf_counter_ns() % 10**6 * 1e-6,
    ],
)
def test_fresh_generators_and_the_clock_show_where_they_come_in(disturb: Callable[[], float]) -> None:
    found = verify_determinism(make_train(disturb), BATCHES)
    assert (found.same, found.step, found.stage) == (False, 3, "input")
    assert "stream" in found.advice


@pytest.mark.parametrize("disturb", [random.random, np.random.rand, lambda: float(torch.rand(()))])
def test_generators_that_start_alike_do_not_count(disturb: Callable[[], float]) -> None:
    found = verify_determinism(make_train(disturb), BATCHES)
    assert found
    assert found.steps == 6


def test_an_iterator_is_replayed_and_a_loader_begins_again() -> None:
    train = make_train(lambda: 0.0)
    assert verify_determinism(train, iter(BATCHES))
    generator = torch.Generator().manual_seed(0)
    loader = torch.utils.data.DataLoader(torch.cat(BATCHES), batch_size=4, shuffle=True, generator=generator)
    before = generator.get_state()
    assert verify_determinism(train, loader)
    assert torch.equal(generator.get_state(), before)


def test_a_run_ends_after_the_steps_that_were_asked_for() -> None:
    calls: list[int] = []

    def train(data: Any) -> None:
        weight = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.SGD([weight], lr=0.1)
        while True:
            calls.append(1)
            optimizer.step()

    found = verify_determinism(train, 0, steps=4)
    assert found.steps == 4
    assert len(calls) == 8


def test_a_training_of_another_length_differs() -> None:
    lengths = iter([2, 3])

    def train(data: Any) -> None:
        weight = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.SGD([weight], lr=0.1)
        for _ in range(next(lengths)):
            optimizer.step()

    found = verify_determinism(train, 0)
    assert (found.step, found.stage, found.detail) == (3, "weight", "The first run had ended there.")


@pytest.mark.parametrize(
    ("train", "name"),
    [
        (lambda: time.time_ns(), "result"),
        (lambda: {"w": [1, np.random.default_rng().normal(size=3)]}, "result['w'][1]"),
        (lambda: object, None),
        (lambda: np.arange(3).sum(), None),
        (lambda: random.random() + np.random.rand(), None),
    ],
)
def test_plain_functions_by_what_they_return(train: Callable[[], Any], name: str | None) -> None:
    found = verify_determinism(train)
    assert (found.same, found.tensor) == (name is None, name)


def test_estimators_by_what_they_learnt_and_what_they_answer() -> None:
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.linear_model import SGDRegressor

    x = np.random.default_rng(0).normal(size=(500, 5))
    assert verify_determinism(SGDRegressor(), (x, x.sum(1)))
    threads = verify_determinism(RandomForestRegressor(50, random_state=0, n_jobs=2), (x, x.sum(1)), times=PATIENT)
    assert (threads.stage, threads.tensor) == ("output", "predict")

    class Fresh(SGDRegressor):
        def fit(self, x: Any, y: Any) -> Any:
            return super().fit(x, y, coef_init=np.random.default_rng().normal(size=5))

    fresh = verify_determinism(Fresh(max_iter=2, tol=None), (x, x.sum(1)))
    assert (fresh.stage, fresh.tensor) == ("fitted", "coef_")


def test_a_function_may_train_a_model_from_outside() -> None:
    model = nn.Linear(3, 1)
    optimizer = torch.optim.Adam(model.parameters())

    def train(data: Any) -> None:
        for batch in data:
            model(batch).sum().backward()
            optimizer.step()

    assert verify_determinism(train, BATCHES)


@pytest.mark.parametrize("options", [{"steps": 0}, {"times": 1}, {"steps": "3"}, {"times": 2.5}, {"steps": True}])
def test_counts_that_compare_nothing_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(BadOption):
        verify_determinism(nn.Linear(1, 1), torch.ones(1), **options)


def test_nothing_to_compare_is_said() -> None:
    with pytest.raises(CannotVerify, match="Nothing can be compared"):
        verify_determinism(lambda data: None, 1)


def test_torch_is_not_imported_for_those_who_do_not_use_it() -> None:
    program = (
        "import sys; from samerun.state import verify_determinism; "
        "assert verify_determinism(lambda: 1); assert 'torch' not in sys.modules; "
        "run = lambda: __import__('torch').nn.Linear(1, 1)(__import__('torch').ones(1)).item(); "
        "print(verify_determinism(run).compared)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 1


def test_a_model_that_nothing_trains_is_said_to_make_no_step() -> None:
    model = nn.Linear(3, 2).requires_grad_(False)
    found = verify_determinism(model, torch.randn(4, 3))
    assert (bool(found), found.steps) == (True, 0)
    assert str(found).startswith("It repeats: 2 runs, no optimizer step in any, 20 values")

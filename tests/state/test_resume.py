from __future__ import annotations

import collections
import functools
import itertools
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from samerun.errors import BadOption, CannotVerify
from samerun.state import Checkpoints, check_resume, make_loader, seed_everything
from samerun.state.digests import digest
from tests.state.omitting import PARTS, train

NAMED = {
    "model": {("weights", "model"), ("buffers", "model")},
    "optimizer": {("optimizer", "optimizer")},
    "scheduler": {("scheduler", "scheduler")},
    "scaler": {("scaler", "scaler")},
    "ema": {("ema", "ema")},
    "order": {("order", ""), ("counter", "step")},
    "epoch": {("order", ""), ("counter", "epoch")},
    "python": {("generator", "python")},
    "numpy": {("generator", "numpy")},
    "torch": {("generator", "torch")},
    "own generator": {("generator", "own")},
    "buffer": {("buffers", "model"), ("ema", "ema")},  # the average holds a copy of the buffer
    "weighting": {("variable", "weighting")},
}


def omitting(*parts: str) -> Callable[[Path], Any]:
    return functools.partial(train, omit=frozenset(parts))


@pytest.mark.parametrize("at", [2, 3, 5, 7, 12, 19])
def test_a_training_that_saves_everything_resumes_exactly(at: int) -> None:
    found = check_resume(omitting(), at)
    assert found
    assert (found.missing, found.step, found.steps) == ((), None, 20)
    assert found.resumed_at == at // 2 * 2 + 1
    assert str(found).startswith("It resumes exactly")


@pytest.mark.parametrize("part", PARTS)
def test_each_part_that_is_left_out_is_named(part: str) -> None:
    found = check_resume(omitting(part), 7)
    assert {(one.kind, one.name) for one in found.missing} == NAMED[part]
    assert (found.exact, found.resumed_at, found.step) == (False, 7, 7)
    assert all(one.advice in str(found) for one in found.missing)


@pytest.mark.parametrize(
    "pair", list(itertools.combinations(["optimizer", "scheduler", "scaler", "numpy", "torch"], 2))
)
def test_several_parts_are_all_named(pair: tuple[str, str]) -> None:
    found = check_resume(omitting(*pair), 7)
    assert {(one.kind, one.name) for one in found.missing} == NAMED[pair[0]] | NAMED[pair[1]]


def test_everything_is_given_back() -> None:
    before = digest([random.getstate(), np.random.get_state(), torch.get_rng_state()])
    check_resume(omitting("numpy"), 3)
    assert digest([random.getstate(), np.random.get_state(), torch.get_rng_state()]) == before


def test_the_folders_stay_where_one_is_named(tmp_path: Path) -> None:
    check_resume(omitting(), 3, folder=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["interrupted", "uninterrupted"]
    assert (tmp_path / "interrupted" / "last.pt").exists()
    with pytest.raises(BadOption, match="not empty"):
        check_resume(omitting(), 3, folder=tmp_path)


class Rows(torch.utils.data.Dataset[torch.Tensor]):
    """Rows that are moved by a generator of the dataset's own."""

    def __init__(self, moved: bool) -> None:
        self.rows = torch.randn(24, 3, generator=torch.Generator().manual_seed(2))
        self.generator = np.random.default_rng(0)
        self.moved = moved

    def __len__(self) -> int:
        return 24

    def __getitem__(self, index: int) -> torch.Tensor:
        return self.rows[index] + (float(self.generator.normal()) if self.moved else 0.0)


def with_a_loader(
    make: Callable[[Any], Any], parts: set[str], moved: bool = False, epochs: int = 3
) -> Callable[[Path], Any]:
    """Return a training with our checkpoints, every step, and the loader that ``make`` makes."""

    def run(folder: Path) -> None:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(), nn.Linear(4, 1))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        loader = make(Rows(moved))
        things = {"model": model, "optimizer": optimizer, "loader": loader}
        kept = {name: thing for name, thing in things.items() if name in parts}
        checkpoints = Checkpoints(folder)
        restored = checkpoints.load(generators="generators" in parts, **kept)
        epoch, step = (restored.epoch or 0, restored.step or 0) if restored else (0, 0)
        while epoch < epochs:
            for batch in loader:
                optimizer.zero_grad()
                model(batch).square().mean().backward()
                optimizer.step()
                step += 1
                checkpoints.save(epoch=epoch, step=step, mid_epoch=True, generators="generators" in parts, **kept)
            epoch += 1

    return run


ALL = {"model", "optimizer", "loader", "generators"}


def ours(dataset: Any, workers: int = 0) -> Any:
    return make_loader(dataset, batch_size=4, seed=1, num_workers=workers)


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("at", [1, 6, 8])
def test_our_loader_and_checkpoints_resume_exactly(workers: int, at: int) -> None:
    found = check_resume(with_a_loader(lambda d: ours(d, workers), ALL, moved=True), at)
    assert found, str(found)
    assert found.resumed_at == at + 1


@pytest.mark.parametrize("lost", ["optimizer", "loader", "generators"])
def test_a_part_left_out_of_our_checkpoints_is_named(lost: str) -> None:
    found = check_resume(with_a_loader(ours, ALL - {lost}, moved=True), 8)
    expected = {"optimizer": {"optimizer"}, "loader": {"order", "counter"}, "generators": {"generator"}}
    assert {one.kind for one in found.missing} == expected[lost], str(found)


def plain(dataset: Any, workers: int = 0) -> Any:
    return torch.utils.data.DataLoader(dataset, batch_size=4, shuffle=True, num_workers=workers)


def test_a_plain_loader_loses_its_place() -> None:
    found = check_resume(with_a_loader(plain, ALL - {"loader"}), 8)
    assert "order" in {one.kind for one in found.missing}
    assert found.missing[0].kind == "order"


def test_a_generator_that_lives_in_a_worker_is_the_augmentations() -> None:
    """The samples are right, by a sampler that goes on; the numbers that a worker's copy draws are not."""

    class GoesOn:
        def __init__(self) -> None:
            self.done = 0

        def __iter__(self) -> Any:
            return iter(range(self.done % 24, 24))

        def __len__(self) -> int:
            return 24

        def state_dict(self) -> dict[str, int]:
            return {"done": self.done}

        def load_state_dict(self, state: dict[str, int]) -> None:
            self.done = state["done"]

    def run(folder: Path) -> None:
        torch.manual_seed(0)
        model, sampler = nn.Linear(3, 1), GoesOn()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        path = folder / "last.pt"
        if path.exists():
            state = torch.load(path, weights_only=True)
            model.load_state_dict(state["model"]), sampler.load_state_dict(state["sampler"])
        loader = torch.utils.data.DataLoader(Rows(True), batch_size=4, sampler=sampler, num_workers=1)
        for batch in loader:
            optimizer.zero_grad()
            model(batch).square().mean().backward()
            optimizer.step()
            sampler.done += 4
            torch.save({"model": model.state_dict(), "sampler": sampler.state_dict()}, path)

    found = check_resume(run, 3)
    assert "augmentation" in {one.kind for one in found.missing}, str(found)
    assert "order" not in {one.kind for one in found.missing}


def simple(folder: Path, *, steps: int = 5, saves: bool = True, loads: bool = True, until: int | None = None) -> Any:
    torch.manual_seed(0)
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    path, done = folder / "state.pt", 0
    history: list[float] = []
    if loads and path.exists():
        state = torch.load(path, weights_only=True)
        model.load_state_dict(state["model"])
        done = state["done"]
    for number in range(done, steps):
        loss = model(torch.full((1, 2), float(number))).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history.append(float(loss.detach()))
        if saves:
            torch.save({"model": model.state_dict(), "done": until or number + 1}, path)
    return {"history": history, "folder": folder, "seconds": time.time()}


def test_a_history_that_is_not_saved_is_missing_from_what_is_returned() -> None:
    found = check_resume(simple, 2)
    assert [(one.kind, one.name) for one in found.missing] == [("variable", "history"), ("returned", "")]
    assert "result['history'][0]" in found.missing[1].detail
    assert "seconds" not in found.missing[1].detail
    assert "at the end" in found.sentence


def test_a_training_that_does_not_load_begins_from_the_start() -> None:
    for options, words in (
        ({"loads": False}, "although the folder holds"),
        ({"saves": False}, "nothing had been saved"),
    ):
        found = check_resume(functools.partial(simple, **options), 2)  # type: ignore[arg-type]
        assert [one.kind for one in found.missing] == ["checkpoint"]
        assert (found.exact, found.resumed_at) == (False, None)
        assert words in found.sentence


def test_a_training_that_thinks_it_has_ended_is_told_so() -> None:
    found = check_resume(functools.partial(simple, until=5), 2)
    assert "no step more, where 3 were left" in found.sentence
    assert not found


@pytest.mark.parametrize("at", [5, 9])
def test_an_end_before_the_stop_is_refused(at: int) -> None:
    with pytest.raises(CannotVerify, match="has 5 optimizer steps") as caught:
        check_resume(simple, at)
    assert "from 1 to 4" in caught.value.next_step


def test_a_step_of_numpys_is_taken() -> None:
    assert check_resume(omitting(), np.int64(3)).at == 3  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("train", "said"),
    [
        (lambda: 1, r"<lambda>\(\) cannot be called with a folder alone: too many"),
        (lambda folder, model: 1, r"<lambda>\(folder, model\) cannot .*missing a required argument: 'model'"),
        (lambda *, folder: 1, "cannot be called with a folder alone"),
        (3, "int cannot be called"),
    ],
)
def test_what_is_no_function_of_a_folder_is_refused(train: Any, said: str) -> None:
    with pytest.raises(BadOption, match=said) as caught:
        check_resume(train, 1)
    assert "Give a function of the folder" in caught.value.next_step


@pytest.mark.parametrize("at", [0, -1, 1.5, True, "3"])
def test_no_step_is_refused(at: Any) -> None:
    with pytest.raises(BadOption):
        check_resume(simple, at)


def test_a_function_that_trains_nothing_is_refused() -> None:
    with pytest.raises(CannotVerify, match="no step"):
        check_resume(lambda folder: None, 1)


def test_a_training_that_does_not_repeat_is_told_so_first() -> None:
    def run(folder: Path) -> None:
        model = nn.Linear(2, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(4):
            model(torch.from_numpy(np.random.default_rng().normal(size=(1, 2)))).sum().backward()
            optimizer.step()

    with pytest.raises(CannotVerify, match="does not repeat"):
        check_resume(lambda folder: torch.set_default_dtype(torch.float64) or run(folder), 2)  # type: ignore[func-returns-value]


@pytest.fixture(autouse=True)
def same_type() -> Any:
    yield
    torch.set_default_dtype(torch.float32)


def test_the_stop_gets_through_except_exception_and_leaves_what_was_saved() -> None:
    def run(folder: Path) -> Any:
        try:
            return simple(folder)["history"][-1]
        except Exception:
            return None

    assert check_resume(run, 3).resumed_at == 4


def test_an_error_of_the_program_is_the_programs() -> None:
    def run(folder: Path) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        check_resume(run, 1)


@pytest.mark.parametrize("number", [2, 3])
def test_a_training_that_fails_when_it_is_started_again_is_told_so(number: int) -> None:
    def run(folder: Path) -> None:
        resumed = (folder / "state.pt").exists()
        if resumed and number == 2:
            raise KeyError("optimizer")
        simple(folder, steps=4)
        if resumed:
            raise OSError("disk is full")

    found = check_resume(run, 2)
    assert not found
    assert ("KeyError: 'optimizer'" if number == 2 else "OSError: disk is full") in found.sentence


class Trainer:
    """Everything is an attribute, the average a dictionary, the loop an attribute's own."""

    def __init__(self, folder: Path, skip: str) -> None:
        torch.manual_seed(1), random.seed(1)
        self.path, self.skip = folder / "c.pt", skip
        self.net = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.3), nn.Linear(4, 1))
        self.opt = torch.optim.Adam(self.net.parameters(), lr=0.1)
        self.plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(self.opt, patience=0)
        self.mean = {name: one.clone() for name, one in self.net.state_dict().items()}
        self.epoch = 0
        self.x = torch.randn(12, 4, generator=torch.Generator().manual_seed(0))
        if self.path.exists():
            self.load({name: one for name, one in torch.load(self.path, weights_only=True).items() if name != skip})

    def load(self, state: dict[str, Any]) -> None:
        for name in ("net", "opt", "plateau"):
            getattr(self, name).load_state_dict(state.get(name, getattr(self, name).state_dict()))
        self.mean, self.epoch = state.get("mean", self.mean), state.get("epoch", 0)
        random.setstate(state.get("python", random.getstate()))
        torch.set_rng_state(state.get("torch", torch.get_rng_state()))

    def fit(self) -> Any:
        for self.epoch in range(self.epoch, 4):  # noqa: B020
            order = list(range(12))
            random.shuffle(order)
            for start in range(0, 12, 4):
                loss = self.net(self.x[order[start : start + 4]]).square().mean()
                self.opt.zero_grad()
                loss.backward()
                self.opt.step()
                for name, one in self.net.state_dict().items():
                    self.mean[name].lerp_(one, 0.1)
            self.net.eval()
            self.plateau.step(self.net(self.x).mean().item())
            self.net.train()
            parts = {name: getattr(self, name).state_dict() for name in ("net", "opt", "plateau")}
            plain = {"mean": self.mean, "epoch": self.epoch + 1, "python": random.getstate()}
            torch.save({**parts, **plain, "torch": torch.get_rng_state()}, self.path)
        return self.mean


@pytest.mark.parametrize(
    ("skip", "first"),
    [
        ("net", ("weights", "self.net")),
        ("opt", ("optimizer", "self.opt")),
        ("plateau", ("scheduler", "self.plateau")),
        ("mean", ("variable", "self.mean")),
        ("epoch", ("counter", "self.epoch")),
        ("python", ("generator", "python")),
        ("torch", ("generator", "torch")),
    ],
)
def test_a_trainer_that_keeps_all_in_attributes(skip: str, first: tuple[str, str]) -> None:
    assert check_resume(lambda folder: Trainer(folder, "").fit(), 7)
    found = check_resume(lambda folder: Trainer(folder, skip).fit(), 7)
    assert (found.missing[0].kind, found.missing[0].name) == first, str(found)
    assert {one.kind for one in found.missing[1:]} <= {"returned", "buffers"}


def test_two_optimizers_count_their_steps_together() -> None:
    def run(folder: Path, keep_second: bool) -> None:
        torch.manual_seed(0)
        one, two = nn.Linear(2, 2), nn.Linear(2, 1)
        first = torch.optim.Adam(one.parameters(), lr=0.1)
        second = torch.optim.Adam(two.parameters(), lr=0.1)
        path, done = folder / "x.pt", 0
        parts = {"one": one, "two": two, "first": first, **({"second": second} if keep_second else {})}
        if path.exists():
            state = torch.load(path, weights_only=True)
            done = state.pop("done")
            for name, part in parts.items():
                part.load_state_dict(state[name])
        for number in range(done, 4):
            two(one(torch.full((1, 2), 1.0 + number))).square().sum().backward()
            first.step(), second.step()
            first.zero_grad(), second.zero_grad()
            torch.save({"done": number + 1, **{name: part.state_dict() for name, part in parts.items()}}, path)

    assert check_resume(functools.partial(run, keep_second=True), 4)
    found = check_resume(functools.partial(run, keep_second=False), 4)
    assert [(one.kind, one.name) for one in found.missing] == [("optimizer", "second")]


class ReplayBuffer:
    def __init__(self) -> None:
        self.items: collections.deque[torch.Tensor] = collections.deque(maxlen=9)


def carrying(folder: Path, forget: str = "", loads: bool = True) -> None:
    """Train on inputs that hang on what the program gathered itself; ``forget`` is not restored."""
    seed_everything(0)
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loader = make_loader(torch.randn(12, 2), batch_size=2)
    buffer, mean, history, n = ReplayBuffer(), torch.zeros(2), [0.0], 0
    parts = {"model": model, "optimizer": optimizer, "loader": loader, "mean": mean, "history": history}
    checkpoints = Checkpoints(folder)
    restored = checkpoints.load(**{name: part for name, part in parts.items() if name != forget})
    if restored and forget != "n":
        n = restored.step or 0
    if restored and forget != "buffer":
        buffer.items.extend(restored.values["buffer"])
    step = (restored.step or 0) if restored else 0
    for batch in loader if loads else (torch.ones(2, 2) for _ in range(6 - step)):
        given = batch + sum(buffer.items, torch.zeros(2)) + mean + history[-1] + n
        optimizer.zero_grad()
        model(given).square().mean().backward()
        optimizer.step()
        buffer.items.append(batch.mean(0) * 0.1)
        mean += 0.1
        history.append(history[-1] * 0.5 + 0.1)
        n, step = n + 1, step + 1
        checkpoints.save(epoch=0, step=step, mid_epoch=True, buffer=list(buffer.items), **parts)


@pytest.mark.parametrize("forget", ["buffer", "mean", "history", "n"])
def test_what_the_program_gathered_itself_is_named(forget: str) -> None:
    found = check_resume(functools.partial(carrying, forget=forget), 3)
    assert [(one.kind, one.name) for one in found.missing] == [("variable", forget)]
    assert check_resume(carrying, 3)


def test_a_buffer_is_named_where_no_loader_hands_out() -> None:
    found = check_resume(functools.partial(carrying, forget="buffer", loads=False), 3)
    assert ("variable", "buffer") in [(one.kind, one.name) for one in found.missing]


def accumulating(folder: Path, forget: tuple[str, ...] = ()) -> None:
    """Three batches a step, and a checkpoint after each batch."""
    seed_everything(0)
    model = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Dropout(0.3), nn.Linear(4, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    loader = make_loader(torch.randn(24, 2), batch_size=2)
    parts = {"model": model, "optimizer": optimizer, "loader": loader}
    checkpoints = Checkpoints(folder)
    kept = {name: part for name, part in parts.items() if name not in forget}
    restored = checkpoints.load(generators="generators" not in forget, **kept)
    done = (restored.step or 0) if restored else 0
    if restored and "gradients" not in forget:
        for weight, gradient in zip(model.parameters(), restored.values["gradients"], strict=True):
            weight.grad = gradient
    for batch in loader:
        model(batch).square().mean().backward()
        done += 1
        if done % 3 == 0:
            optimizer.step()
            optimizer.zero_grad()
        gradients = [weight.grad for weight in model.parameters()]
        checkpoints.save(epoch=0, step=done, mid_epoch=True, gradients=gradients, **parts)


@pytest.mark.parametrize(
    ("forget", "kind"),
    [("gradients", "gradients"), ("generators", "generator"), ("optimizer", "optimizer")],
)
def test_a_training_that_goes_on_between_two_batches_of_a_step(forget: str, kind: str) -> None:
    assert check_resume(accumulating, 2)
    found = check_resume(functools.partial(accumulating, forget=(forget,)), 2)
    assert {one.kind for one in found.missing} == {kind}

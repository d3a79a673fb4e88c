"""What a training holds, each kind saved from one program and loaded by another that was built anew.

Every case makes a thing, moves it on, saves it, makes it again, loads it, and asks whether both go on alike.
"""

from __future__ import annotations

import collections
import copy
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from samerun.errors import CannotRestore, CannotSave, DamagedCheckpoint
from samerun.state import Checkpoints

Made = dict[str, Any]


def linear(**options: Any) -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Linear(3, 2, **options)


def twin(make: Callable[[], Made], move: Callable[[Made], object], folder: Path, **options: Any) -> tuple[Made, Made]:
    """Return what was saved after it moved on, and what was made anew and loaded."""
    one, two = make(), make()
    move(one)
    with Checkpoints(folder, **options) as checkpoints:
        checkpoints.save(epoch=1, **one)
    random.seed(1)
    restored = Checkpoints(folder).load(**two)
    assert restored is not None
    assert restored.not_restored == {}
    return one, two


def numbers(tensor: torch.Tensor) -> np.ndarray[Any, Any]:
    """Return the bytes of a tensor's numbers in their order, however they lie in memory."""
    own = torch.empty(tensor.numel(), dtype=tensor.dtype).copy_(tensor.detach().flatten())
    found: np.ndarray[Any, Any] = own.view(torch.uint8).numpy()
    return found


def flattened(state: Any) -> Any:
    """Return a state as values that ``==`` compares whole: tensors as their bits."""
    if isinstance(state, torch.Tensor | np.ndarray):
        array = numbers(state) if isinstance(state, torch.Tensor) else state
        return (str(state.dtype), tuple(state.shape), array.tobytes())
    if isinstance(state, dict):
        return {key: flattened(value) for key, value in state.items()}
    if isinstance(state, list | tuple | collections.deque):
        return [flattened(value) for value in state]
    return repr(state)


def states(made: Made) -> Any:
    return {
        name: flattened(thing.state_dict() if hasattr(thing, "state_dict") else thing) for name, thing in made.items()
    }


def step(model: torch.nn.Module, *optimizers: torch.optim.Optimizer, seed: int = 0) -> None:
    generator = torch.Generator().manual_seed(seed)
    loss = model(torch.randn(4, 3, generator=generator)).square().mean()
    for optimizer in optimizers:
        optimizer.zero_grad()
    loss.backward()
    for optimizer in optimizers:
        optimizer.step()


OPTIMIZERS: dict[str, Callable[[Any], torch.optim.Optimizer]] = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "adam": lambda p: torch.optim.Adam(p),
    "amsgrad": lambda p: torch.optim.AdamW(p, amsgrad=True),
    "tensor rate": lambda p: torch.optim.Adam(p, lr=torch.tensor(0.01)),
    "foreach": lambda p: torch.optim.Adam(p, foreach=True),
    "fused": lambda p: torch.optim.Adam(p, fused=True),
    "adamax": lambda p: torch.optim.Adamax(p),
    "nadam": lambda p: torch.optim.NAdam(p),
    "radam": lambda p: torch.optim.RAdam(p),
    "adagrad": lambda p: torch.optim.Adagrad(p),
    "adadelta": lambda p: torch.optim.Adadelta(p),
    "adafactor": lambda p: torch.optim.Adafactor(p),
    "asgd": lambda p: torch.optim.ASGD(p),
    "rmsprop": lambda p: torch.optim.RMSprop(p, centered=True, momentum=0.1),
    "rprop": lambda p: torch.optim.Rprop(p),
}


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_optimizer_goes_on_alike(tmp_path: Path, name: str, asynchronous: bool) -> None:
    def make() -> Made:
        model = linear()
        return {"model": model, "optimizer": OPTIMIZERS[name](model.parameters())}

    def move(made: Made) -> None:
        for seed in range(3):
            step(made["model"], made["optimizer"], seed=seed)

    one, two = twin(make, move, tmp_path, asynchronous=asynchronous)
    assert states(one) == states(two)
    for made in (one, two):
        step(made["model"], made["optimizer"], seed=9)
    assert states(one) == states(two)


def test_lbfgs_keeps_its_history(tmp_path: Path) -> None:
    """Its state holds lists of tensors, which no other optimizer's does."""

    def make() -> Made:
        model = linear()
        return {"model": model, "optimizer": torch.optim.LBFGS(model.parameters(), max_iter=3)}

    def move(made: Made) -> None:
        inputs = torch.arange(12.0).reshape(4, 3) / 12

        def closure() -> torch.Tensor:
            made["optimizer"].zero_grad()
            loss: torch.Tensor = made["model"](inputs).square().mean()
            loss.backward()
            return loss

        for _ in range(2):
            made["optimizer"].step(closure)

    one, two = twin(make, move, tmp_path)
    assert states(one) == states(two)
    move(one)
    move(two)
    assert states(one) == states(two)


def test_two_optimizers_and_a_group_of_them(tmp_path: Path) -> None:
    """A generator and a discriminator, or rates of their own for parts of one model."""

    def make() -> Made:
        first, second = linear(), linear()
        rates = torch.optim.SGD(first.parameters(), lr=0.1, momentum=0.9)
        groups = torch.optim.Adam([{"params": [second.weight], "lr": 0.5}, {"params": [second.bias], "lr": 0.01}])
        return {
            "first": first,
            "second": second,
            "both": {"first": rates, "second": groups},
            "rates": [torch.optim.lr_scheduler.StepLR(each, 1, 0.5) for each in (rates, groups)],
        }

    def move(made: Made) -> None:
        step(made["first"], made["both"]["first"])
        step(made["second"], made["both"]["second"])
        for each in made["rates"]:
            each.step()

    one, two = twin(make, move, tmp_path)
    move(one)
    move(two)
    for name in ("first", "second"):
        assert states({"x": one[name]}) == states({"x": two[name]})
        assert states({"x": one["both"][name]}) == states({"x": two["both"][name]})
    assert [group["lr"] for group in two["both"]["second"].param_groups] == [0.125, 0.0025]


def test_groups_that_were_given_the_other_way_round_are_refused(tmp_path: Path) -> None:
    model = linear()
    pairs = [{"params": [model.weight]}, {"params": [model.bias]}]
    one = torch.optim.Adam(pairs)
    step(model, one)
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(epoch=1, optimizer=one)
    other = torch.optim.Adam(pairs[::-1])
    with pytest.raises(CannotRestore, match=r"exp_avg of parameter 0 is \[2, 3\], the parameter \[2\]"):
        checkpoints.load(optimizer=other)
    assert other.state_dict()["state"] == {}


@pytest.mark.parametrize("enabled", [True, False])
def test_a_scaler_keeps_its_scale(tmp_path: Path, enabled: bool) -> None:
    def move(made: Made) -> None:
        scaler = made["scaler"]
        if enabled:
            scaler.load_state_dict({**scaler.state_dict(), "scale": 1024.0, "_growth_tracker": 7})

    one, two = twin(lambda: {"scaler": torch.amp.GradScaler("cpu", enabled=enabled)}, move, tmp_path)
    assert two["scaler"].state_dict() == one["scaler"].state_dict()
    assert two["scaler"].get_scale() == (1024.0 if enabled else 1.0)


@pytest.mark.parametrize(
    "average",
    [
        lambda m: torch.optim.swa_utils.AveragedModel(m),
        lambda m: torch.optim.swa_utils.AveragedModel(m, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9)),
        lambda m: torch.optim.swa_utils.AveragedModel(torch.nn.DataParallel(m), use_buffers=True),
        lambda m: copy.deepcopy(m),
    ],
    ids=["mean", "moving", "of a wrapped model", "a copy"],
)
def test_an_average_of_the_weights_comes_back(tmp_path: Path, average: Callable[[Any], Any]) -> None:
    def make() -> Made:
        model = linear()
        return {"model": model, "average": average(model)}

    def move(made: Made) -> None:
        with torch.no_grad():
            made["model"].weight += 1
        update = getattr(made["average"], "update_parameters", None)
        if update is not None:
            update(made["model"])
            update(made["model"])

    one, two = twin(make, move, tmp_path)
    assert states(one) == states(two)
    assert not any("module.module" in key for key in torch.load(tmp_path / "last.pt", weights_only=True)["average"])


class Tied(torch.nn.Module):
    """Input and output layer share their weights, as in language models; a part is there under two names."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = torch.nn.Embedding(5, 3)
        self.head = torch.nn.Linear(3, 5, bias=False)
        self.head.weight = self.embed.weight
        self.again = self.head


def test_tied_weights_stay_tied_and_are_kept_once(tmp_path: Path) -> None:
    model, other = Tied(), Tied()
    checkpoints = Checkpoints(tmp_path)
    path = checkpoints.save(epoch=1, model=model)
    assert path is not None
    assert checkpoints.load(model=other) is not None
    assert other.head.weight is other.embed.weight
    assert torch.equal(other.embed.weight, model.embed.weight)
    found = torch.load(path, weights_only=True)["model"]
    assert len({each.data_ptr() for each in found.values()}) == 1
    assert len(found) == 3


class Odd(torch.nn.Module):
    """Parameters and buffers of every type and form, one of them in no checkpoint, and a state of its own."""

    def __init__(self) -> None:
        super().__init__()
        for kind in (torch.bfloat16, torch.float16, torch.float64, torch.complex64):
            self.register_parameter(f"of_{str(kind)[6:]}", torch.nn.Parameter(torch.zeros(2, 3).to(kind)))
        self.register_buffer("empty", torch.zeros(0, 4))
        self.register_buffer("number", torch.tensor(0))
        self.register_buffer("flags", torch.zeros(3, dtype=torch.bool))
        self.register_buffer("strided", torch.zeros(4, 6)[::2, ::3])
        self.register_buffer("turned", torch.zeros(2, 3).t())
        self.register_buffer("spread", torch.zeros(1, 3).expand(1, 3))
        self.register_buffer("lost", torch.zeros(2), persistent=False)
        self.seen = 0

    def get_extra_state(self) -> dict[str, int]:
        return {"seen": self.seen}

    def set_extra_state(self, state: dict[str, int]) -> None:
        self.seen = state["seen"]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_tensors_of_every_type_and_form_come_back(tmp_path: Path, asynchronous: bool) -> None:
    def move(made: Made) -> None:
        model = made["model"]
        generator = torch.Generator().manual_seed(3)
        for each in (*model.parameters(), *model.buffers()):
            drawn = torch.randn(each.shape, generator=generator)
            each.data.copy_(drawn > 0 if each.dtype == torch.bool else drawn * 100)
        model.seen = 12

    one, two = twin(lambda: {"model": Odd()}, move, tmp_path, asynchronous=asynchronous)
    assert states(one) == states(two)
    assert two["model"].seen == 12
    assert two["model"].strided.stride() == (6 * 2, 3) or two["model"].strided.is_contiguous()
    assert two["model"].lost.tolist() == [0, 0]


@pytest.mark.parametrize("value", [0.0, -0.0, float("nan"), float("inf"), -float("inf"), 5e-324, 1e308])
def test_no_bit_of_a_number_is_lost(tmp_path: Path, value: float) -> None:
    checkpoints = Checkpoints(tmp_path)
    weights = torch.full((3,), value, dtype=torch.float64)
    payload = torch.tensor([0x7FF8000000000123, -1], dtype=torch.int64).view(torch.float64)
    checkpoints.save(epoch=1, w=weights, n=value, p=payload, a=np.float64(value))
    target, bits = torch.ones(3, dtype=torch.float64), torch.ones(2, dtype=torch.float64)
    restored = checkpoints.load(w=target, p=bits)
    assert restored is not None
    assert target.view(torch.int64).tolist() == weights.view(torch.int64).tolist()
    assert bits.view(torch.int64).tolist() == payload.view(torch.int64).tolist()
    assert repr(restored.values["n"]) == repr(value)
    assert repr(restored.values["a"]) == repr(np.float64(value))


class Cursor:
    """A loader of the user's own, which says where it is."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {"at": 0}

    def state_dict(self) -> dict[str, Any]:
        return self.state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.state = state


def test_what_a_part_was_given_is_its_own(tmp_path: Path) -> None:
    """It may keep what it was given, as many do, and change it: nobody else sees that."""
    checkpoints = Checkpoints(tmp_path)
    cursor = Cursor()
    cursor.state = {"at": 3, "order": [2, 0, 1], "weights": torch.ones(2)}
    checkpoints.save(epoch=1, cursor=cursor, order=[1, 2])
    one, two, order = Cursor(), Cursor(), [0]
    for each in (one, two):
        checkpoints.load(cursor=each)
    one.state["order"].append(9)
    one.state["weights"].zero_()
    assert two.state["order"] == [2, 0, 1]
    assert two.state["weights"].tolist() == [1, 1]
    restored = checkpoints.load(order=order)
    assert restored is not None
    order.append(7)
    assert restored.values["order"] == [1, 2]


def test_the_copy_of_an_asynchronous_save_is_whole(tmp_path: Path) -> None:
    """Lists and dicts of the state, too: not only tensors may change while the thread writes."""
    cursor, seen, table = Cursor(), [1], {"a": np.zeros(2)}
    cursor.state = {"deep": {"list": [1]}, "array": np.ones(2)}
    with Checkpoints(tmp_path, asynchronous=True) as checkpoints:
        for epoch in range(3):
            checkpoints.save(epoch=epoch, cursor=cursor, seen=seen, table=table)
            cursor.state["deep"]["list"].append(2)
            cursor.state["array"] += 1
            seen.append(epoch)
            table["a"] += 1
        checkpoints.wait()
        other = Cursor()
        restored = checkpoints.load(cursor=other)
    assert restored is not None
    assert other.state["deep"]["list"] == [1, 2, 2]
    assert other.state["array"].tolist() == [3, 3]
    assert restored.values["seen"] == [1, 0, 1]
    assert restored.values["table"]["a"].tolist() == [2, 2]


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 7, -(2**70), 1.5, 1j, "text", b"bytes", (1, (2,)), frozenset({1})),
        *(np.float32(2), np.int64(-3), np.datetime64("2020-01-01"), torch.float16, torch.Size([2])),
        *(collections.Counter("aab"), collections.deque([1, 2], 5), [[]], {}, {"a": {1: None}}),
    ],
    ids=repr,
)
def test_a_plain_value_is_handed_back(tmp_path: Path, value: Any) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(epoch=1, value=value)
    restored = checkpoints.load()
    assert restored is not None
    found = restored.values["value"]
    assert (type(found), found) == (type(value), value)
    assert restored.unused == ()
    if isinstance(value, collections.deque):
        assert found.maxlen == value.maxlen


@pytest.mark.filterwarnings("ignore:.*script_method")
def test_a_model_in_ddp_has_the_names_of_the_model(tmp_path: Path) -> None:
    distributed = torch.distributed
    distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    try:
        model = linear()
        wrapped = torch.nn.parallel.DistributedDataParallel(torch.compile(model))  # type: ignore[arg-type]
        checkpoints = Checkpoints(tmp_path)
        checkpoints.save(epoch=1, model=wrapped)
        with torch.no_grad():
            model.weight.zero_()
        assert checkpoints.load(model=wrapped) is not None
        assert torch.equal(model.weight, linear().weight)
    finally:
        distributed.destroy_process_group()
    other = linear()
    with torch.no_grad():
        other.weight.zero_()
    assert checkpoints.load(model=other) is not None
    assert torch.equal(other.weight, model.weight)
    assert list(torch.load(tmp_path / "last.pt", weights_only=True)["model"]) == ["weight", "bias"]


@pytest.mark.filterwarnings("ignore:Complex modules are")
@pytest.mark.parametrize(
    ("other", "says"),
    [
        (lambda: torch.nn.Linear(3, 4), r"bias \[2\] in the checkpoint, \[4\] here"),
        (lambda: torch.nn.Linear(3, 2, bias=False), "not in this model: bias"),
        (lambda: torch.nn.Bilinear(3, 3, 2), r"weight \[2, 3\] in the checkpoint, \[2, 3, 3\] here"),
        (lambda: torch.nn.Sequential(torch.nn.Linear(3, 2)), r"missing in the checkpoint: 0\.bias, 0\.weight"),
        (lambda: linear(dtype=torch.float64), r"weight torch\.float32 in the checkpoint, torch\.float64 here"),
        (lambda: torch.nn.Linear(3, 2).to(torch.complex64), "convert it afterwards"),
        (
            lambda: torch.optim.SGD([torch.zeros(1, requires_grad=True)]),
            r"linear\.Linear, this one a torch\.optim\.sgd\.SGD",
        ),
        (lambda: [linear()], r"model holds \['weight', 'bias'\]"),
        (lambda: [1, 2], "the one given a list"),
        (lambda: torch.zeros(2), "the one given a Tensor of torch.float32"),
    ],
)
def test_another_thing_is_refused_with_what_differs(tmp_path: Path, other: Any, says: str) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(epoch=1, model=linear(), count=1)
    count, thing = [0], other()
    before = states({"x": thing}) if hasattr(thing, "state_dict") else None
    with pytest.raises(CannotRestore, match=says) as caught:
        checkpoints.load(model=thing)
    assert "Nothing was restored" in str(caught.value)
    assert before is None or states({"x": thing}) == before
    assert count == [0]


def test_a_part_that_cannot_be_asked_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    class Broken(Cursor):
        def state_dict(self) -> dict[str, Any]:
            raise KeyError("no such thing")

    class Opaque(Cursor):
        def state_dict(self) -> dict[str, Any]:
            return {"handle": object()}

    checkpoints = Checkpoints(tmp_path)
    drawn = random.getstate()
    with pytest.raises(KeyError, match="no such thing"):
        checkpoints.save(epoch=1, loader=Broken())
    with pytest.raises(CannotSave, match=r"loader\.handle is a builtins\.object"):
        checkpoints.save(epoch=1, loader=Opaque())
    assert checkpoints.list() == []
    assert random.getstate() == drawn
    assert checkpoints.load() is None
    with pytest.raises(DamagedCheckpoint, match="cannot be read"):
        checkpoints.load(tmp_path / "epoch_001.pt")

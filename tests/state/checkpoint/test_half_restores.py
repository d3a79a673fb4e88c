"""A load that fails at any place leaves everything as it was: whichever part fails, in whichever order they come."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.errors import CannotRestore, DamagedCheckpoint
from samerun.state import Checkpoints
from samerun.state.checkpoint.naming import parse_name


class Place:
    """A part that can be told to refuse what it is given, after it has taken half of it."""

    def __init__(self, number: int = 0, failure: BaseException | None = None) -> None:
        self.state = {"a": number, "b": number}
        self.failure = failure

    def state_dict(self) -> dict[str, int]:
        return dict(self.state)

    def load_state_dict(self, state: dict[str, int]) -> None:
        failure, self.failure = self.failure, None  # it takes back what it had
        self.state["a"] = state["a"]
        random.random()
        if failure is not None:
            raise failure
        self.state["b"] = state["b"]


class Picky(torch.nn.Linear):
    """A model with code of its own in loading, which may fail after torch's has run."""

    refuses = False

    def load_state_dict(self, *arguments: Any, **options: Any) -> Any:
        found = super().load_state_dict(*arguments, **options)
        refuses, self.refuses = self.refuses, False
        if refuses:
            raise RuntimeError("not these weights")
        return found


def training(number: int) -> dict[str, Any]:
    """Return parts of every kind whose state is made of one number."""
    models = [torch.nn.Linear(2, 1), Picky(2, 1)]
    for model in models:
        torch.nn.init.constant_(model.weight, number)
        torch.nn.init.constant_(model.bias, -number)
    optimizer = torch.optim.SGD(models[0].parameters(), lr=number + 0.5, momentum=0.9)
    models[0](torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return {
        "model": models[0],
        "picky": models[1],
        "optimizer": optimizer,
        "scheduler": torch.optim.lr_scheduler.StepLR(optimizer, number + 1),
        "place": Place(number),
        "several": {"one": Place(number), "two": Place(-number)},
        "values": [number],
        "table": {"n": number},
        "kinds": {number},
        "weights": torch.full((2,), float(number)),
        "array": np.full(2, number),
    }


def picture(parts: dict[str, Any]) -> str:
    """Return the state of everything, the generators too, as text."""
    states = {
        name: [each.state_dict() for each in (thing.values() if name == "several" else [thing])]
        if name == "several" or hasattr(thing, "state_dict")
        else thing
        for name, thing in parts.items()
    }
    drawn = (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist())  # type: ignore[index,union-attr]
    return f"{states} {hash(str(drawn))}"


NAMES = list(training(1))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Checkpoints:
    checkpoints = Checkpoints(tmp_path_factory.mktemp("c"))
    torch.manual_seed(1)
    checkpoints.save(epoch=1, **training(1))
    return checkpoints


def refusing(parts: dict[str, Any], name: str) -> None:
    """Let a part fail in the middle of being set."""
    if name == "picky":
        parts[name].refuses = True
    elif name == "several":
        parts[name]["two"].failure = ValueError("not this")
    else:
        parts[name].failure = ValueError("not this")


@pytest.mark.parametrize("turn", range(len(NAMES)))
@pytest.mark.parametrize("name", ["place", "several", "picky"])
def test_whichever_part_fails_all_are_as_before(saved: Checkpoints, name: str, turn: int) -> None:
    parts = training(5)
    refusing(parts, name)
    order = NAMES[turn:] + NAMES[:turn]
    before = picture(parts)
    with pytest.raises(CannotRestore, match=f"The {name} did not take its state") as caught:
        saved.load(**{each: parts[each] for each in order})
    assert picture(parts) == before
    assert "Nothing was restored" in str(caught.value)
    other = training(9)  # and the next one goes well
    assert saved.load(**parts) is not None
    after = picture(parts)
    assert saved.load(**other) is not None
    assert picture(other) == after


@pytest.mark.parametrize(
    "failure",
    [
        KeyError("x"),
        OSError(5, "input"),
        ZeroDivisionError(),
        ImportError("x"),
        AssertionError(),
        NotImplementedError(),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_what_a_part_raises_is_told_by_its_kind(saved: Checkpoints, failure: Exception) -> None:
    parts = training(5)
    parts["place"].failure = failure
    with pytest.raises(CannotRestore, match=f"did not take its state from the checkpoint: {type(failure).__name__}"):
        saved.load(**parts)


@pytest.mark.parametrize("failure", [KeyboardInterrupt, SystemExit, MemoryError])
def test_an_interrupt_goes_through_and_gives_everything_back(saved: Checkpoints, failure: type[BaseException]) -> None:
    parts = training(5)
    parts["place"].failure = failure()
    before = picture(parts)
    with pytest.raises(failure) as caught:
        saved.load(**parts)
    assert picture(parts) == before
    assert "every part has its state from before" in caught.value.__notes__[0]


MISFITS: dict[str, Any] = {
    "model": torch.nn.Linear(2, 2),
    "picky": torch.nn.Linear(1, 1),
    "optimizer": torch.optim.Adam([torch.zeros(1, requires_grad=True)]),
    "scheduler": torch.optim.lr_scheduler.ConstantLR(torch.optim.SGD([torch.zeros(1)])),
    "several": [Place()],
    "values": {"n": 5},
    "table": [5],
    "kinds": [5],
    "weights": torch.zeros(3),
    "array": np.zeros(2, "f4"),
}


@pytest.mark.filterwarnings("ignore:Detected call of")
@pytest.mark.parametrize("name", MISFITS)
def test_what_does_not_fit_is_found_before_anything_is_set(saved: Checkpoints, name: str) -> None:
    parts = {**training(5), name: MISFITS[name]}
    before = picture({key: value for key, value in parts.items() if key != name})
    with pytest.raises(CannotRestore):
        saved.load(**parts)
    assert picture({key: value for key, value in parts.items() if key != name}) == before


@settings(deadline=None, max_examples=25)
@given(st.sets(st.sampled_from(NAMES)), st.booleans())
def test_any_selection_is_restored_and_the_rest_is_named(saved: Checkpoints, names: set[str], generators: bool) -> None:
    parts = training(5)
    untouched = {name: thing for name, thing in parts.items() if name not in names}
    drawn = random.getstate()
    before = picture(untouched).rpartition(" ")[0]
    restored = saved.load(**{name: parts[name] for name in names}, generators=generators)
    assert restored is not None
    assert set(restored.restored) == names | ({"generators"} if generators else set())
    assert set(restored.unused) == {"model", "picky", "optimizer", "scheduler", "place", "several"} - names
    assert set(restored.values) == {"values", "table", "kinds", "weights", "array"}
    assert generators or random.getstate() == drawn
    assert picture(untouched).rpartition(" ")[0] == before


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_a_damaged_file_never_changes_a_part(saved: Checkpoints, data: st.DataObject) -> None:
    whole = (saved.folder / "epoch_001.pt").read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    if data.draw(st.booleans()):
        del changed[place:]
    path = saved.folder / "damaged.pt"
    path.write_bytes(changed)
    parts = training(5)
    before = picture(parts)
    with pytest.raises(DamagedCheckpoint) as caught:
        saved.load(path, **parts)
    assert picture(parts) == before
    assert "load('epoch_001', ...)" in str(caught.value)


# ---------------------------------------------------------------------- what stays in the folder


def alive(folder: Path) -> dict[str, float]:
    """Return what each name of a folder holds."""
    found = {}
    for path in folder.glob("*.pt"):
        restored = Checkpoints(folder).load(path, generators=False)
        assert restored is not None
        found[path.stem] = restored.values["x"]
    return found


LOSSES = st.lists(
    st.none() | st.sampled_from([0.0, -0.0, 1.0, 2.0, float("nan"), float("inf"), -float("inf")]),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, max_examples=40)
@given(LOSSES, st.none() | st.integers(1, 4), st.sampled_from(["min", "max"]), st.booleans())
def test_the_newest_and_the_best_of_any_course_stay(
    tmp_path_factory: pytest.TempPathFactory, losses: list[float | None], keep: int | None, mode: str, again: bool
) -> None:
    """Held against a plain account of what ought to be there; with a new object for each save, or one for all."""
    folder = tmp_path_factory.mktemp("course")
    checkpoints = Checkpoints(folder, keep_last=keep, keep_best="loss", mode=mode)
    best: tuple[float, int] | None = None
    for epoch, loss in enumerate(losses):
        if again:
            checkpoints = Checkpoints(folder, keep_last=keep, keep_best="loss", mode=mode)
        checkpoints.save(epoch=epoch, x=epoch, metrics={} if loss is None else {"loss": loss})
        sign = 1 if mode == "min" else -1
        if loss is not None and loss == loss and (best is None or sign * loss < best[0]):
            best = (sign * loss, epoch)
    epochs = range(len(losses))[-(keep or len(losses)) :]
    expected = {f"epoch_{epoch:03d}": epoch for epoch in epochs} | {"last": len(losses) - 1}
    assert alive(folder) == expected | ({} if best is None else {"best": best[1]})
    assert [listed.epoch for listed in checkpoints.list()] == list(epochs)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 1200), min_size=1, max_size=7), st.integers(1, 3))
def test_numbers_in_any_order_are_kept_by_number_but_for_the_newest(
    tmp_path_factory: pytest.TempPathFactory, epochs: list[int], keep: int
) -> None:
    """A training that went back to an earlier epoch: what was just written is never what goes."""
    folder = tmp_path_factory.mktemp("back")
    checkpoints = Checkpoints(folder, keep_last=keep)
    there: set[int] = set()
    for count, epoch in enumerate(epochs):
        checkpoints.save(epoch=epoch, x=count)
        others = sorted(there - {epoch})
        there = {epoch, *others[max(len(others) - (keep - 1), 0) :]}
        assert {listed.epoch for listed in checkpoints.list()} == there
    assert [listed.epoch for listed in checkpoints.list()] == sorted(there)
    assert alive(folder)["last"] == len(epochs) - 1


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 7), st.lists(st.integers(0, 3), min_size=1, max_size=25), st.integers(0, 24))
def test_saves_are_as_far_apart_as_was_asked(
    tmp_path_factory: pytest.TempPathFactory, every: int, steps: list[int], stop: int
) -> None:
    """Whatever the steps between two calls; and a training that stopped and went on saves at the same steps."""

    def course(part: list[int], checkpoints: Checkpoints) -> list[int]:
        return [step for step in part if checkpoints.save(step=step, x=step) is not None]

    walk = [sum(steps[: count + 1]) for count in range(len(steps))]
    folder = tmp_path_factory.mktemp("every")
    whole = course(walk, Checkpoints(folder / "a", every=every, keep_last=None))
    if every == 1:
        assert whole == walk
        return
    buckets = [step // every for step in whole]
    assert buckets == sorted(set(buckets))
    first = walk[:stop]
    halves = course(first, Checkpoints(folder / "b", every=every)) + course(
        walk[stop:], Checkpoints(folder, every=every)
    )
    exact = {step for step in walk if step % every == 0}
    assert exact & set(whole) <= set(halves)


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(st.text(max_size=8), st.floats() | st.integers() | st.text(max_size=8) | st.none(), max_size=4))
def test_metrics_of_any_name_are_listed_as_they_were_given(
    tmp_path_factory: pytest.TempPathFactory, metrics: dict[str, Any]
) -> None:
    checkpoints = Checkpoints(tmp_path_factory.mktemp("metrics"))
    checkpoints.save(epoch=1, metrics=metrics)
    restored = checkpoints.load()
    assert restored is not None
    (listed,) = checkpoints.list()
    assert repr(listed.metrics) == repr(restored.metrics) == repr(metrics)
    assert listed.problem == ""


@pytest.mark.parametrize("name", ["epoch_003.pt", "last.pt", "best.pt"])
@pytest.mark.parametrize("how", ["cut", "empty", "flipped", "gone", "a folder"])
def test_a_damaged_checkpoint_is_listed_and_the_others_load(tmp_path: Path, name: str, how: str) -> None:
    checkpoints = Checkpoints(tmp_path, keep_best="loss")
    for epoch in (1, 2, 3):
        checkpoints.save(epoch=epoch, x=epoch, metrics={"loss": -epoch})
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).unlink()
    if how == "a folder":
        (tmp_path / name).mkdir()
    elif how != "gone":
        contents = {"cut": data[:-100], "empty": b"", "flipped": data[:-70] + b"?" + data[-69:]}
        (tmp_path / name).write_bytes(contents[how])
    if how != "gone":
        with pytest.raises(DamagedCheckpoint, match="epoch_00"):
            checkpoints.load(tmp_path / name)
    listed = {each.path.name: bool(each.problem) for each in checkpoints.list()}
    damaged = name == "epoch_003.pt"
    assert listed == {"epoch_001.pt": False, "epoch_002.pt": False} | (
        {"epoch_003.pt": True} if damaged and how != "gone" else {} if damaged else {"epoch_003.pt": False}
    )
    restored = checkpoints.load(2)
    assert restored is not None
    assert restored.values == {"x": 2}


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet="epochst_0123456789-abf.ptlx", max_size=26))
def test_a_text_is_a_name_only_if_it_is_what_that_name_would_be_called(text: str) -> None:
    name = parse_name(text)
    if name is not None:
        bare = text.removesuffix(".pt")
        assert str(name) in (bare, bare[:-9])
        assert parse_name(str(name)) == name

from __future__ import annotations

import os
import random
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from samerun.errors import BadOption, CannotRestore, CannotSave, DamagedCheckpoint
from samerun.state import Checkpoints

SOURCE = Path(__file__).parents[2] / "src"


def build() -> dict[str, Any]:
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Linear(4, 8), torch.nn.BatchNorm1d(8), torch.nn.Dropout(), torch.nn.Linear(8, 1)
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    return {
        "model": model,
        "optimizer": optimizer,
        "scheduler": torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=100),
        "ema": torch.optim.swa_utils.AveragedModel(model),
        "scaler": torch.amp.GradScaler("cpu"),
        "losses": [],
    }


def train(parts: dict[str, Any], steps: int) -> None:
    for _ in range(steps):
        inputs = torch.randn(16, 4) + random.random() + np.random.rand()
        parts["optimizer"].zero_grad()
        loss = parts["model"](inputs).pow(2).mean()
        parts["scaler"].scale(loss).backward()
        parts["scaler"].step(parts["optimizer"])
        parts["scaler"].update()
        parts["scheduler"].step()
        parts["ema"].update_parameters(parts["model"])
        parts["losses"].append(loss.item())


def names(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder) if name != ".lock")


def weight(checkpoints: Checkpoints, which: Any = "last") -> float:
    target = torch.zeros(1)
    assert checkpoints.load(which, w=target, generators=False) is not None
    return target.item()


def fill(checkpoints: Checkpoints, epochs: Any, **options: Any) -> None:
    for epoch in epochs:
        checkpoints.save(epoch=epoch, w=torch.tensor([float(epoch)]), **options)


def test_a_resumed_training_ends_bit_for_bit_alike(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    one = build()
    assert checkpoints.load(**one) is None
    train(one, 3)
    assert checkpoints.save(epoch=1, step=3, **one) == tmp_path / "epoch_001.pt"
    train(one, 4)
    two = build()
    random.seed(99)
    restored = checkpoints.load(**two)
    assert restored is not None
    assert restored.restored == (*two, "generators")
    assert (restored.epoch, restored.step, restored.not_restored) == (1, 3, {})
    train(two, 4)
    assert one["losses"] == two["losses"]
    for name in ("model", "ema"):
        for a, b in zip(one[name].state_dict().values(), two[name].state_dict().values(), strict=True):
            assert torch.equal(a, b)


def test_saving_draws_nothing(tmp_path: Path) -> None:
    class Drawing:
        def state_dict(self) -> dict[str, float]:
            return {"x": torch.rand(1).item() + random.random()}

        def load_state_dict(self, state: dict[str, float]) -> None:
            pass

    torch.manual_seed(1)
    random.seed(1)
    before = torch.get_rng_state(), random.getstate()
    Checkpoints(tmp_path).save(epoch=1, loader=Drawing())
    assert torch.equal(torch.get_rng_state(), before[0])
    assert random.getstate() == before[1]


def test_the_newest_stay_in_numeric_order_and_the_best_besides(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, keep_last=2, keep_best="loss", mode="min")
    losses = {998: 3.0, 999: 1.0, 1000: float("nan"), 1001: 1.0}
    for epoch, loss in losses.items():
        fill(checkpoints, [epoch], metrics={"loss": torch.tensor(loss)})
    assert names(tmp_path) == ["best.pt", "epoch_1000.pt", "epoch_1001.pt", "last.pt"]
    assert weight(checkpoints, "best") == weight(checkpoints, 999) == weight(checkpoints, "epoch_999") == 999
    assert weight(checkpoints) == weight(checkpoints, 1001) == weight(checkpoints, tmp_path / "epoch_1001.pt") == 1001
    assert [listed.epoch for listed in checkpoints.list()] == [1000, 1001]
    fill(checkpoints, [5])  # trained again from an earlier one: what was just written stays
    assert weight(checkpoints) == weight(checkpoints, 5) == 5


def test_a_best_is_known_after_a_restart_and_max_turns_it_round(tmp_path: Path) -> None:
    for epoch, score in enumerate([0.1, 0.7, 0.3]):
        fill(Checkpoints(tmp_path, keep_best="acc", mode="max"), [epoch], metrics={"acc": np.float32(score)})
    assert weight(Checkpoints(tmp_path), "best") == 1


def test_a_missing_metric_is_said_once_it_is_missing(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, keep_best="val/loss")
    with pytest.warns(UserWarning, match="Did you mean 'val_loss'"):
        fill(checkpoints, [1], metrics={"val_loss": 1})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fill(checkpoints, [2])  # no metrics at all: a save in the middle
    with pytest.raises(BadOption, match="no best"):
        checkpoints.load("best")


def test_saves_within_an_epoch_have_names_of_their_own(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, keep_last=None, every=40)
    done = [step for step in range(1, 130) if checkpoints.save(epoch=step // 100, step=step, x=1)]
    assert done == [40, 80, 120]
    checkpoints.save(epoch=1, step=129, mid_epoch=False, force=True, x=1)
    expected = ["epoch_000_step_000040", "epoch_000_step_000080", "epoch_001_step_000120", "epoch_001"]
    assert [listed.name for listed in checkpoints.list()] == expected
    other = Checkpoints(tmp_path / "steps")
    assert other.save(step=np.int64(7), x=1) == tmp_path / "steps" / "step_000007.pt"


def test_a_resumed_training_saves_at_the_same_steps(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, keep_last=None, every=10)
    assert [step for step in range(33, 55) if checkpoints.save(step=step)] == [40, 50]
    assert Checkpoints(tmp_path, every=10).save(step=60) is not None


def test_the_configuration_is_in_the_name_and_compared(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(epoch=5, config={"lr": 0.1, "model": {"depth": 3}}, x=1)
    restored = checkpoints.load(config={"lr": 0.2, "model": {"depth": 3}})
    assert restored is not None
    assert restored.name.startswith("epoch_005-")
    assert restored.config == {"lr": 0.1, "model": {"depth": 3}}
    assert restored.config_differences == ("lr: 0.1 -> 0.2",)
    assert "lr: 0.1 -> 0.2" in str(restored)
    assert checkpoints.load(restored.name) is not None


def test_what_was_not_restored_is_said(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    parts = build()
    checkpoints.save(epoch=1, model=parts["model"], scheduler=parts["scheduler"], seen=7, generators=False)
    restored = checkpoints.load(model=build()["model"], scaler=parts["scaler"])
    assert restored is not None
    assert restored.not_restored == {
        "scaler": "the checkpoint has no scaler",
        "generators": "the checkpoint was saved without them",
    }
    assert restored.unused == ("scheduler",)
    assert restored.values == {"seen": 7}
    assert "Also in it, not asked for: scheduler." in str(restored)
    with pytest.raises(CannotRestore, match="has no net; it holds model, scheduler, seen"):
        checkpoints.load(net=parts["model"])


class Stubborn:
    def __init__(self) -> None:
        self.value = 1

    def state_dict(self) -> dict[str, int]:
        return {"value": self.value}

    def load_state_dict(self, state: dict[str, int]) -> None:
        self.value = state["value"]
        if state["value"] == 2:
            raise RuntimeError("I will not")


def test_a_failure_midway_gives_everything_back(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    parts = build()
    train(parts, 2)
    stubborn = Stubborn()
    stubborn.value = 2
    checkpoints.save(epoch=1, **parts, stubborn=stubborn, extra=[parts["model"]])
    other = build()
    train(other, 1)
    stubborn.value = 1
    before = [t.clone() for t in other["model"].state_dict().values()], other["optimizer"].state_dict()
    drawn, losses = torch.get_rng_state(), list(other["losses"])
    with pytest.raises(CannotRestore, match="stubborn did not take its state") as caught:
        checkpoints.load(**other, stubborn=stubborn)
    assert "every part has its state from before" in caught.value.__notes__[0]
    for a, b in zip(other["model"].state_dict().values(), before[0], strict=True):
        assert torch.equal(a, b)
    assert other["optimizer"].state_dict()["state"][0]["step"] == before[1]["state"][0]["step"] == 1
    assert (stubborn.value, other["losses"]) == (1, losses)
    assert torch.equal(torch.get_rng_state(), drawn)


def test_a_damaged_last_names_the_newest_whole_one(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    fill(checkpoints, [1, 2, 3])
    for name in ("last.pt", "epoch_003.pt"):
        data = bytearray((tmp_path / name).read_bytes())
        data[300] ^= 1
        (tmp_path / name).unlink()
        (tmp_path / name).write_bytes(data)
    with pytest.raises(DamagedCheckpoint, match=r"load it with load\('epoch_002', \.\.\.\)"):
        checkpoints.load()
    assert weight(checkpoints, "epoch_002") == 2
    fill(checkpoints, [4])  # and training goes on
    assert weight(checkpoints) == 4


def test_without_a_last_the_newest_is_the_last(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    fill(checkpoints, [1, 2])
    (tmp_path / "last.pt").unlink()
    assert weight(checkpoints) == 2


@pytest.mark.parametrize("name", ["last.pt", "epoch_001.pt", "best.pt"])
def test_what_samerun_did_not_write_is_left(tmp_path: Path, name: str) -> None:
    torch.save({"thesis": 1}, tmp_path / name)
    checkpoints = Checkpoints(tmp_path, keep_last=1)
    with pytest.raises(BadOption, match="was not written by samerun"):
        fill(checkpoints, [1])
    assert names(tmp_path) == [name]
    assert torch.load(tmp_path / name, weights_only=True) == {"thesis": 1}


def test_foreign_and_numbered_files_are_never_pruned(tmp_path: Path) -> None:
    torch.save({}, tmp_path / "epoch_000.pt")
    (tmp_path / ".notes.tmp").write_text("mine")
    (tmp_path / ".epoch_007.pt.0123456789abcdef.tmp").write_text("a leftover")
    fill(Checkpoints(tmp_path, keep_last=1), [1, 2, 3])
    assert names(tmp_path) == [".notes.tmp", "epoch_000.pt", "epoch_003.pt", "last.pt"]


def test_a_folder_with_foreign_checkpoints_alone_says_what_to_do(tmp_path: Path) -> None:
    torch.save({}, tmp_path / "epoch_007.pt")
    checkpoints = Checkpoints(tmp_path)
    assert checkpoints.list() == []
    with pytest.raises(DamagedCheckpoint, match=r"holds epoch_007\.pt and no checkpoint .* to begin anew"):
        checkpoints.load(w=torch.zeros(1))
    fill(checkpoints, [1])
    assert [listed.epoch for listed in checkpoints.list()] == [1]
    (tmp_path / "last.pt").unlink()
    assert weight(checkpoints) == 1  # not the foreign one, whose number is higher


def test_a_damaged_one_with_no_other_says_how_to_begin_anew(tmp_path: Path) -> None:
    (tmp_path / "last.pt").touch()
    with pytest.raises(DamagedCheckpoint, match=r"last\.pt is empty.*To begin anew"):
        Checkpoints(tmp_path).load(w=torch.zeros(1))


def test_a_folder_that_vanished_or_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "c")
    fill(checkpoints, [1])
    os.rename(tmp_path / "c", tmp_path / "d")
    with pytest.raises(CannotSave, match="its folder is gone"):
        fill(checkpoints, [2])
    (tmp_path / "file").write_text("x")
    with pytest.raises(CannotSave, match="Not a directory"):
        fill(Checkpoints(tmp_path / "file"), [1])
    assert weight(Checkpoints(tmp_path / "d")) == 1


def test_a_read_only_folder_is_one_sentence(tmp_path: Path) -> None:
    fill(Checkpoints(tmp_path / "c"), [1])
    if os.geteuid() == 0:
        pytest.skip("the superuser may write anywhere")
    (tmp_path / "c").chmod(0o500)
    with pytest.raises(CannotSave, match="Permission denied"):
        fill(Checkpoints(tmp_path / "c"), [2])
    (tmp_path / "c").chmod(0o700)


@pytest.mark.parametrize(
    "make",
    [
        lambda f: Checkpoints(f, mode="best"),
        lambda f: Checkpoints(f, keep_last=0),
        lambda f: Checkpoints(f, every=0),
        lambda f: Checkpoints(f, every=1.5),
        lambda f: Checkpoints(f).save(x=1),
        lambda f: Checkpoints(f).save(epoch=-1),
        lambda f: Checkpoints(f).save(epoch=True),
        lambda f: Checkpoints(f).save(epoch="5"),
        lambda f: Checkpoints(f).save(epoch=1, mid_epoch=True),
        lambda f: Checkpoints(f).save(epoch=1, samerun=1),
        lambda f: Checkpoints(f).save(epoch=1, which=1),
        lambda f: Checkpoints(f).load(epoch=1),
        lambda f: Checkpoints(f).load(step=1),
        lambda f: Checkpoints(f).save(epoch=1, metrics={"a": [1, 2]}),
        lambda f: [fill(Checkpoints(f), [1]), Checkpoints(f).load(2)],
        lambda f: [fill(Checkpoints(f), [1]), Checkpoints(f).load("epoch_1")],
    ],
)
def test_what_means_nothing_is_one_sentence(tmp_path: Path, make: Callable[[Path], Any]) -> None:
    with pytest.raises(BadOption):
        make(tmp_path)


def test_what_cannot_be_kept_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    fill(checkpoints, [1])
    with pytest.raises(CannotSave, match=r"extra\.f is a builtins\.builtin_function"):
        checkpoints.save(epoch=2, extra={"f": print})
    assert names(tmp_path) == ["epoch_001.pt", "last.pt"]


def test_an_asynchronous_save_holds_what_was_there_at_the_call(tmp_path: Path) -> None:
    with Checkpoints(tmp_path, asynchronous=True, keep_best="loss") as checkpoints:
        parts = build()
        train(parts, 2)
        saved = [t.clone() for t in parts["model"].state_dict().values()]
        for epoch in (1, 2):
            checkpoints.save(epoch=epoch, metrics={"loss": epoch}, **parts)
        with torch.no_grad():
            for tensor in parts["model"].state_dict().values():
                tensor.zero_()
        parts["losses"].clear()
    other = build()
    restored = Checkpoints(tmp_path).load(**other)
    assert restored is not None
    assert restored.epoch == 2
    assert len(other["losses"]) == 2
    for a, b in zip(other["model"].state_dict().values(), saved, strict=True):
        assert torch.equal(a, b)


def test_an_error_of_the_writer_comes_with_the_next_call(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "c", asynchronous=True)
    (tmp_path / "c").write_text("in the way")
    assert checkpoints.save(epoch=1, x=1) is not None
    with pytest.raises(CannotSave):
        checkpoints.save(epoch=2, x=1)
    (tmp_path / "c").unlink()
    checkpoints.save(epoch=3, x=1)
    checkpoints.close()
    assert [listed.epoch for listed in checkpoints.list()] == [3]


@pytest.mark.parametrize("end", ["", "raise SystemExit(3)", "1 / 0"])
def test_a_program_that_ends_finishes_its_save(tmp_path: Path, end: str) -> None:
    program = (
        "import torch\nfrom samerun.state import Checkpoints\n"
        "c = Checkpoints('c', asynchronous=True)\n"
        f"c.save(epoch=1, w=torch.ones(5_000_000))\n{end}\n"
    )
    subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(SOURCE)}, check=False,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    target = torch.zeros(5_000_000)
    assert Checkpoints(tmp_path / "c").load(w=target) is not None
    assert target.sum() == 5_000_000


def test_every_scheduler_of_torchs_can_be_kept(tmp_path: Path) -> None:
    lr = torch.optim.lr_scheduler
    makers: list[Callable[[Any], Any]] = [
        lambda o: lr.LambdaLR(o, lambda e: 0.9**e),
        lambda o: lr.MultiplicativeLR(o, lambda e: 0.9),
        lambda o: lr.StepLR(o, 2),
        lambda o: lr.MultiStepLR(o, [1, 1, 4]),
        lambda o: lr.ConstantLR(o),
        lambda o: lr.LinearLR(o),
        lambda o: lr.ExponentialLR(o, 0.9),
        lambda o: lr.CosineAnnealingLR(o, 5),
        lambda o: lr.CosineAnnealingWarmRestarts(o, 5),
        lambda o: lr.PolynomialLR(o),
        lambda o: lr.CyclicLR(o, 0.1, 1.0),
        lambda o: lr.OneCycleLR(o, 0.1, total_steps=50),
        lambda o: lr.ReduceLROnPlateau(o),
        lambda o: lr.SequentialLR(o, [lr.ConstantLR(o), lr.ExponentialLR(o, 0.9)], [2]),
        lambda o: lr.ChainedScheduler([lr.ConstantLR(o), lr.ExponentialLR(o, 0.9)]),
        lambda o: torch.optim.swa_utils.SWALR(o, 0.05),
    ]
    for number, make in enumerate(makers):
        pairs = [torch.optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1, momentum=0.9) for _ in range(2)]
        one, two = (make(optimizer) for optimizer in pairs)
        for _ in range(3):
            pairs[0].step()
            one.step(*([1.0] if isinstance(one, lr.ReduceLROnPlateau) else []))
        checkpoints = Checkpoints(tmp_path / str(number))
        checkpoints.save(epoch=1, optimizer=pairs[0], scheduler=one)
        assert checkpoints.load(optimizer=pairs[1], scheduler=two) is not None
        assert two.state_dict() == one.state_dict()
        assert pairs[0].param_groups[0]["lr"] == pairs[1].param_groups[0]["lr"]


@pytest.mark.parametrize("wrap", ["compiled", "parallel"])
def test_wrapped_models_have_plain_names(tmp_path: Path, wrap: str) -> None:
    plain = build()["model"]
    wrapped = torch.compile(plain) if wrap == "compiled" else torch.nn.DataParallel(plain)
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(epoch=1, model=wrapped)
    saved = torch.load(tmp_path / "last.pt", weights_only=True)["model"]
    assert list(saved) == list(plain.state_dict())
    other = build()["model"]
    with torch.no_grad():
        other[0].weight.zero_()
    assert checkpoints.load(model=other) is not None
    assert torch.equal(other[0].weight, plain[0].weight)
    with torch.no_grad():
        plain[0].weight.zero_()
    assert checkpoints.load(model=wrapped) is not None
    assert torch.equal(plain[0].weight, other[0].weight)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_model_on_a_gpu_comes_back_there(tmp_path: Path, asynchronous: bool) -> None:
    model = build()["model"].cuda()
    weights = [t.clone() for t in model.state_dict().values()]
    with Checkpoints(tmp_path, asynchronous=asynchronous) as checkpoints:
        checkpoints.save(epoch=1, model=model)
        with torch.no_grad():
            model[0].weight.zero_()
        drawn = torch.rand(3, device="cuda")
    for each in torch.load(tmp_path / "last.pt", weights_only=True)["model"].values():
        assert each.device.type == "cpu"
    assert checkpoints.load(model=model) is not None
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), weights, strict=True))
    assert torch.equal(torch.rand(3, device="cuda"), drawn)

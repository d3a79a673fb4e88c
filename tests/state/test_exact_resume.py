"""Trainings that are killed, from outside and at any moment, end with the same bits as one that was left alone."""

from __future__ import annotations

import importlib.util
import os
import random
import signal
import subprocess
import sys
import time
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from samerun.state import check_resume
from samerun.state.digests import digest
from samerun.state.leaves import leaves

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "exact_resume" / "train.py"
FULL = os.environ.get("SAMERUN_TEST_SCALE") == "full"
KILLS = 25 if FULL else 2
WAYS = [(0, 1), (2, 1), (0, 5), (2, 7)] if FULL else [(0, 5), (2, 1)]  # workers, steps between checkpoints
LAST_STEP = 36


def command(folder: Path, *options: str) -> list[str]:
    return [sys.executable, "-W", "ignore", str(EXAMPLE), "--folder", str(folder), *options]


def final(folder: Path) -> dict[str, str]:
    """The digest of every tensor, counter and metric that the training ended with."""
    return {name: digest(leaf) for name, leaf in leaves(torch.load(folder / "final.pt", weights_only=True))}


@pytest.fixture(scope="module")
def left_alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("alone")
    subprocess.run(command(folder), check=True, capture_output=True)
    return final(folder)


def run_until(folder: Path, step: int, delay: float, *options: str) -> int:
    """Start the training, and kill it a moment after it has said that it made ``step``; return its last step."""
    last = 0
    with subprocess.Popen(
        command(folder, *options), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as going:
        assert going.stdout is not None
        for line in going.stdout:
            last = int(line.split()[1]) if line.startswith("step ") else last
            if last >= step:
                time.sleep(delay)
                break
        os.killpg(going.pid, signal.SIGKILL)
    return last


@pytest.mark.faults
@pytest.mark.parametrize(("workers", "every"), WAYS)
def test_killed_at_random_steps_it_ends_with_the_same_bits(
    tmp_path: Path, left_alone: dict[str, str], workers: int, every: int
) -> None:
    chance = random.Random(f"{workers} {every}")
    options = ("--workers", str(workers), "--every", str(every))
    reached = 0
    for _ in range(KILLS):
        if reached >= LAST_STEP:
            break
        reached = run_until(tmp_path, chance.randint(reached + 1, LAST_STEP), chance.random() * 0.02, *options)
    saved = (tmp_path / "checkpoints" / "last.pt").exists()
    done = subprocess.run(command(tmp_path, *options), check=True, capture_output=True, text=True)
    assert not saved or "restored model, optimizer, scheduler, scaler, ema, loader, history" in done.stdout
    assert final(tmp_path) == left_alone


def test_the_final_state_has_everything_in_it(left_alone: dict[str, str]) -> None:
    kinds = {name.partition("[")[2].partition("]")[0].strip("'") for name in left_alone}
    assert kinds == {"model", "optimizer", "scheduler", "scaler", "ema", "history"}
    assert sum(name.startswith("['history']") for name in left_alone) == LAST_STEP // 2


@cache
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("exact_resume_example", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("at", [1, 6, 10])
def test_the_check_agrees(workers: int, at: int, capsys: pytest.CaptureFixture[str]) -> None:
    found = check_resume(partial(example().train, workers=workers, epochs=2), at)
    assert found, str(found)
    assert found.resumed_at == at + 1


@pytest.mark.parametrize(
    ("lost", "kind"), [("scaler", "scaler"), ("ema", "ema"), ("loader", "order"), ("scheduler", "scheduler")]
)
def test_the_check_sees_what_the_example_would_lose(
    lost: str, kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = example().Checkpoints

    class Forgetful(whole):  # type: ignore[misc, valid-type]
        def save(self, **given: Any) -> Any:
            return super().save(**{name: part for name, part in given.items() if name != lost})

        def load(self, **given: Any) -> Any:
            return super().load(**{name: part for name, part in given.items() if name != lost})

    monkeypatch.setattr(example(), "Checkpoints", Forgetful)
    found = check_resume(partial(example().train, epochs=2), 8)
    assert kind in {one.kind for one in found.missing}, str(found)
    assert {one.kind for one in found.missing} <= {kind, "counter"}, str(found)

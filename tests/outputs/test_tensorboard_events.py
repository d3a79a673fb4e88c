from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from samerun.outputs import recognise, tensorboard_events
from samerun.outputs.comparing import Comparing

writing = pytest.importorskip("torch.utils.tensorboard")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str, nudge: float = 0.0, steps: int = 5, **extra: Any) -> Path:
        with writing.SummaryWriter(tmp_path / name) as writer:
            for step in range(steps):
                writer.add_scalar("loss/train", 1 / (step + 1) + nudge * (step == 3), step, **extra)
                writer.add_scalar("time/epoch_time", np.random.default_rng().random() + 0.01, step)
            writer.add_histogram("h", np.arange(10.0), 1)
            writer.add_text("note", f"nudge {nudge}" if nudge else "plain", 1)
            writer.add_image("im", np.zeros((3, 4, 4)), 1)
        return next((tmp_path / name).iterdir())

    return make


def test_recognised_by_name_and_by_bytes(write: Callable[..., Path]) -> None:
    path = write("a")
    assert recognise(path.name, b"").kind == "tensorboard"
    assert recognise("events", path.read_bytes()).kind == "tensorboard"


def test_when_values_were_written_does_not_count(write: Callable[..., Path], now: Comparing) -> None:
    found = tensorboard_events.compare(write("a"), write("b"), now)
    assert found.verdict == "equivalent"
    assert {node.label for node in found.ignored()} == {"time/epoch_time", "wall_time"}


def test_times_outside_of_the_runs_count(write: Callable[..., Path], now: Comparing) -> None:
    found = tensorboard_events.compare(write("a", walltime=1.0), write("b", walltime=2.0), now)
    assert found.verdict == "different"
    assert "wall_time" in found.detail


def test_step_and_distance_of_a_scalar(write: Callable[..., Path], now: Comparing) -> None:
    found = tensorboard_events.compare(write("a"), write("b", 1e-3), now)
    different = {child.label: child for child in found.children if child.verdict == "different"}
    assert set(different) == {"loss/train", "note/text_summary"}
    deviation = different["loss/train"].deviation
    assert deviation is not None
    assert (deviation.where, deviation.count, deviation.total) == ("step 3", 1, 5)
    assert deviation.max_ulps is not None
    assert deviation.max_ulps < 100_000  # counted in float32, as it was written


def test_missing_steps_and_a_cut_end_are_said(write: Callable[..., Path], now: Comparing) -> None:
    found = tensorboard_events.compare(write("a"), write("b", steps=4), now)
    assert "other steps, from step 4 on: 5 values -> 4 values" in str(found)
    a, b = write("c"), write("d")
    b.write_bytes(b.read_bytes()[:-5])
    found = tensorboard_events.compare(a, b, now)
    assert found.verdict == "different"
    assert "the second file ends in the middle of a record" in str(found)


def test_settings(tmp_path: Path, now: Comparing) -> None:
    paths = []
    for rate in (0.1, 0.2, 0.1):
        folder = tmp_path / f"run{len(paths)}"
        with writing.SummaryWriter(folder) as writer:
            writer.add_hparams({"lr": rate, "opt": "adam"}, {"acc": 0.5}, run_name="h")
        paths.append(next((folder / "h").iterdir()))
    assert "hparams.lr: 0.1 -> 0.2" in tensorboard_events.compare(paths[0], paths[1], now).detail
    assert tensorboard_events.compare(paths[0], paths[2], now).verdict == "equivalent"


def test_survives_damage(write: Callable[..., Path], survives: Callable[..., None]) -> None:
    survives(tensorboard_events, write("a"))

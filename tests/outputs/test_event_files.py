from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from samerun.outputs.event_files import read_events, read_scalars
from samerun.outputs.reading import Unreadable

torch = pytest.importorskip("torch")
writing = pytest.importorskip("torch.utils.tensorboard")


@pytest.fixture
def events(tmp_path: Path) -> Path:
    with writing.SummaryWriter(tmp_path / "run") as writer:
        for step in range(5):
            writer.add_scalar("loss/train", 1 / (step + 1), step, walltime=1000.0 + step)
            writer.add_scalar("new", step, step, walltime=2000.0, new_style=True)
        writer.add_text("note", "hello", 1)
        writer.add_histogram("h", np.arange(10.0), 2)
        writer.add_tensor("t", torch.arange(6.0).reshape(2, 3), 3)
    return next((tmp_path / "run").iterdir())


def test_scalars_with_step_and_time(events: Path) -> None:
    found = read_scalars(events)
    assert set(found) == {"loss/train", "new"}
    assert found["loss/train"][1] == (1, 0.5, 1001.0)
    assert [value for _, value, _ in found["new"]] == [0, 1, 2, 3, 4]


def test_agrees_with_tensorboard(events: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    theirs = accumulator.EventAccumulator(str(events))
    theirs.Reload()
    ours = read_scalars(events)["loss/train"]
    assert ours == [(each.step, each.value, each.wall_time) for each in theirs.Scalars("loss/train")]


def test_texts_histograms_and_tensors(events: Path) -> None:
    points = read_events(events).points
    assert points["note/text_summary"][0].value == "hello"
    assert points["h"][0].value[:3].tolist() == [0.0, 9.0, 10.0]
    assert points["t"][0].value.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_truncated_file_is_read_as_far_as_it_is_whole(events: Path) -> None:
    content = events.read_bytes()
    for size in range(0, len(content), 29):
        events.write_bytes(content[:size])
        try:
            found = read_events(events)
        except Unreadable:
            assert size < 100
            continue
        assert found.whole <= size
        assert found.is_cut == (found.whole < size)


def test_what_is_no_event_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"no record at all")
    with pytest.raises(Unreadable):
        read_scalars(tmp_path / "x")


def test_reading_stops_where_a_length_was_damaged(events: Path) -> None:
    content = bytearray(events.read_bytes())
    second = int.from_bytes(content[:8], "little") + 16
    content[second] -= 1
    events.write_bytes(content)
    assert read_events(events).whole == second

"""A process's trace file."""

from __future__ import annotations

from pathlib import Path

from samerun.explain.where.traces import Line, Mark, Part, read_trace
from samerun.inside.tracing.channel import FOLDER, Channel


def write(folder: Path, label: str = "main", executions: int = 2) -> Channel:
    channel = Channel(str(folder), label)
    line = channel.define(b"L", "", "train\t.py", 7, "fit")
    part = channel.define(b"P", line, "out", "w")
    following = channel.define(b"P", line, "next", "")
    for count in range(1, executions + 1):
        channel.record(part, count, 100 * count, 5, 6)
        channel.record(following, count, 100 * count, 8, 90 * count)
    return channel


def test_what_is_written_is_read(tmp_path: Path) -> None:
    channel = write(tmp_path)
    channel.flush()
    channel.close()
    ((line, executions),) = read_trace(tmp_path).lines.items()
    assert line == Line("main", "", "train .py", 7, "fit")
    assert line.place == "train .py:7"
    assert [(each.count, each.began, each.moment) for each in executions] == [(1, 90, 100), (2, 180, 200)]
    assert executions[0].did == {Part("out", "w"): Mark(5, 6), Part("next", ""): Mark(8, 8)}


def test_nothing_is_lost_in_a_long_trace(tmp_path: Path) -> None:
    channel = write(tmp_path, executions=5000)
    channel.flush()
    channel.flush()
    assert [len(each) for each in read_trace(tmp_path).lines.values()] == [5000]


def test_a_file_that_is_cut_off_is_read_as_far_as_it_is_whole(tmp_path: Path) -> None:
    write(tmp_path).flush()
    path = tmp_path / FOLDER / "main.trace"
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        read_trace(tmp_path)


def test_labels_with_slashes_are_files(tmp_path: Path) -> None:
    write(tmp_path, "main/SpawnPoolWorker-3").flush()
    (line,) = read_trace(tmp_path).lines
    assert line.process == "main/SpawnPoolWorker-#"

"""Traces as they are read: workers of one kind are joined."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun.explain.where.traces import Trace, kind_of, read_trace
from samerun.inside.tracing.channel import Channel


@pytest.mark.parametrize(
    ("name", "kind"),
    [("main", "main"), ("main/f12", "main/f#"), ("ThreadPoolExecutor-0_3", "ThreadPoolExecutor-#_#"), ("", "")],
)
def test_numbered_workers_are_of_one_kind(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def worker(folder: Path, label: str, moment: int) -> None:
    channel = Channel(str(folder), label)
    line = channel.define(b"L", "", "train.py", 3, "work")
    read = channel.define(b"P", line, "in", "x")
    done = channel.define(b"P", line, "out", "y")
    channel.record(read, 1, moment, 1, 1)
    channel.record(done, 1, moment + 1, 2, 2)
    channel.flush()
    channel.close()


def test_several_workers_are_pooled_and_one_is_not(tmp_path: Path) -> None:
    worker(tmp_path, "main/f1", 200)
    assert read_trace(tmp_path).pooled == set()
    worker(tmp_path, "main/f2", 100)
    trace = read_trace(tmp_path)
    (line,) = trace.lines
    assert trace.pooled == {line}
    assert [each.moment for each in trace.lines[line]] == [101, 201]
    assert trace.lines[line][0].read["x"].content == 1


def test_a_run_that_was_not_followed_has_none(tmp_path: Path) -> None:
    assert read_trace(tmp_path) == Trace()

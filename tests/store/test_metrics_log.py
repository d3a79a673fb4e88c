"""An acknowledged record is there, bit for bit; whatever else is in the file, reading goes on."""

from __future__ import annotations

import json
import math
import os
import signal
import struct
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samerun.store import metrics_log
from samerun.store.metrics_log import MetricsWriter, read

NUMBERS = st.floats() | st.integers(-(2**80), 2**80) | st.booleans()


def same(a: object, b: object) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return struct.pack(">d", a) == struct.pack(">d", b)
    return type(a) is type(b) and a == b


@given(st.lists(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), NUMBERS, max_size=5), max_size=6))
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_number_comes_back_with_its_bits(
    tmp_path_factory: pytest.TempPathFactory, logged: list[dict[str, float]]
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    writer = MetricsWriter(folder, rank=0)
    for step, values in enumerate(logged):
        writer.log(values, step=step, epoch=step / 3)
    writer.close()
    found = read(folder / "metrics.jsonl")
    assert found.problems == []
    assert [record.n for record in found.records] == list(range(len(logged)))
    for step, (record, values) in enumerate(zip(found.records, logged, strict=True)):
        assert record.step == step
        assert same(record.epoch, step / 3)
        assert list(record.values) == list(values)
        assert all(same(record.values[name], value) for name, value in values.items())


def test_a_line_is_json_that_anyone_can_read(tmp_path: Path) -> None:
    writer = MetricsWriter(tmp_path, rank=0)
    writer.log({"a": math.inf, "b": np.float32(0.1), "c": np.array(3)}, step=np.int64(2))
    line = json.loads((tmp_path / "metrics.jsonl").read_text())
    assert list(line) == ["n", "time", "step", "epoch", "values", "crc"]
    assert line["values"] == {"a": "Infinity", "b": 0.10000000149011612, "c": 3}
    assert (line["n"], line["step"], line["epoch"]) == (0, 2, None)
    assert abs(line["time"] - time.time()) < 60


def test_a_second_process_sees_it_at_once(tmp_path: Path) -> None:
    writer = MetricsWriter(tmp_path, rank=0)
    for count in range(1, 5):
        writer.log({"a": count})
        assert len(read(tmp_path / "metrics.jsonl").records) == count


def test_what_is_no_number_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    writer = MetricsWriter(tmp_path, rank=0)
    for bad in ("text", None, [1], object(), np.zeros(2)):
        with pytest.raises(TypeError):
            writer.log({"good": 1, "bad": bad})
    writer.log({"a": 1})
    assert [record.n for record in read(tmp_path / "metrics.jsonl").records] == [0]


def test_going_on_after_a_kill_keeps_what_was_there(tmp_path: Path) -> None:
    for first in (0, 3):
        writer = MetricsWriter(tmp_path, rank=0)
        for step in range(first, first + 3):
            writer.log({"a": step}, step=step)
        writer.close()
        with open(tmp_path / "metrics.jsonl", "ab") as file:
            file.write(b'{"n":3,"time":17')
    found = read(tmp_path / "metrics.jsonl")
    assert [record.step for record in found.records] == [0, 1, 2, 3, 4, 5]
    assert found.problems == ["line 7 was cut off while it was written"]


def test_an_interrupt_in_the_middle_breaks_no_later_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = MetricsWriter(tmp_path, rank=0)
    real = os.write
    for after in (False, True):

        def interrupted(descriptor: int, data: bytes, after: bool = after) -> int:
            if after:
                real(descriptor, data)
            raise KeyboardInterrupt

        writer.log({"a": 1})
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", interrupted)
            with pytest.raises(KeyboardInterrupt):
                writer.log({"a": 2})
        writer.log({"a": 3})
    found = read(tmp_path / "metrics.jsonl")
    assert found.problems == []
    assert [record.values["a"] for record in found.records] == [1, 3, 1, 2, 3]


def _written(folder: Path, count: int = 4) -> bytes:
    writer = MetricsWriter(folder, rank=0)
    for step in range(count):
        writer.log({"loss": 1 / (step + 1), "acc": step}, step=step)
    writer.close()
    return (folder / "metrics.jsonl").read_bytes()


def test_every_prefix_opens_with_all_whole_records(tmp_path: Path) -> None:
    data = _written(tmp_path)
    cut = tmp_path / "cut.jsonl"
    for length in range(len(data) + 1):
        cut.write_bytes(data[:length])
        found = read(cut)
        assert len(found.records) == data[:length].count(b"\n")
        assert bool(found.problems) == (length > 0 and data[length - 1 : length] != b"\n")


def test_every_flipped_bit_is_found_and_costs_two_records_at_most(tmp_path: Path) -> None:
    data = _written(tmp_path)
    damaged = tmp_path / "damaged.jsonl"
    whole = {record.n: record for record in read(tmp_path / "metrics.jsonl").records}
    for position in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[position // 8] ^= 1 << position % 8
        if position % 5:  # every byte is met, each with some of its bits
            continue
        damaged.write_bytes(flipped)
        found = read(damaged)
        assert found.problems, position
        assert len(found.records) >= len(whole) - 2, position
        assert all(whole[record.n] == record for record in found.records), position


def test_records_taken_out_or_moved_are_found(tmp_path: Path) -> None:
    lines = _written(tmp_path).splitlines(keepends=True)
    other = tmp_path / "other.jsonl"
    for index in range(len(lines) - 1):
        for changed in (
            [*lines[:index], *lines[index + 1 :]],
            [*lines[:index], lines[index + 1], lines[index], *lines[index + 2 :]],
        ):
            other.write_bytes(b"".join(changed))
            assert read(other).problems


@given(st.binary(max_size=400))
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reading_never_raises(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "metrics.jsonl").write_bytes(data)
    found = read(tmp_path / "metrics.jsonl")
    assert found.records == []
    assert bool(found.problems) == bool(data)


def test_a_log_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    assert read(tmp_path / "absent").problems
    assert read(tmp_path).problems
    assert metrics_log.files_of(tmp_path / "absent") == []


def test_each_process_has_its_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writers = [MetricsWriter(tmp_path, rank=rank) for rank in (0, 1, 2)]
    monkeypatch.setenv("RANK", "3")
    writers.append(MetricsWriter(tmp_path))
    second = MetricsWriter(tmp_path, rank=0)  # of a process whose rank is taken by one that lives
    names = [writer.path.name for writer in [*writers, second] if writer.path]
    assert names[:4] == ["metrics.jsonl", "metrics.rank1.jsonl", "metrics.rank2.jsonl", "metrics.rank3.jsonl"]
    assert names[4] == f"metrics.pid{os.getpid()}.jsonl"
    for value, writer in enumerate([*writers, second]):
        writer.log({"a": value})
    assert metrics_log.files_of(tmp_path)[0].name == "metrics.jsonl"
    assert len(metrics_log.history(tmp_path)["a"]) == 5
    assert metrics_log.last_values(tmp_path) == {"a": 0}


def test_a_summary_joins_the_last_values(tmp_path: Path) -> None:
    MetricsWriter(tmp_path, rank=0).log({"a": 1, "b": 2})
    (tmp_path / "summary.json").write_text('{"b": 3, "best": "NaN", "note": "text"}')
    found = metrics_log.last_values(tmp_path)
    assert math.isnan(found.pop("best"))
    assert found == {"a": 1, "b": 3}
    (tmp_path / "summary.json").write_text("[")
    assert metrics_log.last_values(tmp_path) == {"a": 1, "b": 2}


def test_a_forked_child_writes_nothing_twice_and_has_its_own_file(tmp_path: Path) -> None:
    writer = MetricsWriter(tmp_path, rank=0)
    writer.log({"parent": 1})
    children = []
    for number in range(4):
        child = os.fork()
        if child == 0:
            for _ in range(20):
                writer.log({"child": number})
            os._exit(0)
        children.append(child)
    for _ in range(20):
        writer.log({"parent": 2})
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    logs = metrics_log.files_of(tmp_path)
    assert len(logs) == 5
    assert all(read(path).problems == [] for path in logs)
    assert [len(read(path).records) for path in logs] == [21, 20, 20, 20, 20]
    assert not hasattr(os.fork, "__wrapped__")


def test_a_fork_while_another_thread_logs_does_not_hang(tmp_path: Path) -> None:
    writer = MetricsWriter(tmp_path, rank=0)
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            writer.log({"parent": 1})

    threads = [threading.Thread(target=busy) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(30):
            child = os.fork()
            if child == 0:
                signal.alarm(10)  # a deadlock ends the child by a signal
                writer.log({"child": 1})
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert all(read(path).problems == [] for path in metrics_log.files_of(tmp_path))
    assert len(metrics_log.history(tmp_path)["child"]) == 30


def test_threads_share_one_file(tmp_path: Path) -> None:
    writer = MetricsWriter(tmp_path, rank=0)

    def work() -> None:
        for number in range(200):
            writer.log({"a": number})

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = read(tmp_path / "metrics.jsonl")
    assert found.problems == []
    assert len(found.records) == 1600


def test_a_record_costs_little(tmp_path: Path) -> None:
    writer = MetricsWriter(tmp_path, rank=0)
    values = {"loss": 0.25, "acc": 0.5, "lr": 1e-4, "step": 7, "norm": 3.14159}

    def seconds() -> float:
        began = time.perf_counter()
        for step in range(500):
            writer.log(values, step=step, epoch=1)
        return time.perf_counter() - began

    assert min(seconds() for _ in range(5)) / 500 < 45e-6, (
        "15 microseconds are meant; a busy machine is given three times that"
    )

"""Many processes record into one store at once, and none loses anything."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from samerun.store import folder as folders
from samerun.store import metrics_log
from samerun.store.index import list_runs
from samerun.store.layout import StoreLayout
from samerun.store.objects import Objects

from .conftest import SCALE, run_record

pytestmark = pytest.mark.faults

PROCESSES = 64
RECORDS = 50 * SCALE


def in_processes(count: int, work: Callable[[int], None], meanwhile: Callable[[], None] = lambda: None) -> None:
    """Do ``work(number)`` in that many processes at the same instant."""
    gate, opener = os.pipe()
    children = []
    for number in range(count):
        child = os.fork()
        if child == 0:
            signal.alarm(120)
            os.close(opener)
            os.read(gate, 1)  # until the parent closes its end
            try:
                work(number)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        children.append(child)
    os.close(gate)
    os.close(opener)
    meanwhile()
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * count


def test_each_its_own_run(tmp_path: Path) -> None:
    layout = StoreLayout(tmp_path / "store")

    def work(number: int) -> None:
        layout.create()
        run = run_record(f"20260101_120000_{number:06}", outputs=[], status="running", holder=folders.holder())
        folder = layout.run_folder("digits", run.id).create()
        folders.save(folder, run)
        folder.logs.mkdir()
        Objects(layout.objects).add_bytes(b"the same for all")
        Objects(layout.objects).add_bytes(b"for %d" % number)
        writer = metrics_log.MetricsWriter(folder.logs, rank=0)
        for step in range(RECORDS):
            writer.log({"step": step}, step=step)
        writer.close()
        folders.seal(folder, run_record(run.id, outputs=[], metrics={"step": RECORDS - 1}))

    def look() -> None:
        ends = time.monotonic() + 1.0
        while time.monotonic() < ends:
            assert all(row.status in ("running", "finished", "damaged") for row in list_runs(layout))
            layout.index.unlink(missing_ok=True)

    in_processes(PROCESSES, work, look)
    rows = list_runs(layout)
    assert [row.status for row in rows] == ["finished"] * PROCESSES
    for folder in layout.run_folders():
        assert folders.problems(folder) == []
        assert [record.step for record in metrics_log.read(folder.metrics).records] == list(range(RECORDS))
    assert len(list(Objects(layout.objects).all())) == PROCESSES + 1


def test_all_one_run(layout: StoreLayout) -> None:
    folder = layout.run_folder("digits", "20260101_120000_abc123").create()
    folder.logs.mkdir()

    def work(number: int) -> None:
        writer = metrics_log.MetricsWriter(folder.logs, rank=0)
        for step in range(RECORDS):
            writer.log({f"process {number}": step})

    in_processes(PROCESSES, work)
    history = metrics_log.history(folder.logs)
    assert len(history) == PROCESSES
    assert all([value for _, _, value in points] == list(range(RECORDS)) for points in history.values())
    assert all(metrics_log.read(path).problems == [] for path in metrics_log.files_of(folder.logs))


def test_all_create_the_store_at_once(tmp_path: Path) -> None:
    for attempt in range(2 * SCALE):
        layout = StoreLayout(tmp_path / str(attempt) / "outputs" / "experiments")
        in_processes(PROCESSES, lambda number, layout=layout: layout.create() and None)  # type: ignore[misc]
        assert sorted(os.listdir(layout.root)) == [".gitignore", ".samerun", "README.txt"]
        assert (layout.root / ".gitignore").read_text() == "*\n"

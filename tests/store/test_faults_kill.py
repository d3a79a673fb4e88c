"""A killed recorder loses nothing that it acknowledged, and the next command says that the run was killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from samerun.errors import DamagedRun
from samerun.store import folder as folders
from samerun.store import metrics_log
from samerun.store.index import list_runs
from samerun.store.layout import RunFolder, StoreLayout, new_run_id

from .conftest import SCALE, environment, python, run_record

pytestmark = pytest.mark.faults

PROGRAM = """
import os, sys
from pathlib import Path
import msgspec
sys.path.insert(0, sys.argv[2])
from conftest import run_record
from samerun.store import folder as folders
from samerun.store.layout import StoreLayout
from samerun.store.metrics_log import MetricsWriter

layout = StoreLayout(Path(sys.argv[1])).create()
run = run_record("20260101_120000_abc123", status="running", holder=folders.holder())
folder = layout.run_folder("digits", run.id).create()
folders.save(folder, run)
folder.logs.mkdir(mode=0o700)
writer = MetricsWriter(folder.logs, rank=0)
for step in range(5):
    writer.log({"step": step})
    os.write(1, b"%d\\n" % step)
writer.close()
folders.seal(folder, msgspec.structs.replace(run, status="finished"))
os.write(1, b"sealed\\n")
"""


def record_until_killed(folder: RunFolder, acknowledged: int) -> None:
    """Record as fast as can be, reporting each acknowledgement through a pipe."""
    folders.save(folder, run_record(folder.id, status="running", holder=folders.holder(), metrics={}))
    folder.logs.mkdir(mode=0o700)
    writer = metrics_log.MetricsWriter(folder.logs, rank=0)
    step = 0
    while True:
        writer.log({"step": step, "loss": 1 / (step + 1)}, step=step)
        os.write(acknowledged, b".")
        step += 1


def killed_after(folder: RunFolder, seconds: float) -> int:
    """Return how many records were acknowledged before the recorder was killed."""
    source, target = os.pipe()
    os.set_blocking(source, False)
    child = os.fork()
    if child == 0:
        os.close(source)
        record_until_killed(folder, target)
    os.close(target)
    count, ends = 0, time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            count += len(os.read(source, 1 << 16))
        except BlockingIOError:
            time.sleep(0.0002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while data := os.read(source, 1 << 16):
        count += len(data)
    os.close(source)
    return count


def test_no_acknowledged_metric_is_lost_at_any_moment(layout: StoreLayout) -> None:
    generator = random.Random(7)
    total = 0
    for _ in range(100 * SCALE):
        folder = layout.run_folder("digits", new_run_id(time.time())).create()
        acknowledged = killed_after(folder, generator.uniform(0.0, 0.02))
        total += acknowledged
        found = metrics_log.read(folder.metrics).records if folder.metrics.exists() else []
        assert [record.step for record in found] == list(range(len(found))), "none twice, none invented"
        assert acknowledged <= len(found) <= acknowledged + 1
        if folder.record.exists():
            run = folders.load(folder)
            assert run.status == "killed"
            assert run.metrics == ({"step": len(found) - 1, "loss": 1 / len(found)} if found else {})
        shutil.rmtree(folder.path)
    assert total > 1000


def test_the_next_command_says_killed(layout: StoreLayout) -> None:
    folder = layout.run_folder("digits", "20260101_120000_abc123").create()
    acknowledged = killed_after(folder, 0.1)
    assert acknowledged > 0
    (row,) = list_runs(layout)
    assert (row.status, row.problems) == ("killed", [])
    assert row.metrics["step"] >= acknowledged - 1


def _strace() -> str:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    if subprocess.run([strace, "-o", os.devnull, "true"], check=False, capture_output=True).returncode:
        pytest.skip("processes cannot be traced here")
    return strace


def test_a_kill_at_any_system_call_leaves_a_folder_that_opens(tmp_path: Path) -> None:
    strace = _strace()
    calls = "write,rename,fsync,ftruncate,fchmod,mkdir,link,unlink"
    points = range(1, 80) if SCALE > 1 else range(2, 60, 6)
    whole = 0
    for point in points:
        root = tmp_path / str(point)
        command = [
            strace,
            "-f",
            "-o",
            os.devnull,
            "-e",
            f"trace={calls}",
            "-e",
            f"inject={calls}:signal=SIGKILL:when={point}",
        ]
        done = subprocess.run(
            [*command, *python("-c", PROGRAM, str(root), str(Path(__file__).parent))],
            env={**environment(), "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, check=False,
        )  # fmt: skip
        said = done.stdout.split()
        folder = StoreLayout(root).run_folder("digits", "20260101_120000_abc123")
        if not folder.record.exists():
            assert not said
            continue
        run = folders.load(folder)
        problems = folders.problems(folder)
        assert problems == [], point
        steps = [
            record.step if record.step is not None else record.values["step"]
            for record in metrics_log.read(folder.metrics).records
        ]
        acknowledged = [int(word) for word in said if word.isdigit()]
        assert steps[: len(acknowledged)] == acknowledged
        assert run.status == ("finished" if folders.is_sealed(folder) else "killed")
        assert b"sealed" not in said or run.status == "finished"
        whole += run.status == "finished"
    assert whole, "the last points lie behind the end"


def test_a_run_killed_before_its_record_was_written_is_only_an_empty_folder(layout: StoreLayout) -> None:
    folder = layout.run_folder("digits", "20260101_120000_abc123").create()
    with pytest.raises(DamagedRun):
        folders.load(folder)
    assert list_runs(layout)[0].status == "damaged"

"""However a program ends, ``record`` ends in the same way, keeps what was acknowledged, and the next command knows."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import FULL, SAMERUN, Box

pytestmark = pytest.mark.faults

LOGS = """
import os, resource, signal, sys
import samerun
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
run = samerun.run("ending")
for step in range(3):
    run.log({"acc": step / 4}, step=step)
print("to standard output", flush=True)
print("to standard error", file=sys.stderr, flush=True)
open("out.txt", "w").write("0.5")
"""
ENDINGS = {
    "returns": ("pass", 0, "finished"),
    "an exception": ("raise ValueError('odd')", 1, "failed"),
    "sys.exit(3)": ("sys.exit(3)", 3, "failed"),
    "sys.exit with a text": ("sys.exit('that is all')", 1, "failed"),
    "os._exit": ("os._exit(7)", 7, "failed"),
    "abort": ("os.abort()", -signal.SIGABRT, "killed"),
    "memory": ("resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)); bytearray(1 << 32)", 1, "failed"),
    "processor time": (
        "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
        -signal.SIGKILL,
        "killed",
    ),
    **{
        name: (f"os.kill(os.getpid(), signal.{name})", -getattr(signal, name), status)
        for name, status in {
            "SIGINT": "interrupted",
            "SIGTERM": "killed",
            "SIGKILL": "killed",
            "SIGSEGV": "killed",
            "SIGHUP": "killed",
            "SIGPIPE": "killed",
            "SIGUSR1": "killed",
        }.items()
    },
}
# Python ignores SIGPIPE: a program that sends it to itself goes on.
ENDINGS["SIGPIPE"] = ("signal.signal(signal.SIGPIPE, signal.SIG_DFL); os.kill(os.getpid(), signal.SIGPIPE)",
                      -signal.SIGPIPE, "killed")  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS)
def test_record_ends_as_the_program_does(ending: str, box: Box, tmp_path: Path) -> None:
    code, returncode, status = ENDINGS[ending]
    box.write("train.py", f"{LOGS}\n{code}\n")
    bare = box.with_variables(SAMERUN_STORE=str(tmp_path / "bare")).type(sys.executable, "train.py")
    for _ in range(10 if FULL else 1):
        done = box.record("train.py")
        assert (done.returncode, done.stdout) == (bare.returncode, bare.stdout) == (returncode, "to standard output\n")
        row = box.rows()[0]
        assert (row["status"], row["exit_code"], row["problems"]) == (status, returncode, [])
        assert row["metrics"] == {"acc": 0.5}
        assert "Traceback (most recent call last):\n" in done.stderr or "Traceback" not in bare.stderr
        assert done.stderr.startswith(bare.stderr)
        assert done.stderr.splitlines()[-1] == row["id"]
    assert box.samerun("show", "last").returncode == 0
    assert box.samerun("replay", "last").returncode in (0, 1)
    assert box.rows()[0]["status"] == status, "the replay ended in the same way"


WAITS = """
import os, signal, sys, time
import samerun
def tidy(number, frame):
    open("tidied.txt", "w").write(str(number)); sys.exit(9)
if len(sys.argv) > 1: signal.signal(int(sys.argv[1]), tidy)
samerun.run("ending").log({"acc": 0.5})
print("ready", flush=True)
time.sleep(60)
"""


def started(box: Box, *arguments: str) -> subprocess.Popen[bytes]:
    """Start ``record`` of the program, and return when it says that it is ready."""
    command = [*SAMERUN, "record", "--", sys.executable, "train.py", *arguments]
    how: dict[str, Any] = {"cwd": box.work, "env": box.environment, "start_new_session": True}
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, **how)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    return child


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2])
@pytest.mark.parametrize("tidies", [False, True])
def test_a_signal_to_the_recorder_reaches_the_program(number: signal.Signals, tidies: bool, box: Box) -> None:
    box.write("train.py", WAITS)
    with started(box, *([str(int(number))] if tidies else [])) as child:
        child.send_signal(number)
        child.communicate(timeout=30)
    assert child.returncode == (9 if tidies else -number)
    assert (box.work / "tidied.txt").exists() == tidies
    status = "failed" if tidies else "interrupted" if number == signal.SIGINT else "killed"
    assert (box.rows()[0]["status"], box.rows()[0]["metrics"]) == (status, {"acc": 0.5})


GOES_ON = """
import os, sys, time
import samerun
run = samerun.run("ending")
talks = len(sys.argv) > 1
print("ready", flush=True)
for step in range(200):
    run.log({"acc": step})
    time.sleep(0.005)
    if talks: print(step, flush=True)
open("done.txt", "w").write("to the end")
"""


def test_a_program_whose_recorder_is_killed_goes_on_if_it_is_silent(box: Box) -> None:
    box.write("train.py", GOES_ON)
    with started(box) as child:
        child.kill()
        child.wait()
        assert box.rows()[0]["status"] == "killed"
        assert wait_for(box.work / "done.txt")
    row = box.rows()[0]
    assert (row["status"], row["problems"]) == ("killed", [])
    assert row["metrics"] == {"acc": 199}
    shown = box.samerun("show", "last")
    assert (shown.returncode, "killed" in shown.stdout) == (0, True)


def test_a_program_whose_recorder_is_killed_meets_a_broken_pipe_when_it_prints(box: Box) -> None:
    box.write("train.py", GOES_ON)
    with started(box, "talks") as child:
        child.kill()
        child.wait()
        time.sleep(2)
    assert not (box.work / "done.txt").exists()
    assert box.rows()[0]["status"] == "killed"


def wait_for(path: Path) -> bool:
    """Wait until a file is there and has something in it."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends and not (path.exists() and path.stat().st_size):
        time.sleep(0.02)
    return path.exists()


ACKNOWLEDGES = """
import os, samerun
said = os.open(os.environ["SAID"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
run = samerun.run("ending")
step = 0
while True:
    run.log({"acc": step / 3}, step=step)
    os.write(said, b".")
    step += 1
"""


@pytest.mark.parametrize("all_of_it", [True, False])
def test_no_acknowledged_metric_is_lost_when_everything_is_killed(all_of_it: bool, box: Box, tmp_path: Path) -> None:
    """Random moments from before the program's start on; either everything dies at once, or the recorder first."""
    draw = random.Random(3)
    box.write("train.py", ACKNOWLEDGES)
    said, total = tmp_path / "said", 0
    count = 500 if FULL else 8
    for number in range(count):
        store = tmp_path / f"store{number}"
        one = box.with_variables(SAID=f"{said}{number}", SAMERUN_STORE=str(store))
        command = [*SAMERUN, "record", "--", sys.executable, "train.py"]
        child = subprocess.Popen(command, cwd=one.work, env=one.environment, start_new_session=True,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        time.sleep(draw.uniform(0.02, 0.4))
        if not all_of_it:
            child.kill()
            child.wait()
            time.sleep(draw.uniform(0, 0.05))
        with suppress(ProcessLookupError):  # it may have come to nothing yet
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        time.sleep(0.02)
        acknowledged = Path(f"{said}{number}").stat().st_size if Path(f"{said}{number}").exists() else 0
        rows = one.rows()
        assert len(rows) == 1 or acknowledged == 0
        for row in rows:
            has_record = (store / row["name"] / row["id"] / "run.json").exists()
            assert row["status"] == ("killed" if has_record else "damaged")
            assert has_record or acknowledged == 0
            if acknowledged:
                assert last_step(one) in (acknowledged - 1, acknowledged)
        total += acknowledged
    assert total > 100


def last_step(box: Box) -> int:
    """Return the step of the last metric, all before it being there."""
    lines = (box.folder() / "logs" / "metrics.jsonl").read_text().splitlines()
    steps = [json.loads(line)["step"] for line in lines if line.endswith("}")]
    assert steps == list(range(len(steps)))
    return int(steps[-1])


HOLDERS = {
    "the number was given again": ({"started": "1"}, "killed"),
    "the system was started again": ({"boot": "another-boot/1"}, "killed"),
    "no such process": ({"pid": 4_194_300}, "killed"),
    "another host": ({"host": "elsewhere"}, "running"),
    "nothing changed": ({}, "running"),
}


@pytest.mark.parametrize("case", HOLDERS)
def test_a_running_run_is_believed_only_while_its_recorder_lives(case: str, box: Box) -> None:
    changes, status = HOLDERS[case]
    box.write("train.py", WAITS)
    with started(box) as child:
        record = next(box.store.glob("*/*/run.json"))
        document = json.loads(record.read_text())
        assert document["status"] == "running"
        document["holder"].update(changes)
        record.write_text(json.dumps(document))
        assert box.rows()[0]["status"] == status
        assert box.document("show", "last")["status"] == status
        os.killpg(child.pid, signal.SIGKILL)
    assert box.rows()[0]["status"] == ("running" if case == "another host" else "killed")

"""Looking writes nothing: the same bytes, times and modes afterwards; also on a read-only disk, and when killed."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time

import pytest

from tests.faults.conftest import FULL, SAMERUN, Box

pytestmark = pytest.mark.faults

TRAIN = """
import json, random, sys, samerun
import numpy as np
run = samerun.run("reading", config={"lr": float(sys.argv[1])})
for step in range(20): run.log({"loss": float(sys.argv[1]) / (step + 1)}, step=step)
np.save("w.npy", np.arange(1000) * float(sys.argv[1]))
json.dump({"acc": float(sys.argv[1])}, open("metrics.json", "w"))
print("lr", sys.argv[1])
"""
LOOKING = [
    ["ls"], ["ls", "--json"], ["ls", "--csv"], ["ls", "--where", "metrics.acc > 0.1"], ["ls", "--sort", "-metrics.acc"],
    ["show", "last"], ["show", "last", "--all"], ["show", "last", "--json"], ["diff", "last~1", "last"],
    ["diff", "last~1", "last", "--all"], ["diff", "last~1", "last", "--json"], ["gc", "--dry-run"],
]  # fmt: skip


@pytest.fixture
def two(box: Box) -> Box:
    box.write("train.py", TRAIN)
    for lr in ("0.1", "0.2"):
        assert box.record("train.py", lr).returncode == 0
    return box


def runs_of(box: Box) -> dict[str, tuple[int, int, str]]:
    """Return the state of all but the list of runs, which may be written at any time, and folders' own times."""
    return {
        name: facts if facts[2] or not name.startswith(".samerun") else (facts[0], 0, "")
        for name, facts in box.state().items()
        if not (name.startswith(".samerun/") and "index.sqlite" in name) and name != ".samerun"
    }


def contents(box: Box) -> dict[str, tuple[int, str]]:
    """Return modes and bytes: a content that is kept again gets a new time, so that nothing takes it for old."""
    return {name: (facts[0], facts[2]) for name, facts in runs_of(box).items() if name.startswith("train/20")}


def test_looking_leaves_the_store_and_the_folder_as_they_are(two: Box) -> None:
    before, work, home = runs_of(two), two.state(below=two.work), two.state(below=two.work.parent / "home")
    for command in LOOKING:
        assert two.samerun(*command).returncode in (0, 1), command
    assert runs_of(two) == before
    assert two.state(below=two.work) == work
    assert two.state(below=two.work.parent / "home") == home
    known = two.state()
    for command in LOOKING[::3]:
        two.samerun(*command)
    assert two.state() == known, "once the list is known, not even that is written"


def test_looking_makes_nothing_where_there_is_nothing(box: Box) -> None:
    for command in LOOKING:
        assert box.samerun(*command).returncode in (0, 2)
    assert not box.store.exists()
    assert list(box.work.iterdir()) == []


def test_looking_at_a_store_that_can_only_be_read(two: Box) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    (two.store / ".samerun" / "index.sqlite").unlink(missing_ok=True)
    inner = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'
    for command in LOOKING:
        done = two.type("unshare", "-rm", "sh", "-c", inner, "sh", str(two.store), *SAMERUN, *command)
        if "unshare" in done.stderr or "mount:" in done.stderr:
            pytest.skip("nothing can be mounted here")
        assert done.returncode in (0, 1), (command, done.stderr)
        assert done.stdout or command[0] == "gc"


def test_a_killed_look_has_changed_nothing(two: Box) -> None:
    draw, before = random.Random(5), runs_of(two)
    for number in range(100 if FULL else 12):
        (two.store / ".samerun" / "index.sqlite").unlink(missing_ok=True)
        command = [*SAMERUN, *LOOKING[number % len(LOOKING)]]
        child = subprocess.Popen(
            command, cwd=two.work, env=two.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(draw.uniform(0.03, 0.15))
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert runs_of(two) == before
    assert [row["status"] for row in two.rows()] == ["finished", "finished"]
    assert [row["problems"] for row in two.rows()] == [[], []]


def test_a_replay_leaves_the_recorded_run_and_the_folder_as_they_are(two: Box) -> None:
    before, work = contents(two), two.state(below=two.work)
    assert two.samerun("replay", "last").returncode == 0
    after = contents(two)
    assert {name: after.get(name) for name in before} == before
    assert two.state(below=two.work) == work
    assert list((two.store / ".samerun" / "workspaces").iterdir()) == []


def test_a_killed_replay_leaves_them_too_and_the_next_one_works(two: Box) -> None:
    draw = random.Random(6)
    before = contents(two)
    first, work = two.rows()[0]["id"], two.state(below=two.work)
    for _ in range(50 if FULL else 5):
        command = [*SAMERUN, "replay", first]
        child = subprocess.Popen(command, cwd=two.work, env=two.environment, start_new_session=True,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        time.sleep(draw.uniform(0.1, 0.5))
        child.kill()
        child.wait()
    time.sleep(0.5)
    after = contents(two)
    assert {name: after.get(name) for name in before} == before
    assert two.state(below=two.work) == work
    done = two.samerun("replay", first)
    assert done.returncode == 0, done.stderr
    assert "identical" in done.stdout

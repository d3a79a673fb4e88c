"""Whatever happens to a recording, the files that the program reads stay as they are: bits, inode, times and links."""

from __future__ import annotations

import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.conftest import FULL, SAMERUN, Box

READ = """
import pathlib, sys, time
for path in sorted(pathlib.Path("data").rglob("*")):
    if path.is_file():
        path.read_bytes()
for line in open("notes.txt"):
    pass
time.sleep(float(sys.argv[1]) if len(sys.argv) > 1 else 0)
print("done")
"""

Facts = dict[str, tuple[str, ...]]


def facts(top: Path) -> Facts:
    """Return everything that may not change: names, inodes, modes, links, owners, sizes, times of change and bytes."""
    found: Facts = {}
    for path in [top, *sorted(top.rglob("*"))]:
        one = path.lstat()
        kept = (one.st_ino, one.st_mode, one.st_nlink, one.st_size, one.st_mtime_ns, one.st_ctime_ns, one.st_uid)
        content = path.read_bytes().hex() if stat.S_ISREG(one.st_mode) else ""
        found[str(path)] = (*map(str, kept), content)
    return found


@pytest.fixture
def project(box: Box) -> Box:
    """Return a box with inputs of all sorts: small, big, read-only, linked, in git, ignored, unread."""
    for number in range(40):
        box.write(f"data/x/{number}", os.urandom(number * 1000))
    box.write("data/big", os.urandom(9 << 20))
    box.write("data/middling", os.urandom(1 << 20))
    box.write("notes.txt", "not ignored\n")
    box.write("unread.dat", os.urandom(11 << 20))
    box.write("train.py", READ)
    box.write(".gitignore", "data/big\n")
    (box.work / "data/link").symlink_to("x/1")
    os.link(box.work / "data/x/2", box.work / "data/hard")
    (box.work / "data/x/3").chmod(0o400)
    subprocess.run(["git", "init", "-q"], cwd=box.work, check=True)
    time.sleep(0.03)
    return box


def arguments(policy: str, *command: str) -> list[str]:
    return [*SAMERUN, "record", "--keep-inputs", policy, "--data", "data", "--", sys.executable, "train.py", *command]


@pytest.mark.parametrize("policy", ["never", "small", "all"])
def test_recording_replaying_and_verifying_change_nothing(project: Box, policy: str) -> None:
    before = facts(project.work)
    done = project.type(*arguments(policy))
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    for more in (["replay", "last"], ["data", "verify", "last"], ["data", "of", "data/big"], ["gc"]):
        assert project.samerun(*more).returncode == 0, more
    assert facts(project.work) == before
    inodes = {one.st_ino for one in (path.lstat() for path in project.work.rglob("*"))}
    stored = [path for path in project.store.rglob("*") if path.is_file()]
    assert inodes.isdisjoint(path.stat().st_ino for path in stored), "nothing in the store is a link to a user's file"


@pytest.mark.parametrize("policy", ["never", "small", "all"])
def test_each_mode_keeps_what_it_says(project: Box, policy: str) -> None:
    done = project.type(*arguments(policy))
    objects = sum(path.stat().st_size for path in (project.store / ".samerun/objects").rglob("*") if path.is_file())
    data = project.document("show", "last")["factors"]["data"]
    assert data["data/big"].get("kept", False) is (policy != "never")
    assert (objects > 20 << 20) is (policy != "never")
    assert all("hash" in fact for name, fact in data.items() if "link" not in fact)
    assert ("not kept" in done.stderr) is (policy == "never")


@pytest.mark.faults
@pytest.mark.parametrize("policy", ["small", "all"])
def test_killed_at_any_moment(project: Box, policy: str) -> None:
    before = facts(project.work)
    draw = random.Random(4)
    for _ in range(100 if FULL else 6):
        shutil.rmtree(project.store, ignore_errors=True)
        child = subprocess.Popen(
            arguments(policy), cwd=project.work, env=project.environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        time.sleep(draw.uniform(0.02, 1.0))
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        assert facts(project.work) == before
    assert project.type(*arguments(policy)).returncode == 0
    assert facts(project.work) == before


MOUNTED = """
mkdir -p "$1" && mount -t tmpfs -o size="$2" none "$1" || exit 99
export SAMERUN_STORE="$1/store"; shift 2
"$@"; echo "status $?"
{after}
"""


def mounted(box: Box, size: str, after: str, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Record into a store on a small file system of its own."""
    if shutil.which("unshare") is None or os.geteuid() != 0:
        pytest.skip("no mounts can be made here")
    script = MOUNTED.format(after=after)
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", str(box.store.parent / "disk"), size, *command],
        cwd=box.work, env=box.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 99:
        pytest.skip(f"no mounts can be made here: {done.stderr}")
    return done


@pytest.mark.faults
@pytest.mark.parametrize("size", ["300k", "1m", "3m", "10m", "16m"])
@pytest.mark.parametrize("policy", ["small", "all"])
def test_a_disk_that_gets_full(project: Box, size: str, policy: str) -> None:
    before = facts(project.work)
    shown = " ".join([*SAMERUN, "show", "last", "--json"])
    done = mounted(project, size, shown, arguments(policy))
    assert facts(project.work) == before
    assert "Traceback" not in done.stderr
    assert "status 0" in done.stdout or "status 2" in done.stdout
    if "status 0" in done.stdout:
        assert "done\n" in done.stdout
        assert "not kept" in done.stderr or "could not be written" in done.stderr or size == "16m"


@pytest.mark.faults
def test_a_store_that_can_only_be_read(project: Box) -> None:
    before = facts(project.work)
    mount = 'mount -o remount,ro "${SAMERUN_STORE%/store}"; ' + " ".join(arguments("small")) + '; echo "then $?"'
    done = mounted(project, "200m", mount, ["true"])
    assert "then 2" in done.stdout, done.stderr
    assert "done" not in done.stdout, "refused before the start"
    assert facts(project.work) == before


@pytest.mark.faults
def test_an_input_that_is_swapped_for_a_pipe_or_a_folder_hangs_nothing(project: Box) -> None:
    script = (
        "import os\nopen('data/x/5', 'rb').read()\nos.unlink('data/x/5')\n"
        "os.mkfifo('data/x/5')\nopen('data/x/6', 'rb').read()\nos.unlink('data/x/6')\nos.mkdir('data/x/6')\n"
    )
    project.write("swap.py", script)
    done = project.type(*SAMERUN, "record", "--data", "data", "--", sys.executable, "swap.py")
    assert done.returncode == 0, done.stderr
    gaps = {gap["what"]: gap["why"] for gap in project.document("show", "last")["not_captured"]}
    assert {"data/x/5", "data/x/6"} <= set(gaps)

"""A disk that is full or can only be read: training goes on, one sentence says it, and nothing false is kept."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import FULL, Box

pytestmark = pytest.mark.faults

TRAIN = """
import os, sys
import samerun
phase, disk = sys.argv[1], sys.argv[2]
def fill():
    with open(disk + "/ballast", "wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True: file.write(b"x" * size)
            except OSError:
                pass
if phase == "first": fill()
run = samerun.run("full", config={"lr": 0.1})
for step in range(50):
    run.log({"acc": step}, step=step)
    print("step", step, flush=True)
    open("read%d.txt" % (step % 3)).read()
    if phase == "middle" and step == 20: fill()
open("out.txt", "w").write("0.5")
print("to the end")
if phase == "sealing": fill()
sys.exit(3)
"""
PRINTED = "".join(f"step {step}\n" for step in range(50)) + "to the end\n"

ON_A_DISK = """
import json, os, subprocess, sys
mount, size, phase, *samerun = sys.argv[1:]
os.environ["SAMERUN_STORE"] = mount + "/store"
def type(*arguments):
    done = subprocess.run([*samerun, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return [done.returncode, done.stdout, done.stderr]
said = {}
if phase in ("before", "read-only"):
    said["first"] = type("record", "--", sys.executable, "-c", "print(1)")
if phase == "before":
    with open(mount + "/ballast", "wb", buffering=0) as file:
        try:
            while True: file.write(b"x" * 4096)
        except OSError: pass
if phase == "read-only":
    subprocess.run(["mount", "-o", "remount,ro", mount], check=True)
said["record"] = type("record", "--", sys.executable, "train.py", phase, mount)
if os.path.exists(mount + "/ballast"): os.unlink(mount + "/ballast")
said["ls"], said["show"] = type("ls", "--json"), type("show", "last", "--json")
said["page"], said["diff"] = type("show", "last"), type("diff", "last", "last")
said["after"] = type("record", "--", sys.executable, "-c", "print(1)")
logs = [os.path.join(folder, name) for folder, _, names in os.walk(mount) for name in names if name == "metrics.jsonl"]
said["logged"] = open(logs[0]).read() if logs else ""
print(json.dumps(said))
"""


def on_disk(box: Box, mount: Path, size: int, phase: str) -> dict[str, Any]:
    """Record on a file system of so many bytes and return what each command said."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    mount.mkdir(exist_ok=True)
    box.write("train.py", TRAIN)
    for number in range(3):
        box.write(f"read{number}.txt", f"{number}\n")
    inner = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@"'
    script = [sys.executable, "-c", ON_A_DISK, str(mount), str(size), phase, sys.executable, "-m", "samerun.cli.main"]
    done = box.type("unshare", "-rm", "sh", "-c", inner, "sh", str(size), str(mount), *script)
    if done.returncode and ("unshare" in done.stderr or "mount:" in done.stderr):
        pytest.skip("no file system can be mounted here")
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    assert not any("Traceback" in text or "own fault" in text for _, _, text in list(said.values())[:-1]), said
    return said


def ours(stderr: str) -> list[str]:
    """Return the lines that samerun itself said while the program ran, and after."""
    return [line for line in stderr.splitlines() if line.startswith("samerun: ")]


@pytest.mark.parametrize("phase", ["first", "middle", "sealing"])
def test_training_goes_on_and_one_sentence_says_it(phase: str, box: Box, tmp_path: Path) -> None:
    said = on_disk(box, tmp_path / "disk", 1 << 20, phase)
    returncode, printed, stderr = said["record"]
    assert (returncode, printed) == (3, PRINTED)
    assert (box.work / "out.txt").read_text() == "0.5"
    inside = [
        line for line in ours(stderr) if line.endswith("could not be kept (No space left on device); training goes on")
    ]
    outside = [line for line in ours(stderr) if "its record could not be written: No space left on device." in line]
    assert (len(inside), len(outside)) == (0 if phase == "sealing" else 1, 1), stderr
    (row,) = json.loads(said["ls"][1])["runs"]
    assert row["status"] in ("failed", "killed")
    assert said["show"][0] == 0
    assert not json.loads(said["show"][1])["problems"] or row["status"] != "failed" or "seal" in said["page"][1]
    assert said["after"][0] == 0, "with room again, all is as ever"


@pytest.mark.parametrize("size", range(40_000, 1_000_000, 8_000 if FULL else 96_000))
def test_no_size_of_disk_makes_a_false_record(size: int, box: Box, tmp_path: Path) -> None:
    said = on_disk(box, tmp_path / "disk", size, "")
    returncode, printed, stderr = said["record"]
    if returncode == 2:
        assert printed == ""
        assert len(ours(stderr)) == 1
        return
    assert (returncode, printed) == (3, PRINTED)
    assert (box.work / "out.txt").read_text() == "0.5"
    runs = json.loads(said["ls"][1])["runs"]
    kept = not [line for line in ours(stderr) if "could not" in line]
    assert [run["status"] for run in runs] == (["failed"] if kept else [runs[0]["status"]])
    steps = [json.loads(line)["step"] for line in said["logged"].splitlines() if line.endswith("}")]
    assert steps == sorted(set(steps))
    if kept:
        shown = json.loads(said["show"][1])
        assert (shown["problems"], shown["metrics"]["acc"]) == ([], steps[-1])
        assert steps == list(range(50)) or [one for one in shown["not_captured"] if one["what"] == "metrics"]


@pytest.mark.parametrize("phase", ["before", "read-only"])
def test_a_disk_that_cannot_take_a_run_is_refused_before_the_start(phase: str, box: Box, tmp_path: Path) -> None:
    said = on_disk(box, tmp_path / "disk", 1 << 20, phase)
    returncode, printed, stderr = said["record"]
    assert (returncode, printed) == (2, "")
    assert len(ours(stderr)) == 1, stderr
    assert "store" in stderr
    assert not (box.work / "out.txt").exists(), "the program was not started"
    assert [run["status"] for run in json.loads(said["ls"][1])["runs"]] == ["finished"]
    assert [said[name][0] for name in ("ls", "show", "page", "diff")] == [0, 0, 0, 0], "what is there can be looked at"
    assert said["after"][0] == (2 if phase == "read-only" else 0)


def test_a_file_in_the_way_of_the_store_is_a_sentence(box: Box) -> None:
    box.store.write_text("in the way")
    done = box.record("-c", "print(1)")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(ours(done.stderr)) == 1


def test_limited_file_sizes_leave_the_program_as_it_is(box: Box, tmp_path: Path) -> None:
    """``ulimit -f``: our own files may not grow; the program's text and status are what they would be."""
    box.write("train.py", "import sys\nfor number in range(30_000): print(number)\nsys.exit(3)\n")
    limited = ["sh", "-c", 'ulimit -f 64; exec "$@"', "sh"]
    command = [sys.executable, "-m", "samerun.cli.main", "record", "--", sys.executable, "train.py"]
    done = subprocess.run([*limited, *command], cwd=box.work, env=box.environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (3, "".join(f"{number}\n" for number in range(30_000)))
    assert "Traceback" not in done.stderr
    shown = box.document("show", "last")
    assert ("printed text", "what was printed could not be kept: File too large") in told(shown)
    assert (shown["status"], shown["problems"]) == ("failed", [])


def told(shown: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["what"], each["why"]) for each in shown["not_captured"]}

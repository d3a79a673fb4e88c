"""Many recorders at once, and programs that fork and start threads with the handle in their hands."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.conftest import FULL, SAMERUN, Box

pytestmark = pytest.mark.faults

PROCESSES = 64 if FULL else 12
TRAIN = """
import sys, samerun
run = samerun.run("many", config={"number": int(sys.argv[1])})
for step in range(20):
    run.log({"number": int(sys.argv[1]), "step": step}, step=step)
open("shared.txt").read()
open(f"out{sys.argv[1]}.txt", "w").write("the same for all")
print("number", sys.argv[1])
"""


def test_many_recorders_begin_one_store_at_the_same_instant(box: Box) -> None:
    """They share a folder too: what one leaves, the others see come into being beside them."""
    for attempt in range(4 if FULL else 1):
        store = box.store.with_name(f"store{attempt}")
        one = box.with_variables(SAMERUN_STORE=str(store))
        one.write("train.py", TRAIN)
        one.write("shared.txt", "read by all\n")
        command = [*SAMERUN, "record", "--", sys.executable, "train.py"]
        children = [
            subprocess.Popen([*command, str(number)], cwd=one.work, env=one.environment, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
            for number in range(PROCESSES)
        ]  # fmt: skip
        said = [child.communicate(timeout=300) for child in children]
        assert [child.returncode for child in children] == [0] * PROCESSES, said
        assert [out for out, _ in said] == [f"number {number}\n" for number in range(PROCESSES)]
        rows = one.rows()
        assert [(row["status"], row["problems"]) for row in rows] == [("finished", [])] * PROCESSES
        assert sorted(row["metrics"]["number"] for row in rows) == list(range(PROCESSES))
        assert {row["id"] for row in rows} == {err.splitlines()[-1] for _, err in said}
        for row in rows:
            shown = one.document("show", row["id"])
            assert (shown["problems"], shown["metrics"]["step"]) == ([], 19)
            number = row["metrics"]["number"]
            assert f"out{number}.txt" in [output["path"] for output in shown["outputs"]]
            assert (Path(shown["folder"]) / "logs" / "stdout.log").read_text() == f"number {number}\n"


FORKS = """
import os, random, signal, sys, threading, time
import samerun
signal.alarm(60)
run = samerun.run("forks")
run.log({"parent": 0})
lock = threading.Lock()
def logs(name, count):
    for step in range(count):
        samerun.current().log({name: step}, step=step)
def busy(number):
    logs(f"thread{number}", 50)
threads = [threading.Thread(target=busy, args=(number,)) for number in range(4)]
for thread in threads: thread.start()
children = []
for number in range(6):
    child = os.fork()
    if child == 0:
        logs(f"child{number}", 50)
        if number == 5: os.kill(os.getpid(), signal.SIGKILL)
        if number == 4: sys.exit(0)
        os._exit(0)
    children.append(child)
for thread in threads: thread.join()
for child in children: os.waitpid(child, 0)
run.log({"parent": 1})
"""
SPAWNS = """
import multiprocessing, samerun
def work(number):
    run = samerun.current()
    for step in range(30):
        run.log({f"worker{number}": step}, step=step)
    return number
if __name__ == "__main__":
    with samerun.run("spawns") as run:
        run.log({"parent": 0})
        for first, method in enumerate(("spawn", "fork", "forkserver")):
            with multiprocessing.get_context(method).Pool(2) as pool:
                print(sum(pool.map(work, range(4 * first, 4 * first + 4), chunksize=1)))
        run.log({"parent": 1})
"""


def logged(folder: Path) -> Counter[tuple[str, object]]:
    """Count each (metric, value) in all logs of a run."""
    lines = [
        line for path in sorted((folder / "logs").glob("metrics*.jsonl")) for line in path.read_text().splitlines()
    ]
    return Counter(pair for line in lines for pair in json.loads(line)["values"].items())


def test_forked_children_and_threads_lose_and_repeat_nothing(box: Box) -> None:
    box.write("train.py", FORKS)
    for _ in range(10 if FULL else 2):
        done = box.record("train.py")
        assert done.returncode == 0, done.stderr
        names = [f"{kind}{number}" for kind, count in (("thread", 4), ("child", 6)) for number in range(count)]
        expected = Counter({(name, step): 1 for name in names for step in range(50)})
        assert logged(box.folder()) == expected + Counter({("parent", 0): 1, ("parent", 1): 1})
        shown = box.document("show", "last")
        assert (shown["status"], shown["problems"], shown["not_captured"]) == ("finished", [], [])


def test_workers_of_each_kind_log_into_the_one_run(box: Box) -> None:
    box.write("train.py", SPAWNS)
    done = box.record("train.py")
    assert done.returncode == 0, done.stderr
    expected = Counter({(f"worker{number}", step): 1 for number in range(12) for step in range(30)})
    assert logged(box.folder()) == expected + Counter({("parent", 0): 1, ("parent", 1): 1})
    assert len(box.rows()) == 1


def test_a_program_that_becomes_another_keeps_its_run(box: Box) -> None:
    box.write(
        "second.py",
        "import samerun\nsamerun.current().log({'b': 2})\nopen('out.txt', 'w').write('x')\nraise SystemExit(4)\n",
    )
    box.write("train.py", "import os, sys, samerun\nsamerun.run('exec').log({'a': 1})\n"
                          "os.execv(sys.executable, [sys.executable, 'second.py'])\n")  # fmt: skip
    assert box.record("train.py").returncode == 4
    (row,) = box.rows()
    assert (row["metrics"], row["status"], row["exit_code"]) == ({"a": 1, "b": 2}, "failed", 4)

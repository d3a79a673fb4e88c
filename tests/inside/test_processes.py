"""Every child gets a label that is unique and the same in a replay, and starts as it would have started anyway."""

from __future__ import annotations

import ast
from typing import Any

import pytest

ASK = """
import os, random, sys
def said(*words):
    print(*words, flush=True)
"""

WAYS = (
    ASK
    + """
import subprocess
python, code = sys.executable, "import random, sys; print(sys.argv[1], random.random(), flush=True)"
subprocess.run([python, "-c", code, "run"])
subprocess.run([python, "-c", code, "preexec"], preexec_fn=lambda: None)
subprocess.run([python, "-c", code, "rank"], env=dict(os.environ, RANK="3"))
subprocess.run([python, "-c", code, "any descriptor"], close_fds=False)
subprocess.run(f"'{python}' -c '{code}' shell; '{python}' -c '{code}' again", shell=True)
os.system(f"'{python}' -c '{code}' system")
os.waitpid(os.posix_spawn(python, [python, "-c", code, "posix_spawn"], os.environ), 0)
os.spawnv(os.P_WAIT, python, [python, "-c", code, "spawnv"])
if (pid := os.fork()) == 0:
    said("fork", random.random())
    os.execve(python, [python, "-c", code, "execve"], dict(os.environ))
os.waitpid(pid, 0)
os.execvp(python, [python, "-c", code, "exec"])
"""
)

LABELS = {
    "main",
    "main/s1",
    "main/s2",
    "main/s3@3",
    "main/s4",
    "main/s-sh-1",
    "main/s-sh-1~2",
    "main/s-sh-2",
    "main/s5",
    "main/f1",
    "main/f1/x",
    "main/f2",
    "main/f2/x",
    "main/x",
}

WORKERS = (
    ASK
    + """
import multiprocessing
def work(queue, number):
    queue.put((number, multiprocessing.current_process().name, random.random(), random.Random().random()))
def nest(queue, number):
    process = multiprocessing.get_context(sys.argv[1]).Process(target=work, args=(queue, number), name="inner")
    process.start()
    process.join()
if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    queue = context.Queue()
    names = [None, None, "twin", "twin", "nest"]
    processes = [
        context.Process(target=nest if name == "nest" else work, args=(queue, number), name=name)
        for number, name in enumerate(names)
    ]
    for process in processes:
        process.start()
    for answer in sorted(queue.get() for _ in processes):
        said(*answer)
    for process in processes:
        process.join()
"""
)


def test_every_way_to_start_a_program_hands_a_label_down(observe: Any, python: str) -> None:
    spool = observe(WAYS, python=python)
    first = observe.output
    assert set(spool.processes) == LABELS
    observe(WAYS, python=python)
    assert observe.output == first
    numbers = [line.split()[-1] for line in first.splitlines()]
    assert len(set(numbers)) == len(numbers) == 12


def test_another_entropy_gives_other_numbers(observe: Any) -> None:
    observe(WAYS)
    first = observe.output
    observe(WAYS, env={"SAMERUN_ENTROPY": "77" * 32})
    pairs = zip(first.splitlines(), observe.output.splitlines(), strict=True)
    assert all(one.split()[:-1] == other.split()[:-1] and one != other for one, other in pairs)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_of_multiprocessing_repeat_and_differ_from_each_other(observe: Any, python: str, method: str) -> None:
    spool = observe(WORKERS, method, python=python)
    first = observe.output
    assert not [event for event in spool.events if type(event.record).__name__ == "FaultSeen"]
    observe(WORKERS, method, python=python)
    assert observe.output == first
    numbers = [number for line in first.splitlines() for number in line.split()[2:]]
    assert len(set(numbers)) == len(numbers) == 10


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_named_workers_are_labelled_by_name(observe: Any, method: str) -> None:
    spool = observe(WORKERS, method)
    kind = {"spawn": "SpawnProcess", "forkserver": "ForkServerProcess"}[method]
    expected = {"main", f"main/{kind}-1", f"main/{kind}-2", "main/twin", "main/twin#2", "main/nest", "main/nest/inner"}
    assert {label for label in spool.processes if "+" not in label} == expected


def test_starts_are_noted(observe: Any) -> None:
    spool = observe("import os, subprocess\nsubprocess.run(['true', 'a b'])\nif not os.fork(): os._exit(0)\nos.wait()")
    launches = [event.record for event in spool.events if type(event.record).__name__ == "Launch"]
    assert [(launch.label, launch.argv) for launch in launches] == [("main/s-true-1", ("true", "a b")), ("main/f1", ())]
    assert [launch.executable.rsplit("/", 1)[-1] for launch in launches] == ["true", ""]


def test_a_program_that_is_not_there_fails_as_ever_and_is_not_noted(observe: Any) -> None:
    script = "import subprocess\ntry: subprocess.run(['/no/such'])\nexcept FileNotFoundError as error: print(error)"
    spool = observe(script)
    assert observe.output == "[Errno 2] No such file or directory: '/no/such'\n"
    assert not [event for event in spool.events if type(event.record).__name__ == "Launch"]


def test_the_programs_view_of_its_variables_does_not_change(observe: Any) -> None:
    script = """
import os, subprocess, sys
before = dict(os.environ)
given = dict(os.environ, X="1")
subprocess.run([sys.executable, "-c", "pass"], env=given)
subprocess.run([sys.executable, "-c", "pass"])
os.system("true")
assert dict(os.environ) == before and given == dict(before, X="1")
print(subprocess.run(["env"], env={"ONLY": "1"}, capture_output=True, text=True).stdout)
"""
    observe(script)
    assert observe.output == "ONLY=1\n\n"


def test_descriptors_are_passed_as_ever(observe: Any) -> None:
    script = """
import os, subprocess, sys
r, w = os.pipe()
code = f"import os\\ntry: os.write({w}, b'x')\\nexcept OSError: print('closed')"
subprocess.run([sys.executable, "-c", code], pass_fds=[w])
print(os.read(r, 1), flush=True)
os.set_inheritable(w, True)
subprocess.run([sys.executable, "-c", code])
"""
    observe(script)
    assert observe.output == "b'x'\nclosed\n"


def test_threads_that_fork_at_the_same_time_get_a_label_each(observe: Any) -> None:
    script = """
import os, sys, threading
sys.setswitchinterval(1e-6)
def fork():
    for _ in range(5):
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
threads = [threading.Thread(target=fork) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    spool = observe(script, env={"PYTHONWARNINGS": "ignore"})
    assert set(spool.processes) == {"main", *(f"main/f{number}" for number in range(1, 41))}


def test_threads_that_start_programs_at_the_same_time_get_a_label_each(observe: Any) -> None:
    script = """
import subprocess, sys, threading
def start():
    for _ in range(3):
        subprocess.run([sys.executable, "-c", "pass"])
threads = [threading.Thread(target=start) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    spool = observe(script)
    assert set(spool.processes) == {"main", *(f"main/s{number}" for number in range(1, 13))}


def test_workers_of_loky_are_labelled_by_name(observe: Any) -> None:
    pytest.importorskip("joblib")
    script = """
import random, time
from joblib import Parallel, delayed
from multiprocessing import current_process
def work(_):
    time.sleep(0.3)
    return current_process().name, random.random()
if __name__ == "__main__":
    print(sorted(set(Parallel(n_jobs=2)(delayed(work)(i) for i in range(2)))))
"""
    spool = observe(script)
    first = ast.literal_eval(observe.output)
    observe(script)
    again = ast.literal_eval(observe.output)
    assert dict(first).items() >= dict(again).items() or dict(again).items() >= dict(first).items()
    assert {"main/LokyProcess-1", "main/LokyProcess-2"} <= set(spool.processes)

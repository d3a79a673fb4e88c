"""Programs whose lines are followed: they do what they would have done, and the trace says what that was."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun.explain.where.traces import Execution, Trace, read_trace
from samerun.launch import reported
from tests.inside.conftest import Observe, observe, python

__all__ = ["observe", "python"]

ASKED = {"SAMERUN_CONDITIONS": "trace=on"}


def follow(observe: Observe, script: str, python: str = "", **env: str) -> Trace:
    chosen = {"python": python} if python else {}
    spool = observe(script, env={**ASKED, **env}, **chosen)  # type: ignore[arg-type]
    assert spool.of(reported.FaultSeen) == []
    return read_trace(observe.run)


def at(trace: Trace, number: int, function: str = "") -> list[Execution]:
    for line, executions in trace.lines.items():
        if line.number == number and function in ("", line.function):
            return executions
    return []


def parts(executions: list[Execution]) -> set[str]:
    return {f"{part.role} {part.name}".strip() for each in executions for part in each.did if part.role != "next"}


ORDINARY = """
import functools
class Base:
    kind = "a"
    def __init__(self, n):
        self.n = n
    def add(self, x):
        self.n += x
        return self.n
def numbers(k):
    for i in range(k):
        yield i
thing = Base(1)
total = 0
for i in numbers(3):
    total += thing.add(i)
rows = [x * 2 for x in (1, 2)]
rows.append(total)
try:
    rows[10]
except IndexError as error:
    caught = type(error)
print(total, rows, caught.__name__)
"""


def test_every_version_follows_alike(observe: Observe, python: str) -> None:
    trace = follow(observe, ORDINARY, python)
    assert observe.output == "7 [2, 4, 7] IndexError\n"
    assert parts(at(trace, 6, "__init__")) == {"out self.n"}
    assert parts(at(trace, 8, "add")) == {"out self.n"}
    assert len(at(trace, 8, "add")) == 3
    assert parts(at(trace, 16)) >= {"out total"}
    assert "out rows" in parts(at(trace, 17, "<module>"))
    assert "touched rows.append" in parts(at(trace, 18))
    assert "raised" in parts(at(trace, 20))
    assert "written standard output" in parts(at(trace, 23))


def test_without_being_asked_nothing_is_followed(observe: Observe) -> None:
    observe("import sys\nassert sys.gettrace() is None\nprint(1)\n")
    assert not read_trace(observe.run).found


def test_a_program_that_fails_fails_as_it_would(observe: Observe) -> None:
    observe("def f():\n    return 1 / 0\nf()\n", env=ASKED, check=False)
    assert observe.status == 1
    assert observe.errors.rstrip().endswith("ZeroDivisionError: division by zero")
    assert "tracing" not in observe.errors
    assert parts(at(read_trace(observe.run), 2)) == {"raised"}


HOT = """
total = 0
for i in range(30000):
    total += i
print(total)
"""


def test_a_hot_loop_is_looked_at_ever_more_seldom(observe: Observe) -> None:
    trace = follow(observe, HOT)
    assert 1000 < len(at(trace, 4)) < 1100
    assert at(trace, 4)[-1].count > 27_000
    assert observe.output == "449985000\n"


PROCESSES = """
import multiprocessing, os, sys, threading
def work(x):
    y = x + 1
    return y
def main():
    child = os.fork()
    if child == 0:
        work(5)
        os._exit(0) if len(sys.argv) > 1 else sys.exit(0)
    os.waitpid(child, 0)
    thread = threading.Thread(target=work, args=(7,), name="seven")
    thread.start()
    thread.join()
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(pool.map(work, range(4)))
if __name__ == "__main__":
    main()
"""


def test_every_process_and_thread_has_its_trace(observe: Observe) -> None:
    trace = follow(observe, PROCESSES)
    where = {(line.process, line.thread) for line in trace.lines if line.function == "work"}
    assert where == {
        ("main/f#", ""), ("main", "seven"), ("main/SpawnPoolWorker-#", ""),
    } | {each for each in where if each[0].startswith("main/f#")}  # fmt: skip
    done = [each for line, several in trace.lines.items() if line.number == 4 for each in several]
    assert len(done) == 1 + 1 + 4 + 4


def test_an_iterator_is_not_moved_on_and_a_generator_not_drawn_from(observe: Observe) -> None:
    script = "it = iter([1, 2, 3])\na = next(it)\nsquares = (x * x for x in it)\nprint(a, list(squares))\n"
    observe(script)
    alone = observe.output
    follow(observe, script)
    assert observe.output == alone


def test_libraries_are_not_followed(observe: Observe) -> None:
    trace = follow(observe, "import json\nx = json.loads(json.dumps({'a': [1]}))\n")
    assert {line.file for line in trace.lines} == {"script.py"}


def test_a_class_whose_methods_must_not_be_called(observe: Observe) -> None:
    script = """
class No:
    def fail(self, *a):
        print("called")
        raise SystemExit(9)
    __repr__ = __eq__ = __hash__ = __len__ = __iter__ = __bool__ = fail
    value = property(fail)
no = No()
no.x = 1
both = [no, no]
print("fine")
"""
    follow(observe, script)
    assert observe.output == "fine\n"


@pytest.mark.parametrize("limit", [60, 1000])
def test_deep_recursion_is_followed(observe: Observe, limit: int) -> None:
    script = f"def f(n):\n    if n == 0:\n        return 0\n    return f(n - 1) + 1\nprint(f({min(limit, 300)}))\n"
    follow(observe, script)
    assert observe.output == f"{min(limit, 300)}\n"


def test_the_trace_lies_beside_the_record(observe: Observe) -> None:
    follow(observe, "x = 1\n")
    assert [path.name for path in Path(observe.run / "traces").iterdir()] == ["main.trace"]


LEAVING = """
import contextlib
def read():
    with contextlib.nullcontext([1, 2]) as held:
        with contextlib.nullcontext():
            return held[0] + 1
x = read()
"""


def test_what_is_returned_out_of_with_is_returned_by_its_own_line(observe: Observe) -> None:
    trace = follow(observe, LEAVING)
    assert "returned" in parts(at(trace, 6))
    assert "returned" not in parts(at(trace, 5)) | parts(at(trace, 4))

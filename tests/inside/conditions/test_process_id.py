"""What single lines are told of a process's number, and who asks for it."""

from __future__ import annotations

from typing import Any

SCRIPT = """import os, signal, subprocess, sys, tempfile
from multiprocessing import current_process, get_context
def tell():
    print(os.getpid(), flush=True)
if __name__ == "__main__":
    print(os.getpid(), os.getppid(), current_process().pid)
    tell()
    for kind in ("fork", "spawn"):
        child = get_context(kind).Process(target=tell)
        child.start()
        child.join()
    os.kill(os.getpid(), 0)
"""


def output(observe: Any, asked: str, **more: Any) -> list[str]:
    observe(SCRIPT, env={"SAMERUN_CONDITIONS": asked}, **more)
    return str(observe.output).split()


def test_named_lines_are_told_the_same_in_every_run_and_another_in_each_process(observe: Any, python: str) -> None:
    lines = "process-id=held@script.py:4,script.py:6"
    one, other = output(observe, lines, python=python), output(observe, lines, python=python)
    assert one == other
    assert one[0] == one[2] == one[3] == "4242"
    assert len(set(one)) == 4
    assert output(observe, lines.replace("held", "moved"), python=python) != one


def test_other_lines_are_told_the_real_one(observe: Any) -> None:
    told = output(observe, "process-id=held@script.py:4")
    assert told[0] == told[2] != "4242"
    assert told[3] == "4242"


def test_nothing_is_changed_without_named_lines(observe: Any) -> None:
    for asked in ("", "process-id=held", "process-id=watch"):
        told = output(observe, asked)
        assert told[0] == told[2] == told[3] != "4242"
        assert len(set(told)) == 4


def test_the_lines_that_ask_are_noted_and_no_library(observe: Any, python: str) -> None:
    spool = observe(SCRIPT, env={"SAMERUN_CONDITIONS": "process-id=watch"}, python=python)
    used = [event.record for event in spool.events if type(event.record).__name__ == "Used"]
    assert sorted({(each.kind, each.file, each.line) for each in used}) == [
        ("process-id", "script.py", number) for number in (4, 6, 12)
    ]

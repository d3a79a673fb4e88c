"""Processes that race come in one order when it is held; those that wait for each other still meet."""

from __future__ import annotations

import json
from typing import Any

from tests.inside.conditions.racing import noted, outcomes, site, under

STARTED = """
import multiprocessing
def work(number, done):
    pause()
    done.put(number)
if __name__ == "__main__":
    context = multiprocessing.get_context("METHOD")
    done = context.Queue()
    processes = [context.Process(target=work, args=(number, done)) for number in range(4)]
    for process in processes:
        process.start()
    print([done.get() for _ in processes])
    for process in processes:
        process.join()
"""
SERVING = """
import multiprocessing
def serve(work, done):
    for item in iter(work.get, None):
        pause(0.01)
        done.put(item)
if __name__ == "__main__":
    context = multiprocessing.get_context("METHOD")
    work, done = context.Queue(), context.SimpleQueue()
    processes = [context.Process(target=serve, args=(work, done)) for _ in range(2)]
    [process.start() for process in processes]
    [work.put(item) for item in range(10)]
    [work.put(None) for _ in processes]
    print([done.get() for _ in range(10)])
    [process.join() for process in processes]
"""


def test_processes_work_one_after_the_other_when_it_is_held(observe: Any, python: str) -> None:
    script = STARTED.replace("METHOD", "fork")
    assert under(observe, script, "ordered", python=python) == "[0, 1, 2, 3]\n"
    assert under(observe, SERVING.replace("METHOD", "fork"), "ordered", python=python) == f"{list(range(10))}\n"


def test_workers_that_are_spawned_know_it_too(observe: Any) -> None:
    assert outcomes(observe, STARTED.replace("METHOD", "spawn"), "ordered", times=2) == {"[0, 1, 2, 3]\n"}
    assert outcomes(observe, SERVING.replace("METHOD", "spawn"), "ordered", times=2) == {f"{list(range(10))}\n"}


def test_they_race_otherwise(observe: Any) -> None:
    assert len(outcomes(observe, STARTED.replace("METHOD", "fork"), times=4)) > 1
    assert len(outcomes(observe, SERVING.replace("METHOD", "fork"), times=4)) > 1


def test_a_variation_lets_later_ones_overtake(observe: Any) -> None:
    equal = STARTED.replace("METHOD", "fork").replace("pause()", "pass")
    assert json.loads(under(observe, equal, "reversed"))[0] in (1, 3)
    assert json.loads(under(observe, equal, "delayed"))[0] in (0, 2)


MEETING = """
import multiprocessing
def meet(barrier, told):
    barrier.wait()
    told.put(1)
context = multiprocessing.get_context("fork")
barrier, told = context.Barrier(3), context.Queue()
processes = [context.Process(target=meet, args=(barrier, told)) for _ in range(3)]
[process.start() for process in processes]
print([told.get() for _ in processes])
[process.join() for process in processes]
"""


def test_processes_that_wait_for_each_other_meet(observe: Any) -> None:
    assert under(observe, MEETING, "ordered") == "[1, 1, 1]\n"


def test_a_watch_notes_where_they_are_started_and_lines_restrict_it(observe: Any) -> None:
    script = STARTED.replace("METHOD", "fork")
    assert noted(observe, script) == [11]
    assert under(observe, script, "ordered@" + site(11)) == "[0, 1, 2, 3]\n"
    assert len(outcomes(observe, script, "ordered@other.py:1", times=4)) > 1

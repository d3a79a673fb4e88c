"""Futures are handed over as they were submitted, or from the end, and nothing waits for ever."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from samerun.inside.conditions import completion_futures, completion_mode
from tests.inside.conditions.racing import noted, outcomes, site, under

COMPLETED = """
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, as_completed, wait
def work(number):
    pause(0.01)
    return number
pool = ThreadPoolExecutor(4)
futures = {pool.submit(work, number) for number in range(10)}
print([future.result() for future in as_completed(futures)])
"""
WAITED = """
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
pool, told = ThreadPoolExecutor(4), []
def work(number):
    pause(0.01)
    return number
left = {pool.submit(work, number) for number in range(10)}
while left:
    done, left = wait(left, return_when=FIRST_COMPLETED)
    told += [future.result() for future in done]
done, left = wait([pool.submit(work, number) for number in range(10)])
print(told == [done.pop().result() for _ in range(10)], told, len(left))
"""
CALLED = """
from concurrent.futures import ThreadPoolExecutor
told = []
def work(number):
    pause(0.01)
    return number
with ThreadPoolExecutor(4) as pool:
    for number in range(10):
        pool.submit(work, number).add_done_callback(lambda future: told.append(future.result()))
print(told)
"""
ORDER = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"


@pytest.mark.parametrize("script", [COMPLETED, WAITED, CALLED], ids=["as_completed", "wait", "callback"])
def test_what_is_collected_as_it_comes_comes_in_order(observe: Any, script: str) -> None:
    assert len(outcomes(observe, script)) > 1
    (held,) = outcomes(observe, script, "ordered")
    assert ORDER in held
    assert "False" not in held


@pytest.mark.parametrize(("script", "line"), [(COMPLETED, 8), (CALLED, 9)], ids=["as_completed", "callback"])
def test_a_line_alone_can_be_held(observe: Any, script: str, line: int) -> None:
    assert outcomes(observe, script, f"ordered@{site(line)}") == {ORDER + "\n"}
    assert len(outcomes(observe, script, "ordered@other.py:1")) > 1


def test_a_variation_turns_them_round(observe: Any) -> None:
    assert under(observe, COMPLETED, "reversed") == "[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]\n"
    assert under(observe, WAITED, "reversed") == "True [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] 0\n"


def test_a_watch_notes_the_lines_that_collect_before_those_that_submit(observe: Any) -> None:
    assert noted(observe, COMPLETED) == [8, 7]
    assert noted(observe, CALLED) == [9]
    assert noted(observe, WAITED) == [9, 11, 7]


EDGES = """
from concurrent.futures import (
    ALL_COMPLETED, FIRST_EXCEPTION, CancelledError, Future, ThreadPoolExecutor, TimeoutError, as_completed, wait)
pool = ThreadPoolExecutor(2)
never, done, failed, cancelled = Future(), Future(), Future(), Future()
done.set_result(1)
failed.set_exception(ValueError("x"))
cancelled.cancel()
cancelled.set_running_or_notify_cancel()
print(list(as_completed([])), wait([]))
print([future is done for future in as_completed([done, done])])
try:
    for future in as_completed([never, done], timeout=0.05):
        print(future is done)
except TimeoutError as error:
    print(error)
told = wait([failed, never], timeout=0.2, return_when=FIRST_EXCEPTION)
print(told.done == {failed}, told.not_done == {never})
told = wait([never, done], timeout=0.05)
print(told.done == {done}, told.not_done == {never}, isinstance(told.done, set))
print(cancelled in set(as_completed([cancelled, failed])), len(told.done | told.not_done))
for collected in as_completed([pool.submit(int, "x")]):
    try:
        collected.result()
    except ValueError as error:
        print(error)
"""


def test_times_failures_and_cancelled_work_are_what_they_were(observe: Any, python: str) -> None:
    plain = under(observe, EDGES, python=python).splitlines()
    held = under(observe, EDGES, "ordered", python=python).splitlines()
    assert held == plain


def test_one_that_gets_on_only_if_another_is_handed_over_is_passed_by(
    observe: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = """
from concurrent.futures import ThreadPoolExecutor, as_completed
import threading
module = sys.modules.get("_samerun_inside.conditions.completion_futures")
if module:
    module.PATIENCE = 0.2
event = threading.Event()
pool = ThreadPoolExecutor(2)
for future in as_completed([pool.submit(event.wait), pool.submit(int, "3")]):
    print(future.result())
    event.set()
"""
    assert under(observe, script, "ordered") == under(observe, script) == "3\nTrue\n"


def test_a_set_in_order_is_a_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completion_mode, "_mode", completion_mode.ORDERED)
    ordered = completion_futures.InOrder({3, 1, 2}, lambda number: -number)
    assert list(ordered) == [3, 2, 1]
    assert ordered == {1, 2, 3}
    assert repr(ordered) == "{3, 2, 1}"
    assert type(copy.copy(ordered)) is set
    assert ordered.pop() == 3
    assert len(ordered) == 2
    assert repr(completion_futures.InOrder((), int)) == "set()"
    with pytest.raises(KeyError):
        completion_futures.InOrder((), int).pop()


def test_callbacks_are_called_in_the_order_in_which_they_were_given() -> None:
    told: list[object] = []
    callbacks = completion_futures.Callbacks()
    first, failing = callbacks.in_order(told.append, None)
    (second,) = callbacks.in_order(told.append)
    second("b")
    assert told == []
    first("a")
    assert told == ["a", "b"]
    nothing, error = callbacks.in_order(None, told.append)
    (last,) = callbacks.in_order(told.append)
    last("d")
    error("c")
    assert told == ["a", "b", "c", "d"]

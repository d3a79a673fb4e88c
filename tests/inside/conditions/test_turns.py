"""Turns: one thread has it, whoever is ready and first gets it next, and nobody waits for one that stands still."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from samerun.inside.conditions import turns


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    turns.forget()
    yield
    turns.forget()


def start(told: list[str], name: str, work: Callable[[turns.Turn], None], main: bool = False) -> threading.Thread:
    """Start a thread that takes part, and tells its name when it has the turn and when it has done its work."""
    turn = turns.register(main=main)

    def run() -> None:
        turns.arrive(turn)
        told.append(name)
        try:
            work(turn)
            told.append(name + " ends")
        finally:
            turns.leave(turn)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def rest(turn: turns.Turn) -> None:
    time.sleep(0.005)


def test_threads_go_on_one_after_the_other_in_the_order_of_their_start() -> None:
    told: list[str] = []
    threads = [start(told, name, rest, main=True) for name in "abc"]
    own = turns.current()
    assert own is not None
    assert own.main
    assert told == []
    turns.pause(own)
    for thread in threads:
        thread.join(10)
    turns.resume(own)
    assert told == ["a", "a ends", "b", "b ends", "c", "c ends"]


def test_whoever_waits_lets_the_next_one_go_on_and_comes_back_when_it_is_woken() -> None:
    told: list[str] = []
    waiting = threading.Lock()
    waiting.acquire()
    first: list[turns.Turn] = []

    def wait(turn: turns.Turn) -> None:
        first.append(turn)
        turns.pause(turn)
        waiting.acquire(timeout=10)
        turns.resume(turn)

    def wake(turn: turns.Turn) -> None:
        turns.wake(first[0])
        waiting.release()
        time.sleep(0.02)

    threads = [start(told, "a", wait), start(told, "b", wake), start(told, "c", rest)]
    for thread in threads:
        thread.join(10)
    assert told == ["a", "b", "b ends", "a ends", "c", "c ends"]


def test_who_waits_for_the_end_of_a_thread_is_ready_when_it_ends() -> None:
    told: list[str] = []
    thread = start(told, "a", rest, main=True)
    turn = min(turns._turns.ready, key=lambda each: each.order)
    start(told, "b", rest)
    own = turns.current()
    assert own is not None
    turns.pause(own, until_end_of=turn)
    thread.join(10)
    turns.resume(own, turn)
    assert told == ["a", "a ends"]
    turns.leave(own)
    assert turns.current() is None


def test_one_that_stands_still_is_left_to_run_beside_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "IDLE", 0.05)
    told: list[str] = []
    lock = threading.Lock()
    lock.acquire()
    stuck = start(told, "a", lambda turn: print(end="" if lock.acquire(timeout=10) else "late"))
    other = start(told, "b", lambda turn: lock.release())
    other.join(10)
    stuck.join(10)
    assert told[:2] == ["a", "b"]
    assert sorted(told[2:]) == ["a ends", "b ends"]


def test_one_that_works_or_sleeps_does_not_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "IDLE", 0.05)
    told: list[str] = []

    def work(turn: turns.Turn) -> None:
        end = time.monotonic() + 0.2
        while time.monotonic() < end:
            pass

    def sleep(turn: turns.Turn) -> None:
        turn.fall_asleep(0.2)
        time.sleep(0.2)

    threads = [start(told, "a", work), start(told, "b", sleep), start(told, "c", rest)]
    for thread in threads:
        thread.join(10)
    assert told == ["a", "a ends", "b", "b ends", "c", "c ends"]


@pytest.mark.parametrize(("name", "naps"), [("ASLEEP", 1), ("ASLEEP_OFTEN", 60), ("LONGEST", 0)])
def test_one_that_works_or_sleeps_without_end_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, name: str, naps: int
) -> None:
    monkeypatch.setattr(turns, name, 0.02)
    turn = turns.register(main=False)
    assert not turn.stands_still()
    for _ in range(naps):
        turn.fall_asleep(0.03)
    time.sleep(0.03)
    assert turn.stands_still()


def test_a_thread_that_only_waits_for_another_to_have_started_keeps_its_turn() -> None:
    turns.register(main=True)
    own = turns.of_this_thread()
    assert own is not None
    own.starting += 1
    assert turns.current() is None
    own.starting -= 1
    assert turns.current() is own


def test_a_forked_child_takes_no_part() -> None:
    turns.register(main=True)
    turns.forget()
    assert turns.of_this_thread() is None

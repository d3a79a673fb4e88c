"""Pools of processes hand over in one order when it is held; one that cannot get on gets another worker."""

from __future__ import annotations

import weakref
from types import SimpleNamespace
from typing import Any

import pytest

from samerun.inside.conditions import completion_pools
from tests.inside.conditions.racing import line_of, noted, outcomes, site, under

WORK = """
import multiprocessing, warnings
from concurrent.futures import ProcessPoolExecutor
def work(number):
    pause()
    return number
def fail(number):
    if number == 2:
        raise ValueError(number)
    return number
def where(number):
    pause(0.01)
    return os.getpid()
"""
UNORDERED = (
    WORK
    + """
with multiprocessing.Pool(3) as pool:
    print(list(pool.imap_unordered(work, range(8))))
"""
)
CALLED = (
    WORK
    + """
told = []
with multiprocessing.Pool(3) as pool:
    for number in range(8):
        pool.apply_async(work, (number,), callback=told.append)
    pool.close()
    pool.join()
print(told)
"""
)
SUBMITTED = (
    WORK
    + """
told = []
with ProcessPoolExecutor(3) as pool:
    for number in range(8):
        pool.submit(work, number).add_done_callback(lambda future: told.append(future.result()))
print(told)
"""
)
WHERE = (
    WORK
    + """
with multiprocessing.Pool(3) as pool:
    told = pool.map(where, range(8), chunksize=1)
with ProcessPoolExecutor(3) as pool:
    told += list(pool.map(where, range(8)))
print([told.index(each) for each in told])
"""
)
ORDER = "[0, 1, 2, 3, 4, 5, 6, 7]\n"


@pytest.mark.parametrize("script", [UNORDERED, CALLED, SUBMITTED], ids=["unordered", "callback", "executor"])
def test_what_comes_as_it_is_ready_comes_in_order(observe: Any, script: str) -> None:
    assert len(outcomes(observe, script, times=4)) > 1
    assert outcomes(observe, script, "ordered", times=2) == {ORDER}


def test_it_is_held_in_every_python(observe: Any, python: str) -> None:
    script = UNORDERED + SUBMITTED.replace(WORK, "")
    assert under(observe, script, "ordered", python=python, PYTHONWARNINGS="ignore") == ORDER * 2


def test_which_worker_takes_which_work_is_held_too(observe: Any) -> None:
    assert outcomes(observe, WHERE, "ordered", times=1) == {f"{[0] * 8 + [8] * 8}\n"}


@pytest.mark.parametrize(
    ("script", "text"), [(UNORDERED, "imap_unordered"), (CALLED, "apply_async")], ids=["unordered", "callback"]
)
def test_a_line_alone_can_be_held(observe: Any, script: str, text: str) -> None:
    line = line_of(script, text)
    assert outcomes(observe, script, f"ordered@{site(line)}") == {ORDER}
    assert noted(observe, script)[0] == line


def test_a_variation_turns_them_round_and_failures_stay_in_their_place(observe: Any) -> None:
    equal = UNORDERED.replace("pause()", "pass")
    assert under(observe, equal, "reversed") != ORDER
    script = (
        WORK
        + """
with multiprocessing.Pool(1) as pool:
    results, told = pool.imap_unordered(fail, range(4)), []
    while True:
        try:
            told.append(next(results))
        except ValueError as error:
            told.append(str(error))
        except StopIteration:
            break
    print(told)
"""
    )
    assert under(observe, script) == "[0, 1, '2', 3]\n"
    assert under(observe, script, "reversed") == "[3, '2', 1, 0]\n"


class Stuck:
    """A pool that stands still."""

    def __init__(self) -> None:
        self._pool = [SimpleNamespace(pid=0)]
        self._cache = {1: 1}
        self._processes = 1
        self._state = "RUN"

    def _repopulate_pool(self) -> None:
        self._pool.append(SimpleNamespace(pid=0))


def test_a_pool_that_stands_still_grows_up_to_what_was_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completion_pools, "IDLE", -1.0)
    pool = Stuck()
    kept = completion_pools._Pool(pool, 3)
    assert [kept.grow(pool) for _ in range(2)] == [True, True]
    assert kept.grow(pool) is False
    assert pool._processes == 4 == len(pool._pool)
    pool._cache.clear()
    assert completion_pools._Pool(pool, 3).grow(pool) is False
    assert isinstance(kept.owner, weakref.ref)


MEETING = (
    WORK
    + """
def meet(barrier):
    barrier.wait()
    return 1
for module in [each for name, each in sys.modules.items() if name.endswith("conditions.completion_pools")]:
    module.IDLE = 0.3
barrier = multiprocessing.Manager().Barrier(2)
with multiprocessing.Pool(2) as pool:
    print(pool.map(meet, [barrier] * 2, chunksize=1))
with ProcessPoolExecutor(2) as pool:
    print(list(pool.map(meet, [barrier] * 2)))
"""
)


def test_work_that_waits_for_other_work_does_not_hang(observe: Any, python: str) -> None:
    assert under(observe, MEETING, "ordered", python=python, PYTHONWARNINGS="ignore") == "[1, 1]\n[1, 1]\n"

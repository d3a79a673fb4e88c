"""Coroutines that race come in one order when it is held, and those that wait for each other meet."""

from __future__ import annotations

from typing import Any

import pytest

from tests.inside.conditions.racing import line_of, noted, outcomes, site, under

WORK = """
import asyncio
async def work(number, told):
    await asyncio.sleep(int.from_bytes(os.urandom(2), "big") / 65536 * 0.02)
    told.append(number)
    return number
"""
GATHERED = (
    WORK
    + """
async def main():
    told = []
    await asyncio.gather(*(work(number, told) for number in range(6)))
    print(told)
asyncio.run(main())
"""
)
COMPLETED = (
    WORK
    + """
async def main():
    told = []
    for future in asyncio.as_completed([work(number, []) for number in range(6)]):
        told.append(await future)
    print(told)
asyncio.run(main())
"""
)
WAITED = (
    WORK
    + """
async def main():
    told, left = [], {asyncio.ensure_future(work(number, [])) for number in range(6)}
    while left:
        done, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
        told += [task.result() for task in done]
    print(told)
asyncio.run(main())
"""
)
THREADS = """
import asyncio
async def work(number, told):
    await asyncio.get_running_loop().run_in_executor(None, pause)
    told.append(number)
async def main():
    told = []
    await asyncio.gather(*(work(number, told) for number in range(6)))
    print(told)
asyncio.run(main())
"""
ORDER = "[0, 1, 2, 3, 4, 5]\n"
SCRIPTS = {"gather": GATHERED, "as_completed": COMPLETED, "threads": THREADS}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_race_comes_in_one_order_when_it_is_held(observe: Any, name: str) -> None:
    assert len(outcomes(observe, SCRIPTS[name])) > 1
    assert outcomes(observe, SCRIPTS[name], "ordered") == {ORDER}


def test_it_is_held_in_every_python(observe: Any, python: str) -> None:
    held = outcomes(
        observe, GATHERED + COMPLETED.replace(WORK, "") + WAITED.replace(WORK, ""), "ordered", python=python
    )
    (both,) = held
    assert both.startswith(ORDER * 2)


def test_a_line_alone_can_be_held(observe: Any) -> None:
    line = line_of(COMPLETED, "as_completed")
    assert outcomes(observe, COMPLETED, f"ordered@{site(line)}") == {ORDER}
    assert noted(observe, COMPLETED)[0] == line
    assert noted(observe, GATHERED) == [line_of(GATHERED, "gather")]


def test_a_variation_turns_them_round(observe: Any) -> None:
    equal = "import os; os.urandom = lambda count: bytes(count)\n"
    assert under(observe, equal + GATHERED) == ORDER
    assert under(observe, equal + GATHERED, "reversed") == "[1, 3, 5, 0, 2, 4]\n"
    assert under(observe, equal + GATHERED, "delayed") == "[0, 2, 4, 1, 3, 5]\n"
    assert under(observe, equal + COMPLETED, "reversed") == "[5, 4, 3, 2, 1, 0]\n"


CORRECT = """
import asyncio
async def main():
    queue, out = asyncio.Queue(maxsize=1), []
    async def consume():
        while True:
            item = await queue.get()
            if item is None:
                return "consumed"
            out.append(item)
    async def produce():
        for item in [*range(5), None, None]:
            await queue.put(item)
        return "produced"
    print(await asyncio.gather(consume(), consume(), produce()), sorted(out))
    event, lock = asyncio.Event(), asyncio.Lock()
    async def wait():
        async with lock:
            await event.wait()
            return 1
    async def tell():
        event.set()
    print(await asyncio.gather(wait(), tell()))
    try:
        for future in asyncio.as_completed([asyncio.sleep(0.5)], timeout=0.05):
            await future
    except asyncio.TimeoutError:
        print("time is over")
    async def fail():
        raise ValueError("x")
    print(await asyncio.gather(fail(), asyncio.sleep(0, 3), return_exceptions=True))
    task = asyncio.ensure_future(asyncio.sleep(5))
    other = asyncio.ensure_future(asyncio.sleep(5))
    await asyncio.sleep(0)
    other.cancel()
    task.cancel()
    print(await asyncio.gather(task, other, return_exceptions=True))
    done, left = await asyncio.wait([asyncio.ensure_future(asyncio.sleep(0.01, 1))], timeout=5)
    print(type(left) is set or isinstance(left, set), [each.result() for each in done])
    for wrong in (lambda: asyncio.wait([]), lambda: asyncio.as_completed(asyncio.ensure_future(asyncio.sleep(0)))):
        try:
            told = wrong()
            await told if asyncio.iscoroutine(told) else list(told)
        except (TypeError, ValueError) as error:
            print(type(error).__name__)
    print([await each for each in asyncio.as_completed([])])
    if sys.version_info >= (3, 13):
        tasks = [asyncio.ensure_future(asyncio.sleep(0, number)) for number in range(3)]
        print(all([each in tasks async for each in asyncio.as_completed(tasks)]))
asyncio.run(main())
"""


def test_a_correct_program_computes_what_it_did(observe: Any, python: str) -> None:
    assert under(observe, CORRECT, "ordered", python=python) == under(observe, CORRECT, python=python)


def test_a_variation_computes_what_it_did(observe: Any) -> None:
    assert under(observe, CORRECT, "reversed") == under(observe, CORRECT)

"""Coroutines in one order: each task that another one makes begins when its sibling before it has ended.

A task that waits for a sibling that has not begun cannot get on, which the event loop shows: it has nothing left to
do and no time to wait for; then the next one begins. ``as_completed`` and ``wait`` hand over in the order in which they
were given what they wait for.
"""

from __future__ import annotations

import sys
from itertools import count
from weakref import WeakKeyDictionary

from .. import imports
from . import completion_mode
from .completion_futures import InOrder

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable, Coroutine, Iterator, Optional

IDLE, IDLE_OUTSIDE, LONGEST = 0.05, 2.0, 4.0
"""Seconds after which the next task begins though the one before it has not ended: where the loop waits for nothing;
where it waits for files or threads; where it waits for a time."""

PATIENCE = 5.0
"""Seconds after which what is finished is handed over before what is not, though it is not its turn."""

_LOOK = 0.01

_numbers = count()
_siblings: WeakKeyDictionary[Any, list[Any]] = WeakKeyDictionary()
_orders: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
_asyncio: Any = None


def install() -> None:
    """Order the tasks that are made from now on."""
    imports.when_imported("asyncio.tasks", _attach_tasks)
    imports.when_imported("asyncio.base_events", _attach_loop)
    imports.when_imported("asyncio", _keep)


def _keep(module: Any) -> None:
    global _asyncio
    _asyncio = module


def _attach_tasks(tasks: Any) -> None:
    package = sys.modules.get("asyncio")
    completion_mode.wrap(tasks, "as_completed", _as_completed, package)
    completion_mode.wrap(tasks, "wait", _wait, package)


def _attach_loop(module: Any) -> None:
    completion_mode.wrap(module.BaseEventLoop, "create_task", _create_task)


def _create_task(original: Callable[..., Any], loop: Any, coroutine: Any, **kwargs: Any) -> Any:
    parent = _asyncio.current_task(loop) if _asyncio is not None and loop.is_running() else None
    if parent is None or not completion_mode.is_asked(sys._getframe(2), later=True):
        return original(loop, coroutine, **kwargs)
    number = next(_numbers)
    if completion_mode.is_held():
        before = _siblings.setdefault(parent, [])
        coroutine = _after(loop, list(before), coroutine)
        task = original(loop, coroutine, **kwargs)
        before[:] = [task]
    else:
        task = original(loop, _dawdling(coroutine) if completion_mode.is_late(number) else coroutine, **kwargs)
    _orders[task] = number
    return task


async def _dawdling(coroutine: Coroutine[Any, Any, Any]) -> Any:
    try:
        await _asyncio.sleep(completion_mode.DAWDLE)
    except BaseException:
        coroutine.close()
        raise
    return await coroutine


async def _after(loop: Any, before: list[Any], coroutine: Coroutine[Any, Any, Any]) -> Any:
    try:
        for task in before:
            await _ended(loop, task)
    except BaseException:
        coroutine.close()
        raise
    return await coroutine


_looking: set[Any] = set()


async def _ended(loop: Any, task: Any) -> None:
    """Wait until a task has ended, or cannot get on."""
    began = idle_since = loop.time()
    while not task.done():
        future = loop.create_future()
        handle = loop.call_later(_LOOK, _wake, future)
        _looking.add(handle)
        try:
            await future
        finally:
            _looking.discard(handle)
            handle.cancel()
        now = loop.time()
        if _has_to_do(loop):
            idle_since = now
        limit = IDLE_OUTSIDE if _waits_outside(loop) else IDLE
        if now - began > LONGEST or now - idle_since > limit:
            return


def _wake(future: Any) -> None:
    if not future.done():
        future.set_result(None)


def _has_to_do(loop: Any) -> bool:
    """Say whether something will go on in a loop by itself: it is ready, or its time will come."""
    timed = [handle for handle in loop._scheduled if not handle._cancelled and handle not in _looking]
    others = [handle for handle in loop._ready if not handle._cancelled and handle._callback is not _wake]
    return bool(timed) or len(others) > len(_looking)


def _waits_outside(loop: Any) -> bool:
    """Say whether a loop waits for files beside its own, or for a thread of its pool."""
    selector = getattr(loop, "_selector", None)
    files = len(selector.get_map() or ()) if selector is not None else 0
    pool = getattr(loop, "_default_executor", None)
    return files > 1 or pool is not None


def _order_of(task: Any) -> int:
    return _orders.get(task, 0)


def _as_completed(original: Callable[..., Any], fs: Any, **kwargs: Any) -> Any:
    if not completion_mode.is_asked(sys._getframe(2)):
        return original(fs, **kwargs)
    if _asyncio.isfuture(fs) or _asyncio.iscoroutine(fs):
        return original(fs, **kwargs)  # raises as it does
    return _Completed(fs, **kwargs)


class _Completed:
    """Hands over in the order in which the tasks were made: as awaitables, or by ``async for`` the tasks."""

    def __init__(self, fs: Any, timeout: Optional[float] = None) -> None:
        self._loop = _asyncio.get_event_loop()
        tasks = [_asyncio.ensure_future(each) for each in dict.fromkeys(fs)]
        tasks.sort(key=_order_of, reverse=completion_mode.is_reversed())
        self._tasks = tasks
        self._left = len(tasks)
        self._end = None if timeout is None else self._loop.time() + timeout

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if not self._left:
            raise StopIteration
        self._left -= 1
        return self._result()

    def __aiter__(self) -> _Completed:
        return self

    async def __anext__(self) -> Any:
        if not self._left:
            raise StopAsyncIteration
        self._left -= 1
        return await self._next()

    async def _result(self) -> Any:
        return (await self._next()).result()

    async def _next(self) -> Any:
        index = await _first(self._tasks, self._end)
        if index is None:
            raise _asyncio.TimeoutError
        return self._tasks.pop(index)


async def _first(tasks: list[Any], end: Optional[float]) -> Optional[int]:
    """Wait for the first, and return its index; another's, after a while or when the time is over; None for none."""
    loop = _asyncio.get_event_loop()
    began = loop.time()
    while not tasks[0].done():
        now = loop.time()
        finished = [index for index, task in enumerate(tasks) if task.done()]
        is_over = end is not None and now >= end
        if is_over or (finished and now - began > PATIENCE):
            return finished[0] if finished else None
        left = PATIENCE if end is None else min(PATIENCE, end - now)
        await _plain_wait(tasks[:1], left)
    return 0


async def _plain_wait(tasks: list[Any], timeout: Optional[float]) -> None:
    await _asyncio.tasks._wait(set(tasks), timeout, _asyncio.FIRST_COMPLETED, _asyncio.get_event_loop())


def _wait(original: Callable[..., Any], fs: Any, *, timeout: Any = None, return_when: str = "ALL_COMPLETED") -> Any:
    if not completion_mode.is_asked(sys._getframe(2)) or _asyncio.isfuture(fs) or not fs:
        return original(fs, timeout=timeout, return_when=return_when)
    return _wait_in_order(original, list(fs), timeout, return_when)


async def _wait_in_order(original: Callable[..., Any], fs: list[Any], timeout: Any, return_when: str) -> Any:
    tasks = sorted(set(fs), key=_order_of, reverse=completion_mode.is_reversed())
    if return_when == _asyncio.FIRST_COMPLETED and not any(_asyncio.iscoroutine(each) for each in fs):
        loop = _asyncio.get_event_loop()
        index = await _first(tasks, None if timeout is None else loop.time() + timeout)
        done = {task for task in tasks if task.done()} if index is None else {tasks[index]}
        left = set(tasks) - done
    else:
        done, left = await original(fs, timeout=timeout, return_when=return_when)
    return InOrder(done, _order_of), InOrder(left, _order_of)

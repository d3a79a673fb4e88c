"""Threads in one order: each that the program starts takes its turn, those of its thread pools too.

What belongs to a library alone (a pool's manager, a queue's feeder, a progress bar) takes no turns: it neither waits
for the others nor makes them wait.
"""

from __future__ import annotations

import sys
from _thread import allocate_lock, get_ident
from itertools import count

from .. import frames, identity, imports, standins
from . import completion_mode, progress, turns

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Optional

_THREADS = frozenset(["threading", "multiprocessing.dummy"])
_POOLS = frozenset(["concurrent.futures.thread", "multiprocessing.pool"])
_WORKERS = frozenset(["_worker", "worker"])
_WORK = frozenset(["subprocess", "multiprocessing.connection"])
_SELECTORS = ("SelectSelector", "_PollLikeSelector", "PollSelector", "EpollSelector", "KqueueSelector")

_numbers = count()


def install() -> None:
    """Let threads take turns, or every second one dawdle, from now on."""
    imports.when_imported("threading", _attach)
    if completion_mode.is_held():
        identity.when_entered(turns.forget)
        imports.when_imported("queue", _order_simple_queues)
        imports.when_imported("time", lambda module: standins.replace("sleep", _sleep, module))
        imports.when_imported("selectors", _let_selectors_pause)
    elif completion_mode.is_varied():
        imports.when_imported("queue", _slow_queues_down)


def _attach(threading: Any) -> None:
    completion_mode.wrap(threading.Thread, "start", _start)
    if completion_mode.is_held():
        completion_mode.wrap(threading.Thread, "join", _join)
        completion_mode.wrap(threading.Condition, "wait", _wait)
        completion_mode.wrap(threading, "_shutdown", _shut_down)


def _start(original: Callable[..., None], thread: Any) -> None:
    frame: Optional[FrameType] = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__") in _THREADS:
        frame = frame.f_back
    if not _is_the_programs(thread, frame) or not _is_asked(thread, frame):
        original(thread)
    elif completion_mode.is_held():
        _start_in_turn(original, thread)
    else:
        if completion_mode.is_late(next(_numbers)):
            thread.run = _Run(thread, lambda run: _dawdle_first(run, _name_of(frame) in _POOLS))
        original(thread)


def _is_asked(thread: Any, frame: Optional[FrameType]) -> bool:
    return completion_mode.is_asked(frame, later=_name_of(frame) in _POOLS)


def _is_the_programs(thread: Any, frame: Optional[FrameType]) -> bool:
    """Say whether a thread does the program's own work: it started it, or a pool did, or it runs its own function."""
    if frame is None:
        return False
    target: Any = getattr(thread, "_target", None)
    if _name_of(frame) in _POOLS:
        return getattr(target, "__name__", "") in _WORKERS
    while hasattr(target, "func"):
        target = target.func
    code = getattr(getattr(target, "__func__", target), "__code__", None)
    return frames.is_user(frame) or (code is not None and frames.is_user_file(code.co_filename))


def _name_of(frame: Optional[FrameType]) -> str:
    return str(frame.f_globals.get("__name__")) if frame is not None else ""


class _Run:
    """Stands in for a thread's ``run`` until it is called, and goes away then."""

    def __init__(self, thread: Any, action: Callable[[Callable[[], None]], None]) -> None:
        self._thread = thread
        self._action = action
        self._run = thread.run

    def __call__(self) -> None:
        self._thread.__dict__.pop("run", None)
        self._action(self._run)


def _dawdle_first(run: Callable[[], None], is_worker: bool) -> None:
    completion_mode.dawdle_from_now_on(is_worker)
    run()


def _start_in_turn(original: Callable[..., None], thread: Any) -> None:
    turn = turns.register(main=get_ident() == identity.main_thread())
    own = turns.of_this_thread()

    def in_turn(run: Callable[[], None]) -> None:
        turns.arrive(turn)
        try:
            run()
        finally:
            turns.leave(turn)

    thread.run = _Run(thread, in_turn)
    thread._samerun_turn = turn
    if own is not None:
        own.starting += 1
    try:
        original(thread)
    except BaseException:
        turns.leave(turn)
        raise
    finally:
        if own is not None:
            own.starting -= 1


def _join(original: Callable[..., None], thread: Any, timeout: Optional[float] = None) -> None:
    own = turns.current()
    if own is None or not thread.is_alive():
        original(thread, timeout)
        return
    awaited: Optional[turns.Turn] = getattr(thread, "_samerun_turn", None)
    turns.pause(own, until_end_of=awaited)
    try:
        original(thread, timeout)
    finally:
        turns.resume(own, awaited)


class _Waiter:
    """Among those that wait on a condition: a lock that also says whose turn it is when it is released."""

    def __init__(self, turn: turns.Turn) -> None:
        self._turn = turn
        self._lock = allocate_lock()
        self._lock.acquire()

    def acquire(self, timeout: Optional[float]) -> bool:
        return self._lock.acquire(True, -1 if timeout is None else max(timeout, 0.0))

    def release(self) -> None:
        """Wake the thread: called by ``notify``."""
        turns.wake(self._turn)
        self._lock.release()


def _wait(original: Callable[..., bool], condition: Any, timeout: Optional[float] = None) -> bool:
    """Wait on a condition as the standard library does, but take the lock again only when it is one's turn."""
    own = turns.current()
    if own is None or not condition._is_owned() or (timeout is not None and timeout <= 0):
        return original(condition, timeout)  # a mere look ends no turn: it may come from somebody who holds a lock
    waiter = _Waiter(own)
    condition._waiters.append(waiter)
    saved = condition._release_save()
    got = False
    turns.pause(own)
    try:
        got = waiter.acquire(timeout)
    finally:
        turns.resume(own)
        condition._acquire_restore(saved)
        if not got:
            try:
                condition._waiters.remove(waiter)
            except ValueError:
                got = True  # notified between the end of the time and now
    return got


def _shut_down(original: Callable[[], None]) -> None:
    own = turns.of_this_thread()
    if own is not None:
        turns.leave(own)
    original()


def _sleep(original: Callable[[float], None], seconds: float) -> None:
    own = turns.current()
    if own is None:
        progress.sleep(seconds) if identity.is_worker() and seconds > progress.TICK else original(seconds)
    elif own.main:  # it waits for the others
        _paused(own, original, seconds)
    else:
        own.fall_asleep(float(seconds))
        original(seconds)


def _paused(own: turns.Turn, function: Callable[..., Any], *args: Any) -> Any:
    turns.pause(own)
    try:
        return function(*args)
    finally:
        turns.resume(own)


def _let_selectors_pause(selectors: Any) -> None:
    """Let waiting for files end a turn: a server's, an event loop's; but not waiting for a process, which is work."""
    for name in _SELECTORS:
        holder = getattr(selectors, name, None)
        if holder is not None and "select" in vars(holder):
            completion_mode.wrap(holder, "select", _select)


def _select(original: Callable[..., Any], selector: Any, timeout: Optional[float] = None) -> Any:
    own = turns.current()
    if own is None or (timeout is not None and timeout <= 0) or (not own.main and _name_of(sys._getframe(2)) in _WORK):
        return original(selector, timeout)
    return _paused(own, original, selector, timeout)


def _order_simple_queues(queue: Any) -> None:
    """Let simple queues be those that wait on a condition; the native ones wait where no turn can end."""
    # The module has imported it.
    from threading import Condition
    from threading import RLock as Lock

    class SimpleQueue(queue._PySimpleQueue):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self._count._cond = Condition(Lock())  # put may be called within put, by what the collector frees

    SimpleQueue.__module__ = queue.__name__
    SimpleQueue.__qualname__ = "SimpleQueue"
    queue.SimpleQueue = SimpleQueue


def _slow_queues_down(queue: Any) -> None:
    """Let a thread that dawdles wait a little after each piece of work that it takes from a queue."""
    completion_mode.wrap(queue.Queue, "get", _get)

    class SimpleQueue(queue.SimpleQueue):  # type: ignore[misc]
        def get(self, *args: Any, **kwargs: Any) -> Any:
            return _get(super().get, *args, **kwargs)

        def get_nowait(self) -> Any:
            return _get(super().get_nowait)

    SimpleQueue.__module__ = queue.__name__
    SimpleQueue.__qualname__ = "SimpleQueue"
    queue.SimpleQueue = SimpleQueue


def _get(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    item = original(*args, **kwargs)
    if item is not None:  # the end of the work, as a rule
        completion_mode.dawdle()
    return item

"""Pools of processes in one order: one worker, and another one only where it stands still while work is waiting.

``multiprocessing.Pool``, ``ProcessPoolExecutor``, loky. What a pool hands over as it comes is handed over as the work
was handed in: ``imap_unordered``, and callbacks.
"""

from __future__ import annotations

import sys
import time
from _thread import start_new_thread
from weakref import ref

from .. import events, imports
from . import asked, completion_mode, progress
from .completion_futures import callbacks_at

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator, Optional

IDLE = 2.0
"""Seconds after which a pool whose workers stand still while work is waiting gets another one."""

_LOOK = 0.25
_BATCH, _BATCH_WAIT = 64, 0.3
_LOKY = ("joblib.externals.loky", "loky")
_SLEEP = time.sleep

_size = "_samerun_size"


def install() -> None:
    """Order the pools that are made from now on."""
    imports.when_imported("multiprocessing.pool", _attach_pool)
    imports.when_imported("concurrent.futures.process", _attach_executor)
    for package in _LOKY:
        imports.when_imported(package + ".process_executor", _attach_executor)
        imports.when_imported(package + ".reusable_executor", _attach_reusable)


def _attach_pool(module: Any) -> None:
    def make(original: Callable[..., None], pool: Any, processes: Any = None, *args: Any, **kwargs: Any) -> None:
        if isinstance(pool, module.ThreadPool) or not completion_mode.is_asked(sys._getframe(2), later=True):
            original(pool, processes, *args, **kwargs)
            return
        original(pool, 1 if completion_mode.is_held() else processes, *args, **kwargs)
        if completion_mode.is_held():
            _keep_going(_Pool(pool, processes or _cores()))

    completion_mode.wrap(module.Pool, "__init__", make)
    completion_mode.wrap(module.Pool, "imap_unordered", _imap_unordered)
    completion_mode.wrap(module.Pool, "apply_async", _apply_async)


def _imap_unordered(original: Callable[..., Any], pool: Any, *args: Any, **kwargs: Any) -> Any:
    if not completion_mode.is_asked(sys._getframe(2)):
        return original(pool, *args, **kwargs)
    if completion_mode.is_held():
        return pool.imap(*args, **kwargs)
    results = original(pool, *args, **kwargs)
    return _FromTheEnd(results) if completion_mode.is_reversed() and hasattr(results, "next") else results


class _FromTheEnd:
    """Hands over what has come by now from its end, and so on with what comes then."""

    def __init__(self, results: Any) -> None:
        self._results = results
        self._here: list[tuple[bool, Any]] = []

    def __iter__(self) -> Iterator[Any]:
        return self

    def next(self, timeout: Optional[float] = None) -> Any:
        """Return the next result, as an iterator of the pool does."""
        if not self._here:
            self._take(timeout)
        good, value = self._here.pop()
        if good:
            return value
        raise value

    def __next__(self) -> Any:
        return self.next()

    def _take(self, timeout: Optional[float]) -> None:
        self._here.append((True, self._results.next(timeout)))
        while len(self._here) < _BATCH:
            try:
                self._here.append((True, self._results.next(_BATCH_WAIT)))
            except (StopIteration, self._timeout_error()):
                return
            except Exception as error:  # the work's own, to be raised where its result would have been
                self._here.append((False, error))

    def _timeout_error(self) -> Any:
        return sys.modules["multiprocessing"].TimeoutError


def _apply_async(
    original: Callable[..., Any],
    pool: Any,
    func: Any,
    args: Any = (),
    kwds: Any = {},  # noqa: B006 - as the original has it; it is only handed on
    callback: Any = None,
    error_callback: Any = None,
) -> Any:
    is_asked = bool(callback or error_callback) and completion_mode.is_asked(sys._getframe(2))
    if is_asked and completion_mode.is_held() and asked.is_restricted(completion_mode.KIND):
        callback, error_callback = callbacks_at(sys._getframe(2)).in_order(callback, error_callback)
    return original(pool, func, args, kwds, callback, error_callback)


def _attach_executor(module: Any) -> None:
    completion_mode.wrap(module.ProcessPoolExecutor, "submit", _submit)


def _submit(original: Callable[..., Any], executor: Any, *args: Any, **kwargs: Any) -> Any:
    wanted = executor._max_workers
    if not hasattr(executor, _size) and completion_mode.is_asked(sys._getframe(2), later=True):
        setattr(executor, _size, wanted)
        if completion_mode.is_held() and not executor._processes:
            executor._max_workers = 1
            _keep_going(_Executor(executor, wanted))
    return original(executor, *args, **kwargs)


def _attach_reusable(module: Any) -> None:
    def resize(original: Callable[..., None], executor: Any, max_workers: int) -> None:
        if not completion_mode.is_held() or not hasattr(executor, _size):
            original(executor, max_workers)

    completion_mode.wrap(module._ReusablePoolExecutor, "_resize", resize)


class _Pool:
    """A pool of multiprocessing that was made with one worker."""

    def __init__(self, pool: Any, wanted: int) -> None:
        self.owner = ref(pool)
        self.wanted = wanted
        self.watch = progress.Watch()

    def grow(self, pool: Any) -> bool:
        """Give it another worker if it stands still; return whether it is to be looked at again."""
        workers = [process.pid for process in list(pool._pool)]
        if not pool._cache:
            self.watch = progress.Watch()
        elif self.watch.idle(workers) > IDLE:
            pool._processes += 1
            pool._repopulate_pool()
            self.watch = progress.Watch()
        return pool._state in ("INIT", "RUN", "CLOSE") and len(workers) < self.wanted


class _Executor(_Pool):
    """A pool of concurrent.futures or loky that was given one worker."""

    def grow(self, pool: Any) -> bool:
        """Give it another worker if it stands still; return whether it is to be looked at again."""
        workers = list(pool._processes or ())
        if len(pool._pending_work_items) < 2:
            self.watch = progress.Watch()
        elif self.watch.idle(workers) > IDLE:
            pool._max_workers = len(workers) + 1
            for _ in range(len(workers) + 1):  # it may first use up what it counted of idle workers
                pool._adjust_process_count()
            pool._executor_manager_thread_wakeup.wakeup()
            self.watch = progress.Watch()
        return len(workers) < self.wanted


_kept: list[_Pool] = []


def _keep_going(kept: _Pool) -> None:
    """Look after a pool from now on."""
    if kept.wanted > 1:
        _kept.append(kept)
        if len(_kept) == 1:
            start_new_thread(_look_after, ())


def _look_after() -> None:
    while _kept:
        _SLEEP(_LOOK)
        for kept in list(_kept):
            pool = kept.owner()
            try:
                if pool is None or not kept.grow(pool):
                    _kept.remove(kept)
            except Exception as error:  # the edge to the user's program
                events.fault("pool", error)
                _kept.remove(kept)
            del pool


def _cores() -> int:
    # A pool's module has imported it.
    from os import cpu_count

    return cpu_count() or 1

"""Processes in one order: those that the program starts work one after the other, and so do workers on one queue.

A process that waits for another one stands still, which is seen, and the next one begins beside it.
"""

from __future__ import annotations

import fcntl
import os
import posix
import sys
import time
from functools import partial
from itertools import count

from .. import events, frames, identity, imports
from . import completion_mode, progress

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable

IDLE, LONGEST = 0.6, 30.0
"""Seconds after which the next process begins beside one that stands still, or that works without end."""

_MARK = "_samerun_order"
_BUFFERS_DRAINED = 0.5
_LOOK = 0.002
_SLEEP = time.sleep

_numbers = count()
_last: list[Any] = []
_queues: dict[int, _Line] = {}
_buffers: dict[int, Any] = {}
_in_line = False


def install() -> None:
    """Order the processes that are started from now on, and their work if this is one of them."""
    imports.when_imported("multiprocessing.process", _attach)
    if completion_mode.is_held() or completion_mode.is_varied():
        identity.when_entered(_forget)
        imports.when_imported("multiprocessing.queues", _attach_queues)


def _forget() -> None:
    global _in_line
    _last.clear()
    _queues.clear()
    _buffers.clear()
    _in_line = False


def _attach(module: Any) -> None:
    process = module.BaseProcess
    completion_mode.wrap(process, "start", _start)
    if completion_mode.is_held() or completion_mode.is_varied():
        completion_mode.wrap(process, "_bootstrap", _bootstrap)


def _start(original: Callable[[Any], None], process: Any) -> None:
    frame = sys._getframe(2)
    if completion_mode.is_varied():
        if completion_mode.is_asked(frame) and completion_mode.is_late(next(_numbers)):
            setattr(process, _MARK, completion_mode.DELAYED + (" at once" if frames.is_user(frame) else ""))
        original(process)
    elif not frames.is_user(frame) or not completion_mode.is_asked(frame):
        original(process)
    else:
        _wait_for_the_last()
        setattr(process, _MARK, completion_mode.ORDERED)
        original(process)
        _last[:] = [process]


def _wait_for_the_last() -> None:
    """Wait until the process that was started last has ended, or stands still."""
    for process in _last:
        progress.wait_until(partial(_is_over, process), process.pid, IDLE, LONGEST)


def _is_over(process: Any) -> bool:
    try:
        return not process.is_alive()
    except (AssertionError, ValueError):  # it is another process's child, or was closed
        return True


def _bootstrap(original: Callable[..., Any], process: Any, *args: Any, **kwargs: Any) -> Any:
    """Begin a child: it knows from its parent whether it works in order, or dawdles."""
    global _in_line
    mark = process.__dict__.pop(_MARK, "")
    _in_line = mark == completion_mode.ORDERED
    if mark.startswith(completion_mode.DELAYED):
        completion_mode.dawdle_from_now_on(is_worker=mark == completion_mode.DELAYED)
    return original(process, *args, **kwargs)


def _attach_queues(queues: Any) -> None:
    for kind in (queues.Queue, queues.SimpleQueue):
        completion_mode.wrap(kind, "get", _get)
    if completion_mode.is_held():
        completion_mode.wrap(queues.Queue, "put", _put)


def _get(original: Callable[..., Any], queue: Any, *args: Any, **kwargs: Any) -> Any:
    line = _line_of(queue) if _in_line else None
    if line is None:
        item = original(queue, *args, **kwargs)
        if item is not None:  # the end of the work, as a rule
            completion_mode.dawdle()
        return item
    _drain()
    line.enter()
    item = original(queue, *args, **kwargs)
    line.work()
    return item


def _line_of(queue: Any) -> _Line:
    """Return the line of those that take their work from a queue, known by the pipe that all of them have open."""
    pipe = posix.fstat(queue._reader.fileno()).st_ino
    if pipe not in _queues:
        _queues[pipe] = _Line(os.path.join(events.spool(), "line-%d" % pipe))
    return _queues[pipe]


class _Line:
    """Lets one process work on what comes from one queue, and the next one when it has ended or stands still.

    A file that is locked; in it the number of the process and whether it works. The system unlocks it where the
    process ends, however it does.
    """

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._has_it = False

    def enter(self) -> None:
        """Wait for one's turn; not for one that works but stands still."""
        if not self._has_it and not self._lock():
            with progress.Standing():
                self._wait()
        if self._has_it:
            self._note(b"waits")

    def _wait(self) -> None:
        watch, holder = progress.Watch(), 0
        while not self._lock():
            working = self._holder()
            if working != holder:
                watch, holder = progress.Watch(), working
            if working and watch.idle([working]) > IDLE:
                return
            _SLEEP(_LOOK)

    def work(self) -> None:
        """Note that there is work to do now."""
        if self._has_it:
            self._note(b"%d" % os.getpid())

    def _lock(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        self._has_it = True
        return True

    def _note(self, text: bytes) -> None:
        posix.pwrite(self._file, text.ljust(12), 0)

    def _holder(self) -> int:
        """Return the number of the process that works; 0 while the one whose turn it is waits for work."""
        text = posix.pread(self._file, 12, 0).strip()
        return int(text) if text.isdigit() else 0


def _put(original: Callable[..., None], queue: Any, *args: Any, **kwargs: Any) -> None:
    original(queue, *args, **kwargs)
    if _in_line:
        _buffers[id(queue)] = queue


def _drain() -> None:
    """Wait until what was put has left this process: the thread that sends it waits for more."""
    end = time.monotonic() + _BUFFERS_DRAINED
    for queue in _buffers.values():
        while (queue._buffer or not queue._notempty._waiters) and time.monotonic() < end:
            _SLEEP(_LOOK)
    _buffers.clear()

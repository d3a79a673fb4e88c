"""Whether another process gets on, as far as the system tells: what its threads have worked, and how often."""

from __future__ import annotations

import posix
import time

from .. import events
from . import turns

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Callable, Iterable, Optional

TICK = 0.05
"""Seconds into which a held worker cuts its sleeping, so that it is seen to get on."""

_LOOK = 0.005
_OPEN = open
_SLEEP = time.sleep


def sleep(seconds: float) -> None:
    """Sleep in small pieces."""
    end = turns.seconds() + seconds
    left = seconds
    while left > 0:
        _SLEEP(min(left, TICK))
        left = end - turns.seconds()


class Standing:
    """While a process waits by looking again and again: those that watch it are told that it does not get on."""

    def __enter__(self) -> None:
        self._path = _flag_of(posix.getpid())
        posix.close(posix.open(self._path, posix.O_CREAT | posix.O_WRONLY | posix.O_CLOEXEC, 0o600))

    def __exit__(self, *error: object) -> None:
        posix.unlink(self._path)


def _flag_of(pid: int) -> str:
    return "%s/stands-%d" % (events.spool(), pid)


def work_of(pid: int) -> tuple[int, int]:
    """Return what grows as long as a process gets on: nanoseconds and turns of all its threads; zeros for none."""
    worked = given = 0
    if posix.access(_flag_of(pid), posix.F_OK):
        return 0, 0
    folder = "/proc/%d/task" % pid
    try:
        for task in posix.listdir(folder):
            with _OPEN("%s/%s/schedstat" % (folder, task), encoding="ascii") as file:
                parts = file.read().split()
            worked += int(parts[0])
            given += int(parts[2])
    except (OSError, ValueError, IndexError):
        pass
    return worked, given


class Watch:
    """Looks at processes again and again."""

    def __init__(self) -> None:
        self._seen: object = None
        self._since = turns.seconds()

    def idle(self, pids: Iterable[int]) -> float:
        """Return for how many seconds none of the processes has got on."""
        now = turns.seconds()
        seen = {pid: work_of(pid) for pid in pids}
        if seen != self._seen:
            self._seen, self._since = seen, now
        return now - self._since


def wait_until(over: Callable[[], bool], pid: Optional[int], idle: float, longest: float) -> bool:
    """Wait until something is over; return False if its process has stood still for ``idle`` seconds instead.

    Args:
        over: whether it is over.
        pid: the process.
        idle: seconds after which it is left alone if it stands still.
        longest: seconds after which it is left alone in any case.
    """
    watch, began = Watch(), turns.seconds()
    while not over():
        if turns.seconds() - began > longest or watch.idle([pid or 0]) > idle:
            return False
        _SLEEP(_LOOK)
    return True

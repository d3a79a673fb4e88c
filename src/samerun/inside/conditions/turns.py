"""One thread at a time: threads take turns, and a turn ends only where its thread waits for another one, or ends.

What the threads of a program do then comes in the same order each time: whoever is ready and was started first goes
on. The main thread takes part from the moment at which it starts the first of them. Nothing may hang that does not
hang without this: a thread that neither ends, nor waits where it can be seen, nor works (its processor time stands
still), or that works without end, is left to run beside the next one.
"""

from __future__ import annotations

import sys
import time
from _thread import allocate_lock, get_ident

from .. import events

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Optional

LOOK = 0.02
"""Seconds between two looks of a waiting thread at whether the one before it gets on."""

IDLE_MAIN, IDLE, IDLE_OUTSIDE, ASLEEP, LONGEST = 0.1, 1.0, 10.0, 10.0, 20.0
"""Seconds after which the next thread may go on beside one that stands still: the main thread, another one, one that
waits for a process or a connection, one that sleeps again and again; the last, one that works without end."""

NAPS, ASLEEP_OFTEN = 50, 1.0
"""How often one sleeps within a turn who looks for something again and again; seconds, in place of the above."""

# Where a thread stands that waits for what is outside of this process.
_OUTSIDE = ("subprocess", "selectors", "socket", "ssl", "connection", "popen_fork", "popen_spawn_posix", "_base_events")
_CLOCK_OF = getattr(time, "pthread_getcpuclockid", None)
_TIME_OF = getattr(time, "clock_gettime", None)


class Turn:
    """A thread that takes part; ``order`` is its place among those that are ready."""

    __slots__ = (
        "asleep",
        "ident",
        "joiners",
        "lock",
        "main",
        "naps",
        "order",
        "since",
        "slept",
        "starting",
        "used",
        "began",
    )

    def __init__(self, order: int, main: bool = False) -> None:
        self.order = order
        self.main = main
        self.ident = 0
        self.lock = allocate_lock()
        self.lock.acquire()
        self.joiners: list[Turn] = []
        self.starting = 0
        self.begin()

    def begin(self) -> None:
        """Note that the turn begins now."""
        self.began = self.since = seconds()
        self.used = self.slept = self.asleep = 0.0
        self.naps = 0

    def fall_asleep(self, span: float) -> None:
        """Note that the thread sleeps for ``span`` seconds, which is as good as work."""
        self.asleep = seconds() + span
        self.slept += span
        self.naps += 1

    def stands_still(self) -> bool:
        """Say whether the thread that has the turn gets on no more, as far as can be seen from outside."""
        now = seconds()
        if now - self.began > LONGEST or self.slept > (ASLEEP if self.naps < NAPS else ASLEEP_OFTEN):
            return True
        used = _processor_time(self.ident)
        if not self.ident or used - self.used > 0.001 or now < self.asleep:
            self.since, self.used = now, used
            return False
        return now - self.since > self._patience()

    def _patience(self) -> float:
        if self.main:
            return IDLE_MAIN
        return IDLE_OUTSIDE if _is_outside(self.ident) else IDLE


class _Turns:
    """All that take part; a forked child begins with none."""

    def __init__(self) -> None:
        self.guard = allocate_lock()
        self.holder: Optional[Turn] = None
        self.ready: list[Turn] = []
        self.by_thread: dict[int, Turn] = {}
        self.started = 0


_turns = _Turns()


def forget() -> None:
    """Begin anew, in a forked child: its one thread takes part in nothing."""
    global _turns
    _turns = _Turns()


def of_this_thread() -> Optional[Turn]:
    """Return the turn of this thread; None where it takes no part."""
    return _turns.by_thread.get(get_ident())


def current() -> Optional[Turn]:
    """Return the turn of this thread; None where it takes no part, or only waits for a thread to have started."""
    turn = of_this_thread()
    return None if turn is None or turn.starting else turn


def register(main: bool) -> Turn:
    """Return the turn of a thread that is about to be started by this one.

    Args:
        main: whether this is the main thread, which takes part from now on and has the turn.
    """
    with _turns.guard:
        if main and get_ident() not in _turns.by_thread:
            own = _turns.by_thread[get_ident()] = Turn(0, main=True)
            own.ident = get_ident()
            if _turns.holder is None:
                _give(own)
        _turns.started += 1
        turn = Turn(_turns.started)
        _turns.ready.append(turn)
        _next()
    return turn


def arrive(turn: Turn) -> None:
    """Take part from now on, in the thread that was registered, and wait for the turn."""
    with _turns.guard:
        turn.ident = get_ident()
        _turns.by_thread[turn.ident] = turn
    _await(turn)


def leave(turn: Turn) -> None:
    """Take part no more: at the end of a thread. Those that wait for its end are ready."""
    with _turns.guard:
        if _turns.by_thread.get(turn.ident) is turn:
            del _turns.by_thread[turn.ident]
        if turn in _turns.ready:
            _turns.ready.remove(turn)
        for each in turn.joiners:
            _ready(each)
        turn.joiners.clear()
        _end(turn)


def pause(turn: Turn, until_end_of: Optional[Turn] = None) -> None:
    """Let the next thread have the turn, before waiting for something: for the end of a thread, if one is named."""
    with _turns.guard:
        if until_end_of is not None:
            until_end_of.joiners.append(turn)
        _end(turn)


def wake(turn: Turn) -> None:
    """Note that a waiting thread has got what it waits for: it is ready before it has found out itself."""
    with _turns.guard:
        _ready(turn)
        _next()


def resume(turn: Turn, after_end_of: Optional[Turn] = None) -> None:
    """Wait for the turn again, after having waited for something; the same thread's end is named as before."""
    if after_end_of is not None and turn in after_end_of.joiners:
        after_end_of.joiners.remove(turn)
    wake(turn)
    _await(turn)


def _await(turn: Turn) -> None:
    while _turns.holder is not turn:
        if not turn.lock.acquire(True, LOOK):
            _look()


def _look() -> None:
    """Let the next one go on if the one that has the turn stands still."""
    with _turns.guard:
        holder = _turns.holder
        if holder is not None and holder.stands_still():
            _end(holder)


def _ready(turn: Turn) -> None:
    if turn is not _turns.holder and turn not in _turns.ready:
        _turns.ready.append(turn)


def _end(turn: Turn) -> None:
    if _turns.holder is turn:
        _turns.holder = None
    _next()


def _next() -> None:
    """Give a free turn to the first of those that are ready."""
    if _turns.holder is None and _turns.ready:
        _give(min(_turns.ready, key=_order))


def _order(turn: Turn) -> int:
    return turn.order


def _give(turn: Turn) -> None:
    if turn in _turns.ready:
        _turns.ready.remove(turn)
    turn.begin()
    _turns.holder = turn
    if turn.lock.locked():
        turn.lock.release()


def seconds() -> float:
    """Return the time as it was before the program, or another condition, could replace it."""
    return events.now() / 1e9


def _processor_time(ident: int) -> float:
    """Return the seconds that a thread has worked; 0 for one that has not begun, or where that cannot be known."""
    if not ident or _CLOCK_OF is None or _TIME_OF is None:
        return 0.0
    try:
        return float(_TIME_OF(_CLOCK_OF(ident)))
    except OSError:
        return 0.0


def _is_outside(ident: int) -> bool:
    frames: Any = sys._current_frames()
    frame = frames.get(ident)
    return frame is not None and str(frame.f_globals.get("__name__")).rpartition(".")[2] in _OUTSIDE

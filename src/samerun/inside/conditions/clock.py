"""The clock that the program reads: held still, shifted to another day, or running at another speed.

``time.time`` and its like, ``localtime`` and others without an argument, and the methods of ``datetime`` are told a
wall clock wherever they are called. Clocks that only measure spans (``monotonic``, ``perf_counter``, ``process_time``)
are told to the user's own lines and stay real for everybody else: libraries wait by them. Out of reach are the clocks
of native code (``numpy.datetime64("now")``), and files get the times that the system gives them.

A held clock begins where the recorded run began and ticks at every call, each thread for itself, so that what a line
reads does not depend on how fast anything was. Its ticks grow, so that a loop that waits for a moment ends. What the
user's own lines sleep is added; libraries have a count of their own, since how often they ask may be a matter of luck.
"""

from __future__ import annotations

import os
import sys
import time
from _thread import _local

from .. import entropy, frames, identity, imports, standins
from . import asked

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Optional

KIND = "clock"

HELD, SHIFTED, FAST = "held", "shifted", "fast"
SHIFT_NS = (400 * 86_400 + 7 * 3600 + 13 * 60 + 11) * 1_000_000_000 + 377_331_019
"""Another year, month, day of the week, hour, minute, second, and part of a second."""

SPEED = 3
"""How many times faster a fast clock runs."""

_TICK_NS = 1_000_213
_LONGEST_TICK = 1000
_PER_GROWTH = 10
_SPAN_FROM_NS = 86_400_000_000_000  # what a held clock that measures spans shows first: a machine up for a day

_SLEEP = time.sleep
_REAL = {"wall": time.time_ns, "span": time.monotonic_ns, "cpu": time.process_time_ns}
_CLOCKS = {
    "time": ("wall", 1e9),
    "time_ns": ("wall", 0),
    "monotonic": ("span", 1e9),
    "monotonic_ns": ("span", 0),
    "perf_counter": ("span", 1e9),
    "perf_counter_ns": ("span", 0),
    "process_time": ("cpu", 1e9),
    "process_time_ns": ("cpu", 0),
    "thread_time": ("cpu", 1e9),
    "thread_time_ns": ("cpu", 0),
}
_BY_NUMBER = ("CLOCK_PROCESS_CPUTIME_ID", "CLOCK_THREAD_CPUTIME_ID")
# Its functions only hand on what they read to whoever measures with them.
_MEASURING = frozenset(["timeit"])


class _Asked:
    """How the clock is to be; ``start_ns`` is where a held one begins, ``from_ns`` what a fast one runs from.

    The wall clock of every process of a run runs from the run's start, and they agree.
    """

    def __init__(self, mode: str = "", start_ns: int = 0) -> None:
        self.mode = mode
        self.start_ns = start_ns
        self.from_ns = {family: real() for family, real in _REAL.items()}
        self.from_ns["wall"] = int(os.environ.get("SAMERUN_STARTED") or self.from_ns["wall"])


class _Thread(_local):
    """How far the held clock of this thread has come: for the user's own lines, and for libraries."""

    def __init__(self) -> None:
        self.calls = [0, 0]
        self.passed = [0, 0]


_asked = _Asked()
_thread = _Thread()


def install(mode: str) -> None:
    """Change what is read from now on.

    Args:
        mode: ``held:NANOSECONDS`` (since the epoch, when the recorded run began), ``shifted``, ``fast``, or ``watch``.
    """
    global _asked
    name, _, start = mode.partition(":")
    _asked = _Asked(name, int(start or 0))
    for name, (family, scale) in _CLOCKS.items():
        standins.replace(name, _reader(family, scale), time)
    for name in ("clock_gettime", "clock_gettime_ns"):
        standins.replace(name, _read_by_number, time)
    for name, place in (("localtime", 0), ("gmtime", 0), ("ctime", 0), ("asctime", 0), ("strftime", 1)):
        standins.replace(name, _converter(name, place), time)
    standins.replace("sleep", _sleep, time)
    imports.when_imported("datetime", _attach)


def _reader(family: str, scale: float) -> Callable[..., Any]:
    def read(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        real = original(*args, **kwargs)
        told = _told(family, sys._getframe(2))
        return real if told is None else (told / scale if scale else told)

    return read


def _read_by_number(original: Callable[..., Any], number: int, *args: Any) -> Any:
    real = original(number, *args)
    cpu = [getattr(time, name, None) for name in _BY_NUMBER]
    family = "wall" if number == time.CLOCK_REALTIME else "cpu" if number in cpu else "span"
    told = _told(family, sys._getframe(2))
    return real if told is None else (told if type(real) is int else told / 1e9)


def _converter(name: str, place: int) -> Callable[..., Any]:
    """Return the stand-in for a function that takes the present moment where it is given none."""

    def convert(original: Callable[..., Any], *args: Any) -> Any:
        told = _told("wall", sys._getframe(2)) if len(args) == place or args[place:] == (None,) else None
        if told is None:
            return original(*args)
        seconds = told / 1e9
        fields = _LOCALTIME(seconds) if name in ("asctime", "strftime") else seconds
        return original(*args[:place], fields)

    return convert


_LOCALTIME = time.localtime


def _sleep(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    value = original(*args, **kwargs)
    frame = sys._getframe(2)
    if _asked.mode == HELD and args and asked.applies(KIND, frame):
        _thread.passed[not frames.is_user(frame)] += int(args[0] * 1e9)
    return value


def _told(family: str, frame: Optional[FrameType]) -> Optional[int]:
    """Return what is read in nanoseconds, or None for the real clock."""
    try:
        while frame is not None and frame.f_globals.get("__name__") in _MEASURING:
            frame = frame.f_back
        own = frame is not None and frames.is_user(frame)
        if family != "wall" and not own:
            return None
        if _asked.mode == asked.WATCH:
            asked.note(KIND, frame)
            return None
        return _changed(family, own) if asked.applies(KIND, frame) else None
    except Exception as error:  # the edge to the user's program
        standins.report(KIND, error)
        return None


def _changed(family: str, own: bool) -> int:
    if _asked.mode == HELD:
        return _begin(family) + _tick(own)
    real = _REAL[family]()
    if family == "cpu":  # how long something was worked at does not depend on the day
        return real
    if _asked.mode == SHIFTED:
        return real + SHIFT_NS
    first = _asked.from_ns[family]
    return first + (real - first) * SPEED


def _begin(family: str) -> int:
    """Return where a held clock begins: a little later in each other process and thread, as it would be."""
    label, strand = identity.label(), entropy.strand()
    apart = 0 if label == "main" and not strand else identity.fold(label + "\0" + strand) % 100_000_000
    first = {"wall": _asked.start_ns, "span": _SPAN_FROM_NS, "cpu": 0}[family]
    return first + apart


def _tick(own: bool) -> int:
    """Let the held clock of this thread go on, and return how far it has come."""
    place = not own
    _thread.calls[place] += 1
    _thread.passed[place] += _TICK_NS * min(1 + _thread.calls[place] // _PER_GROWTH, _LONGEST_TICK)
    return _thread.passed[place]


def _attach(datetime: Any) -> None:
    """Give ``date`` and ``datetime`` methods that ask this clock; the classes stay what they are.

    Compiled libraries check the size of these classes, so that no others can take their place. Their dictionaries are
    read-only from outside; the interpreter must be told that something in them is another.
    """
    # Only loaded for a question that changes the clock.
    import ctypes
    import gc

    for kind, methods in ((datetime.date, (_today,)), (datetime.datetime, (_now, _utcnow))):
        members: dict[str, Any] = gc.get_referents(kind.__dict__)[0]
        for make in methods:
            name = make.__name__.strip("_")
            function = make(members[name], datetime)
            function.__doc__, function.__qualname__ = members[name].__doc__, kind.__name__ + "." + name
            members[name] = classmethod(function)
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))


def _today(original: Any, datetime: Any) -> Callable[..., Any]:
    def today(cls: Any) -> Any:
        told = _told("wall", sys._getframe(1))
        return original.__get__(None, cls)() if told is None else cls.fromtimestamp(told / 1e9)

    return today


def _now(original: Any, datetime: Any) -> Callable[..., Any]:
    def now(cls: Any, tz: Any = None) -> Any:
        told = _told("wall", sys._getframe(1))
        return original.__get__(None, cls)(tz) if told is None else cls.fromtimestamp(told / 1e9, tz)

    return now


def _utcnow(original: Any, datetime: Any) -> Callable[..., Any]:
    def utcnow(cls: Any) -> Any:
        told = _told("wall", sys._getframe(1))
        if told is None:
            return original.__get__(None, cls)()
        zoned = datetime.datetime.fromtimestamp(told / 1e9, datetime.timezone.utc)
        return cls(*zoned.timetuple()[:6], zoned.microsecond)

    return utcnow

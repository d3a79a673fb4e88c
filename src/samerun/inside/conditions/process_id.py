"""The number of a process: held by a launch that numbers its processes itself; here is what only some lines read.

To hold a number at single lines, those are told another one. It is the process's in no other respect, so that a line
that looks itself up by it (``psutil.Process(os.getpid())``) fails: it is an experiment with that line.
"""

from __future__ import annotations

import os
import posix
import sys

from .. import frames, identity, standins
from . import asked

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable

KIND = "process-id"
FIRST = 4242
"""The number of the first process where numbers are held."""

_PROPERTIES = ("ident", "pid", "name")  # by which multiprocessing hands a process's number on

_mode = ""


def install(mode: str) -> None:
    """Tell named lines other numbers, or note the lines that ask.

    Args:
        mode: ``held``, ``moved`` (both do nothing without named lines: the numbers are real then), or ``watch``.
    """
    global _mode
    _mode = mode
    if mode == asked.WATCH or asked.is_restricted(KIND):
        standins.replace("getpid", _number("main"), os, posix)
        standins.replace("getppid", _number("its parent"), os, posix)


def _number(whose: str) -> Callable[..., int]:
    def read(original: Callable[..., int]) -> int:
        real = original()
        try:
            frame = sys._getframe(2)
            while frame is not None and _hands_on(frame):
                frame = frame.f_back  # type: ignore[assignment]
            if frame is None or not frames.is_user(frame):
                return real
            if _mode == asked.WATCH:
                asked.note(KIND, frame)
            elif asked.applies(KIND, frame):
                return _told(whose)
        except Exception as error:  # the edge to the user's program
            standins.report(KIND, error)
        return real

    return read


def _hands_on(frame: Any) -> bool:
    names = frame.f_globals.get("__name__"), frame.f_code.co_name
    return names[0] == "multiprocessing.process" and names[1] in _PROPERTIES


def _told(whose: str) -> int:
    """Return a number that is the same in every run and another one in each process."""
    mark = (identity.label() if whose == "main" else whose) + _mode
    return FIRST if mark == "mainheld" else FIRST + 1 + identity.fold(mark) % 20_000

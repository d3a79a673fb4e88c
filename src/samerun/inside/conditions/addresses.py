"""Where objects lie in memory: held by a launch that has the system place them alike; here is what else it takes.

What the recorder does inside the program must take and give back memory in the same order in every run, however long
anything took. And who asks for an address, ``id``, is noted.
"""

from __future__ import annotations

import builtins
import sys

from .. import events, frames, standins
from . import asked

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable

KIND = "memory-address"

# Python hands out small blocks in steps of 16 bytes up to 512: some of each, and some of what comes from the system.
_STEP, _LARGEST, _ODD = 13, 2048, 7
_kept: list[bytes] = []


def install(mode: str) -> None:
    """Note who asks for addresses, or be as steady as the system that was asked to place things alike.

    Args:
        mode: ``held``, ``moved``, or ``watch``.
    """
    if mode == asked.WATCH:
        standins.replace("id", _id, builtins)
    elif mode == "held":
        events.be_steady()
    else:
        _kept.extend(bytes(size) for size in range(0, _LARGEST, _STEP) for _ in range(1 + size % _ODD))


def _id(original: Callable[..., int], *args: Any) -> int:
    value = original(*args)
    try:
        frame = sys._getframe(2)
        if frames.is_user(frame):
            asked.note(KIND, frame)
    except Exception as error:  # the edge to the user's program
        standins.report(KIND, error)
    return value

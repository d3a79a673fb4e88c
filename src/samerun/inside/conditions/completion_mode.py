"""What was asked for about the order of completion, for the modules that carry it out."""

from __future__ import annotations

import atexit
import time
from _thread import get_ident

from .. import events, frames, identity, standins
from . import asked

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Optional

KIND = "completion-order"
ORDERED, REVERSED, DELAYED = "ordered", "reversed", "delayed"

DAWDLE = 0.05
"""Seconds by which a thread or process that dawdles begins a piece of work later."""

DAWDLES = 20
"""How often one thread or process does so: what takes long by itself needs no more."""

_SLEEP = time.sleep

_mode = ""
_noted_late: dict[tuple[str, int], None] = {}
_dawdling: dict[int, int] = {}


def begin(mode: str) -> None:
    """Note what was asked for."""
    global _mode
    _mode = mode
    identity.when_entered(_dawdling.clear)


def is_held() -> bool:
    """Say whether the order is held still."""
    return _mode == ORDERED


def is_varied() -> bool:
    """Say whether the order is another one."""
    return _mode in (REVERSED, DELAYED)


def is_reversed() -> bool:
    """Say whether results are handed over from the end."""
    return _mode == REVERSED


def is_asked(frame: Optional[FrameType], later: bool = False) -> bool:
    """Say whether what ``frame`` does is to be changed; under a watch it is noted.

    Args:
        frame: the caller's.
        later: note it at the end of the process, behind what others note: a line that hands work in is of less
            interest than one that collects what comes first.
    """
    asker = frames.asker(frame)
    if asker.importing or not asker.rooted:
        return False
    if _mode == asked.WATCH:
        if asker.file:
            _note(frame, asker, later)
        return False
    return asked.applies(KIND, frame)


def _note(frame: Optional[FrameType], asker: frames.Asker, later: bool) -> None:
    if not later or identity.is_worker():  # workers are killed without an end of their own
        asked.note(KIND, frame)
        return
    if not _noted_late:
        atexit.register(_note_late)
    _noted_late[asker.file, asker.line] = None


def _note_late() -> None:
    for file, line in _noted_late:
        events.emit("used", KIND, asked.relative(file) if file else "", line)


def is_late(number: int) -> bool:
    """Say whether the thread or process of this number dawdles: every second one, and which depends on the mode."""
    return is_varied() and number % 2 == (0 if _mode == REVERSED else 1)


def dawdle_from_now_on(is_worker: bool) -> None:
    """Let this thread begin each piece of work that it takes a little later; one that is no pool's worker, now too."""
    _dawdling[get_ident()] = 0
    if not is_worker:
        dawdle()


def dawdle() -> None:
    """Wait a little, in a thread that dawdles."""
    count = _dawdling.get(get_ident())
    if count is not None and count < DAWDLES:
        _dawdling[get_ident()] = count + 1
        _SLEEP(DAWDLE)


def wrap(holder: Any, name: str, action: Callable[..., Any], *others: Any) -> None:
    """Put a function into the place of one of ``holder``'s that calls ``action(original, ...)``.

    Args:
        holder: a class or a module.
        name: the function's name in it.
        action: is called with the original function and the call's arguments.
        others: those that may have taken the function over under the same name; None is passed over.
    """
    original = getattr(holder, name)

    def function(*args: Any, **kwargs: Any) -> Any:
        return action(original, *args, **kwargs)

    standins.look_like(function, original)
    for each in (holder, *others):
        if getattr(each, name, None) is original:
            setattr(each, name, function)

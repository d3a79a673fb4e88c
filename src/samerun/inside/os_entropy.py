"""Bits that the user's own code takes from the operating system: they pass through, and the line is noted.

Seen: ``os.urandom``, ``os.getrandom``, ``secrets``, ``SystemRandom``, and the uuids that are random or hold the time.
Nothing is supplied: a secret or an identifier that repeats would be worse than a run that does not.
"""

from __future__ import annotations

import os
import posix
import sys

from . import entropy, frames, imports, standins

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Mapping, Optional

_FRONTS = ("random", "secrets", "uuid")


def install(environment: Mapping[str, str]) -> None:
    """Note from now on."""
    standins.replace("urandom", _urandom, os, posix)
    standins.replace("getrandom", _urandom, os, posix)
    imports.when_imported("uuid", _watch_uuid1)


def _urandom(original: Callable[..., bytes], *args: Any, **kwargs: Any) -> bytes:
    _note("os." + original.__name__, sys._getframe(2))
    return original(*args, **kwargs)


def _watch_uuid1(uuid: Any) -> None:
    original = uuid.uuid1

    def uuid1(node: Any = None, clock_seq: Any = None) -> Any:
        _note("uuid.uuid1", sys._getframe(1))
        return original(node, clock_seq)

    uuid.uuid1 = standins.look_like(uuid1, original)


def _note(source: str, frame: Optional[FrameType]) -> None:
    """Note the line, if the user's own code asked, itself or through a module that only passes bits on."""
    try:
        while frame is not None and frame.f_globals.get("__name__") in _FRONTS:
            source = "%s.%s" % (frame.f_globals["__name__"], frame.f_code.co_name)
            frame = frame.f_back
        if frame is not None and frames.is_user(frame):
            entropy.unsupplied(source, frame.f_code.co_filename, frame.f_lineno or 0)
    except Exception as error:  # the edge to the user's program
        standins.report(source, error)

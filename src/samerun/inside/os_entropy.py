"""Bits that the user's own code takes from the operating system: they pass through, and the line is noted.

Seen: ``os.urandom``, ``os.getrandom``, ``secrets``, ``SystemRandom``, and the uuids that are random or hold the time.
Nothing is supplied: a secret or an identifier that repeats would be worse than a run that does not. Only where a
question asks for it (``conditions.entropy_supply``) do they come from the run's entropy.
"""

from __future__ import annotations

import os
import posix
import sys

from . import entropy, events, frames, imports, standins
from .conditions import asked

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Mapping, Optional

KIND = "os-entropy"
_FRONTS = ("random", "secrets", "uuid")

_held: list[str] = []
_asked: list[bool] = []


def install(environment: Mapping[str, str]) -> None:
    """Note from now on."""
    standins.replace("urandom", _urandom, os, posix)
    standins.replace("getrandom", _urandom, os, posix)
    imports.when_imported("uuid", _watch_uuid1)


def hold() -> None:
    """Supply from now on what the user's own lines ask for: those that ``conditions.asked`` names, or all."""
    _held.append(KIND)


def has_asked() -> bool:
    """Say whether the user's own code has taken bits from the operating system in this process."""
    return bool(_asked)


def _urandom(original: Callable[..., bytes], *args: Any, **kwargs: Any) -> bytes:
    taken = original(*args, **kwargs)
    bits = _supplied("os." + original.__name__, 8 * len(taken), sys._getframe(2))
    return taken if bits is None else bits.to_bytes(len(taken), "little")


def _watch_uuid1(uuid: Any) -> None:
    original = uuid.uuid1

    def uuid1(node: Any = None, clock_seq: Any = None) -> Any:
        bits = _supplied("uuid.uuid1", 128, sys._getframe(1))
        return original(node, clock_seq) if bits is None else uuid.UUID(int=bits, version=1)

    uuid.uuid1 = standins.look_like(uuid1, original)


def _supplied(source: str, bits: int, frame: Optional[FrameType]) -> Optional[int]:
    """Note the line, if the user's own code asked, itself or through a module that only passes bits on.

    Returns:
        What it gets instead, where that is asked for.
    """
    try:
        while frame is not None and frame.f_globals.get("__name__") in _FRONTS:
            source = "%s.%s" % (frame.f_globals["__name__"], frame.f_code.co_name)
            frame = frame.f_back
        if frame is None or not frames.is_user(frame):
            return None
        _note(source, frame.f_code.co_filename, frame.f_lineno or 0)
        _asked[:] = [True]
        return entropy.silent("os", bits) if _held and asked.applies(KIND, frame) else None
    except Exception as error:  # the edge to the user's program
        standins.report(source, error)
        return None


def _note(source: str, file: str, line: int) -> None:
    if entropy.unsupplied(source, file, line):
        events.emit("used", KIND, asked.relative(file), line)

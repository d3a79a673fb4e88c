"""Keys of JAX whose seed the program took from the operating system.

JAX has no generator that seeds itself: a program that wants another key in each run asks the system for its seed. A
key whose seed is a constant of the line's own code is seeded, and left alone.
"""

from __future__ import annotations

import sys

from .. import entropy, frames, imports, os_entropy, standins
from . import asked

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Optional

KIND = "unseeded-jax"
SOURCE = "jax"

_BITS = 32
_MAKERS = ("key", "PRNGKey")

_mode = ""


def install(mode: str) -> None:
    """Give keys other seeds, or note the lines that make them.

    Args:
        mode: ``held`` or ``watch``.
    """
    global _mode
    _mode = mode
    imports.when_imported("jax.random", _attach)


def _attach(random: Any) -> None:
    for name in _MAKERS:
        setattr(random, name, _made_with(getattr(random, name)))


def _made_with(original: Callable[..., Any]) -> Callable[..., Any]:
    def make(seed: Any, *args: Any, **kwargs: Any) -> Any:
        supplied = _seed(seed, sys._getframe(1))
        return original(seed if supplied is None else supplied, *args, **kwargs)

    return standins.look_like(make, original)


def _seed(given: Any, frame: Optional[FrameType]) -> Optional[int]:
    """Return the seed that a key gets in place of the given one; None where that one stays."""
    try:
        if frame is None or not frames.is_user(frame) or not os_entropy.has_asked() or _is_constant(given, frame):
            return None
        if _mode != asked.WATCH:
            return entropy.silent(SOURCE, _BITS) if asked.applies(KIND, frame) else None
        asked.note(KIND, frame)
    except Exception as error:  # the edge to the user's program
        standins.report(KIND, error)
    return None


def _is_constant(given: Any, frame: FrameType) -> bool:
    return type(given) is int and any(type(each) is int and each == given for each in frame.f_code.co_consts)

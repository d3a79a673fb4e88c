"""What a path (``self.model.weight``) leads to in a frame, read from dictionaries alone: no attribute is asked for."""

from __future__ import annotations

import sys

from .. import frames

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from .reading_code import Path

MISSING: Any = object()
"""What a path leads to that leads nowhere."""

_MODULE = type(sys)
_NONE: dict[str, Any] = {}


def resolve(frame: FrameType, path: Path) -> Any:
    """Return what a path leads to, read from dictionaries alone; where an attribute is none of these, its holder."""
    name = path[0]
    value = frame.f_locals.get(name, MISSING)
    if value is MISSING:
        value = frame.f_globals.get(name, MISSING)
    if type(value) is _MODULE and not frames.is_user_file(str(value.__dict__.get("__file__"))):
        return MISSING  # what a library's module holds is no value of the program's own
    for attribute in path[1:]:
        held = _held(value)
        if attribute not in held:
            return MISSING if _is_own_method(value, attribute) else value
        value = held[attribute]
    return value


def _is_own_method(value: Any, name: str) -> bool:
    """Say whether an attribute is a method of the user's, whose lines are followed themselves."""
    for base in type.__dict__["__mro__"].__get__(type(value)):
        found = base.__dict__.get(name)
        if found is not None:
            code = getattr(found, "__code__", None) if type(found) is type(_held) else None
            return code is not None and frames.is_user_file(code.co_filename)
    return False


def _held(value: Any) -> dict[str, Any]:
    """Return an object's own dictionary, past whatever its class says of ``__dict__``."""
    if value is MISSING:
        return _NONE
    if issubclass(type(value), type):
        return dict(type.__dict__["__dict__"].__get__(value))
    try:
        found = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return _NONE
    return found if type(found) is dict else _NONE

"""Environment variables that the program reads by name.

``os.environ`` stays the object and the class it was; one method of the class is replaced. Copying or walking through
the whole environment is not reading a variable.
"""

from __future__ import annotations

import _thread
import os
import sys

from . import events, places

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Iterator, Mapping

_BETWEEN = ("<frozen os>", "<frozen _collections_abc>", os.__file__, __file__)

_initial: dict[Any, Any] = {}
_told: set[str] = set()
_told_user: set[str] = set()
_walks: dict[int, _Walk] = {}


class _Walk:
    """A thread's last walk through the names: what is asked for in the same order right after belongs to a copy."""

    def __init__(self) -> None:
        self.names: list[Any] = []
        self.next = 0

    def takes(self, key: object) -> bool:
        """Say whether ``key`` is an object that a copy would ask for next; names told already do not come here."""
        for place in range(self.next, len(self.names)):
            if self.names[place] is key:
                self.next = place + 1
                return True
        return False


def install(environment: Mapping[str, str]) -> None:
    """Replace the reading method of ``os.environ``'s class."""
    kind = type(os.environ)
    data = getattr(os.environ, "_data", None)
    if kind.__name__ != "_Environ" or data is None:
        return
    _initial.update(data)
    setattr(kind, "__getitem__", _reading(kind.__getitem__, data))
    setattr(kind, "__iter__", _walking(kind.__iter__, data))


def _reading(original: Any, data: Any) -> Any:
    def __getitem__(self: Any, key: Any) -> Any:
        if self._data is data and key not in _told_user:
            _note(key)
        return original(self, key)

    return _like(__getitem__, original)


def _walking(original: Any, data: Any) -> Any:
    def __iter__(self: Any) -> Iterator[Any]:
        if self._data is not data:
            yield from original(self)
            return
        walk = _walks[_thread.get_ident()] = _Walk()
        for key in original(self):
            walk.names.append(key)
            yield key

    return _like(__iter__, original)


def _like(function: Any, original: Any) -> Any:
    """Give a replacement the name and the papers of what it replaces."""
    for name in ("__module__", "__qualname__", "__doc__"):
        setattr(function, name, getattr(original, name, None))
    return function


def _note(key: Any) -> None:
    try:
        walk = _walks.get(_thread.get_ident())
        if walk is not None and walk.takes(key):
            return
        name = os.fsdecode(key)
        if not name.startswith("SAMERUN_") and not _was_changed(name):
            _report(name)
    except TypeError:
        pass  # a key that is no name: the real method says so
    except Exception as error:  # the edge to the user's program
        if events.is_foreign(error):
            raise
        events.fault("reading a variable", error)


def _was_changed(name: str) -> bool:
    """Say whether the program has set or removed the variable itself: then what it reads is its own."""
    key = os.fsencode(name)
    return bool(os.environ._data.get(key) != _initial.get(key))  # type: ignore[attr-defined]


def _report(name: str) -> None:
    user = _is_read_by_user()
    if name in (_told_user if user else _told):
        return
    _told.add(name)
    if user:
        _told_user.add(name)
    events.emit("variable", name, int(os.fsencode(name) in _initial), int(user))


def _is_read_by_user() -> bool:
    """Say whether the frame that reads is the user's own code, looking past ``os`` and the mapping's own methods."""
    frame = sys._getframe(1)
    while frame.f_back is not None and (
        frame.f_code.co_filename in _BETWEEN or frame.f_code.co_filename.endswith("_collections_abc.py")
    ):
        frame = frame.f_back
    return places.is_user_code(frame.f_code.co_filename)

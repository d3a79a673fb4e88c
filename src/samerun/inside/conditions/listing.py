"""The order in which a folder is listed: turned round, shuffled, or sorted.

File systems promise none: ``os.listdir``, ``os.scandir``, and with them ``os.walk``, ``glob``, ``pathlib``, ``shutil``
and every library that lists with one of these. What lists in native code on its own (Arrow, TensorFlow) is not reached.
"""

from __future__ import annotations

import os
import sys

from .. import frames, standins
from . import asked

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Iterator, Optional, Union

    Name = Union[str, bytes]

KIND = "listing-order"

# Classes that took the two functions over when their modules were imported, which may have been before this one.
_KEEPERS = (("pathlib", "_NormalAccessor"), ("glob", "_StringGlobber"), ("glob", "_Globber"))

_mode = ""


def install(mode: str) -> None:
    """Change the order from now on.

    Args:
        mode: ``sorted``, ``reversed`` (the system's order from its end), ``shuffled`` (by a hash of the names), or
            ``watch``.
    """
    global _mode
    _mode = mode
    standins.replace("listdir", _listdir, os)
    standins.replace("scandir", _scandir, os)
    for module, name in _KEEPERS:
        _give_again(getattr(sys.modules.get(module), name, None))


def _give_again(keeper: Any) -> None:
    for name in ("listdir", "scandir"):
        if hasattr(keeper, name):
            setattr(keeper, name, staticmethod(getattr(os, name)))


def _listdir(original: Callable[..., list[Any]], *args: Any, **kwargs: Any) -> list[Any]:
    names = original(*args, **kwargs)
    return _ordered(names, _same) if _is_asked(sys._getframe(2)) else names


def _scandir(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    entries = original(*args, **kwargs)
    if not _is_asked(sys._getframe(2)):
        return entries
    with entries:
        return _Entries(_ordered(list(entries), _name_of))


def _is_asked(frame: Optional[FrameType]) -> bool:
    """Say whether the program itself wants the list; imports list folders too, and no order of theirs matters."""
    asker = frames.asker(frame)
    if asker.importing or not asker.rooted:
        return False
    if _mode == asked.WATCH:
        asked.note(KIND, frame)
        return False
    return asked.applies(KIND, frame)


def _ordered(items: list[Any], name: Callable[[Any], Name]) -> list[Any]:
    # Turned round, not sorted from the end: that is another order whatever the system's is.
    if _mode == "reversed":
        return items[::-1]
    if _mode == "shuffled":
        return sorted(items, key=lambda item: _mixed(os.fsencode(name(item))))
    return sorted(items, key=name)


def _mixed(name: bytes) -> int:
    """Return a number that is the same in every process and says nothing about the order of names (FNV-1a)."""
    value = 0xCBF29CE484222325
    for byte in name:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def _same(name: Name) -> Name:
    return name


def _name_of(entry: os.DirEntry[Any]) -> Name:
    name: Name = entry.name
    return name


class _Entries:
    """What ``os.scandir`` returns: an iterator that can be closed."""

    def __init__(self, entries: list[Any]) -> None:
        self._left: Iterator[Any] = iter(entries)

    def __iter__(self) -> _Entries:
        return self

    def __next__(self) -> Any:
        return next(self._left)

    def __enter__(self) -> _Entries:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    def close(self) -> None:
        """Give up what is left."""
        self._left = iter(())

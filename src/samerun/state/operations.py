"""The operations that ran although they have no deterministic kernel: which, how often, and from which line.

torch says so itself: by a warning where it was asked to warn, by a RuntimeError where it was asked to be strict. Each
warning is seen here before Python's filters decide whether a person sees it; it is noted, and then goes on its way
under the same rules. What a backward pass on an accelerator warns of comes with the line that called ``backward``.
"""

from __future__ import annotations

import re
import sys
import threading
import traceback
import warnings
from dataclasses import dataclass
from types import FrameType
from typing import Any

from samerun.inside import frames

_MARK = " does not have a deterministic implementation"
_busy = threading.local()
_lock = threading.Lock()


@dataclass(frozen=True)
class Operation:
    """An operation without a deterministic kernel.

    Args:
        name: as the library calls it.
        where: ``path:line`` of the nearest frame of the program's own code; None where there is none.
        count: how often it ran there; where it was refused, how often that was seen.
        refused: whether it was refused (``strict``) instead of run.
    """

    name: str
    where: str | None
    count: int
    refused: bool = False


_noted: dict[tuple[str, str | None, bool], int] = {}
_seen_errors: list[int] = []


def watch() -> None:
    """Note every warning of an operation from now on; harmless where it is done already."""
    if not is_watching():
        filters = _Filters(warnings.filters)
        list.insert(filters, 0, _ENTRY)
        _exchange(filters)


def unwatch() -> None:
    """Stop noting; what was noted is kept."""
    if is_watching():
        _exchange([entry for entry in warnings.filters if entry is not _ENTRY])


def is_watching() -> bool:
    """Return whether warnings are noted."""
    return any(entry is _ENTRY for entry in warnings.filters)


def noted() -> tuple[Operation, ...]:
    """Return the operations noted so far, in the order in which they were first seen."""
    with _lock:
        return tuple(Operation(name, where, count, refused) for (name, where, refused), count in _noted.items())


def note_error(error: BaseException | None) -> None:
    """Note an exception, and those behind it, if it is an operation's refusal; each is noted once."""
    for _ in range(20):  # chains may be circular
        if error is None:
            return
        name = _operation(str(error)) if isinstance(error, RuntimeError) else ""
        if name and not getattr(error, "_samerun_noted", False):
            error._samerun_noted = True  # type: ignore[attr-defined]
            _note(name, _place_of(error), refused=True)
        error = error.__cause__ or error.__context__


def _operation(text: str) -> str:
    """Return the operation's name out of torch's sentence; empty where it is another sentence."""
    head, mark, _ = text.partition(_MARK)
    return head.rpartition("\n")[2].strip() if mark else ""


def _note(name: str, where: str | None, refused: bool) -> None:
    with _lock:
        key = (name, where, refused)
        _noted[key] = _noted.get(key, 0) + 1


def _place_of(error: BaseException) -> str | None:
    """Return the line of the program's own code that an exception came through last."""
    places = [
        f"{frame.f_code.co_filename}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frames.is_user(frame)
    ]
    return places[-1] if places else _place(sys._getframe(1))[0]


def _place(frame: FrameType | None) -> tuple[str | None, FrameType | None]:
    """Return the line of the nearest frame of the program's own code, and the frame."""
    while frame is not None and not frames.is_user(frame):
        frame = frame.f_back
    return (f"{frame.f_code.co_filename}:{frame.f_lineno}", frame) if frame is not None else (None, None)


class _Observer:
    """What a filter matches a warning's text against. It notes, and shows the warning under the remaining filters."""

    def match(self, text: str) -> bool:
        """Return whether the text was an operation's; then it has been noted and shown."""
        name = "" if getattr(_busy, "showing", False) else _operation(text)
        if not name:
            return False
        where, frame = _place(sys._getframe(1))
        _note(name, where, refused=False)
        _show(name, frame)
        return True

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy for another process (joblib sends the filters to its workers) matches nothing."""
        return re.compile, ("(?!)",)


def _show(name: str, frame: FrameType | None) -> None:
    """Warn at the program's own line, so that Python's filters treat it as any warning of that line."""
    text = f"{name}{_MARK}: its result may differ from run to run."
    _busy.showing = True
    try:
        if frame is None:
            warnings.warn(text, UserWarning, stacklevel=2)
            return
        registry = frame.f_globals.setdefault("__warningregistry__", {})
        module = str(frame.f_globals.get("__name__"))
        warnings.warn_explicit(text, UserWarning, frame.f_code.co_filename, frame.f_lineno or 1, module, registry)
    finally:
        _busy.showing = False


class _Filters(list[Any]):
    """Python's list of filters, in which the observer stays first: a filter put before it would hide from it."""

    def insert(self, index: Any, item: Any) -> None:
        """Insert, but not before the observer."""
        super().insert(index + 1 if index == 0 and self and self[0] is _ENTRY else index, item)

    def __getitem__(self, index: Any) -> Any:
        """Return an entry, or a slice that behaves alike (``catch_warnings`` works on one)."""
        found = super().__getitem__(index)
        return _Filters(found) if isinstance(index, slice) else found

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy for another process is a plain list."""
        return list, (list(self),)


_ENTRY: Any = ("ignore", _Observer(), UserWarning, None, 0)


def _exchange(filters: list[Any]) -> None:
    """Put another list in place, and let Python forget what it has concluded from the last one."""
    warnings.filters = filters
    getattr(warnings, "_filters_mutated", lambda: None)()

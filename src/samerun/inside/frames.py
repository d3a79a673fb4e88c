"""Whose code is running: the first frame of the user's own code above a call."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Optional

_USER, _LIBRARY, _IMPORT, _TEXT = 1, 2, 3, 4
_MAIN = ("__main__", "__mp_main__")
_ENVIRONMENT = ("/site-packages/", "/dist-packages/")
_GENERATORS = frozenset(["random", "secrets", "uuid", "numpy", "polars", "tensorflow", "torch", "_samerun_inside"])
_GENERATED = "/__autograph_generated_file"  # TensorFlow compiles a copy of the user's function in a temporary file
_INSIDE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_STDLIB = os.path.dirname(os.path.abspath(os.__file__)) + os.sep

_kinds: dict[str, int] = {}


class Asker:
    """Where a call came from; ``file`` is empty where no code of the user's own is on the stack."""

    __slots__ = ("direct", "file", "importing", "line")

    def __init__(self, file: str, line: int, importing: int, direct: int) -> None:
        self.file = file
        self.line = line
        self.importing = importing
        self.direct = direct


def asker(frame: Optional[FrameType]) -> Asker:
    """Return the nearest frame of the user's own code at ``frame`` or above it.

    Args:
        frame: where to begin.

    Returns:
        Its file and line; whether the import of a library lies between; whether nothing but generators does.
    """
    importing, direct = 0, 1
    while frame is not None:
        if is_user(frame):
            return Asker(frame.f_code.co_filename, frame.f_lineno or 0, importing, direct)
        if _kind_of(frame.f_code.co_filename) == _IMPORT:
            importing = 1
        if str(frame.f_globals.get("__name__")).partition(".")[0] not in _GENERATORS:
            direct = 0
        frame = frame.f_back
    return Asker("", 0, importing, 0)


def is_user(frame: FrameType) -> bool:
    """Return whether ``frame`` runs the user's own code."""
    kind = _kind_of(frame.f_code.co_filename)
    return kind == _USER or (kind == _TEXT and frame.f_globals.get("__name__") in _MAIN)


def _kind_of(filename: str) -> int:
    kind = _kinds.get(filename)
    if kind is None:
        kind = _kinds[filename] = _classify(filename)
    return kind


def _classify(filename: str) -> int:
    if filename.startswith("<frozen importlib"):
        return _IMPORT
    if filename.startswith(("<frozen", "<__")):
        return _LIBRARY
    if filename.startswith("<"):  # -c or standard input, but also what dataclass and namedtuple generate
        return _TEXT
    path = os.path.abspath(filename)
    if _GENERATED in path or any(part in path for part in _ENVIRONMENT) or path.startswith((_INSIDE, _STDLIB)):
        return _LIBRARY
    return _USER

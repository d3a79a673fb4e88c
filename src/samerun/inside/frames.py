"""Whose code is running: the first frame of the user's own code above a call."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Optional

_USER, _LIBRARY, _IMPORT, _TEXT = 1, 2, 3, 4
_MAIN = ("__main__", "__mp_main__")
_ENVIRONMENT = ("/site-packages/", "/dist-packages/")
_GENERATORS = frozenset(["random", "secrets", "uuid", "numpy", "polars", "tensorflow", "torch", "_samerun_inside"])
_GENERATED = "/__autograph_generated_file"  # TensorFlow compiles a copy of the user's function in a temporary file
# samerun itself, of which the program may use the library: it is nobody's own code, wherever it is installed.
_INSIDE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_SCRIPTS = os.path.join(sys.prefix, "bin") + os.sep
_STDLIB = os.path.dirname(os.path.abspath(os.__file__)) + os.sep

# What multiprocessing and loky start their processes with, by ``-c``.
_LAUNCHERS = (
    "multiprocessing.spawn",
    "multiprocessing.forkserver",
    "multiprocessing.resource_tracker",
    "joblib.externals.loky",
    "loky",
)
# Modules that run what the program asked for where none of its own lines is on the stack.
_ROOTS = frozenset(["__main__", "runpy", "concurrent.futures.thread", "multiprocessing.pool"])
# What they draw outside the user's cells (a tip of the day) is their own.
_HOSTS = frozenset(["IPython", "ipykernel"])
_NOTEBOOK = "/ipykernel_"

_kinds: dict[str, int] = {}


class Asker:
    """Where a call came from; ``file`` is empty where no code of the user's own is on the stack.

    ``rooted`` says that it came from the program all the same: from the module that was started, or from a pool's
    thread. Callbacks at exit and threads that a library keeps for itself do not.
    """

    __slots__ = ("direct", "file", "importing", "line", "rooted")

    def __init__(self, file: str, line: int, importing: int, direct: int, rooted: int) -> None:
        self.file = file
        self.line = line
        self.importing = importing
        self.direct = direct
        self.rooted = rooted


def asker(frame: Optional[FrameType]) -> Asker:
    """Return the nearest frame of the user's own code at ``frame`` or above it.

    Args:
        frame: where to begin.

    Returns:
        Its file and line; whether the import of a library lies between; whether nothing but generators does.
    """
    importing, direct, rooted, hosted = 0, 1, 0, 0
    while frame is not None:
        if is_user(frame):
            return Asker(place(frame.f_code.co_filename), frame.f_lineno or 0, importing, direct, 1)
        if _kind_of(frame.f_code.co_filename) == _IMPORT:
            importing = 1
        name = str(frame.f_globals.get("__name__"))
        top = name.partition(".")[0]
        direct &= top in _GENERATORS
        rooted |= name in _ROOTS
        hosted |= top in _HOSTS
        frame = frame.f_back
    return Asker("", 0, importing, 0, int(rooted and not hosted))


def is_user(frame: FrameType) -> bool:
    """Return whether ``frame`` runs the user's own code."""
    kind = _kind_of(frame.f_code.co_filename)
    if kind != _TEXT:
        return kind == _USER
    names = frame.f_code.co_names
    return frame.f_globals.get("__name__") in _MAIN and not (names and names[0].startswith(_LAUNCHERS))


def is_user_file(filename: str) -> bool:
    """Return whether a code object of this file name is the user's own; text without a file is not."""
    return _kind_of(filename) == _USER


def place(filename: str) -> str:
    """Return the name under which a file of the user's is reported: ``In[3]`` for the third cell of a notebook."""
    if _NOTEBOOK not in filename:  # the kernel compiles each cell as a file of the temporary folder that never exists
        return filename
    shell: Any = getattr(sys.modules.get("IPython.core.interactiveshell"), "InteractiveShell", None)
    compiler = getattr(getattr(shell, "_instance", None), "compile", None)
    number = getattr(compiler, "_filename_map", {}).get(filename)
    return filename if number is None else "In[%s]" % number


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
    inner = any(part in path for part in (_GENERATED, *_ENVIRONMENT))
    return _LIBRARY if inner or path.startswith((_INSIDE, _STDLIB, _SCRIPTS)) else _USER

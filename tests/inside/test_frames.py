"""Which line of the user's own code asked."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from samerun.inside import frames

LIBRARY = "/somewhere/lib/python3.11/site-packages/numpy/random/thing.py"


def ask_in(filename: str, name: str = "numpy.random.thing") -> frames.Asker:
    """Return who is said to ask, asked by code compiled as ``filename`` and called from here."""
    scope: dict[str, Any] = {"__name__": name, "asker": frames.asker, "sys": sys}
    exec(compile("found = asker(sys._getframe())", filename, "exec"), scope)
    found = scope["found"]
    assert isinstance(found, frames.Asker)
    return found


def frame_in(filename: str, name: str) -> FrameType:
    """Return a frame of code compiled as ``filename``."""
    scope: dict[str, Any] = {"__name__": name, "sys": sys}
    exec(compile("found = sys._getframe()", filename, "exec"), scope)
    frame = scope["found"]
    assert isinstance(frame, FrameType)
    return frame


def test_the_users_own_frame_is_found_at_once() -> None:
    asker = frames.asker(sys._getframe())
    assert (Path(asker.file).name, asker.importing, asker.direct) == ("test_frames.py", 0, 1)


def test_generators_between_leave_it_direct_and_other_libraries_do_not() -> None:
    assert ask_in(LIBRARY).direct == 1
    assert ask_in(LIBRARY, "sklearn.tree").direct == 0


def test_the_line_is_the_users() -> None:
    asker = ask_in(LIBRARY)
    assert Path(asker.file).read_text("utf-8").splitlines()[asker.line - 1].strip().startswith("exec(compile(")


def test_an_import_between_is_said() -> None:
    assert ask_in("<frozen importlib._bootstrap>", "importlib._bootstrap").importing == 1


def test_text_is_the_users_only_in_the_main_module() -> None:
    assert frames.is_user(frame_in("<string>", "__main__"))
    assert frames.is_user(frame_in("<stdin>", "__main__"))
    assert not frames.is_user(frame_in("<string>", "collections"))


def test_the_standard_library_the_environment_and_compiled_copies_are_not_the_users() -> None:
    for filename in (LIBRARY, str(os.__file__), "/tmp/__autograph_generated_filex.py"):
        assert not frames.is_user(frame_in(filename, "__main__"))


def test_nobody_is_an_answer() -> None:
    asker = frames.asker(None)
    assert (asker.file, asker.line, asker.importing, asker.direct) == ("", 0, 0, 0)

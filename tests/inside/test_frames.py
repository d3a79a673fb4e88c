"""Which line of the user's own code asked."""

from __future__ import annotations

import os
import sys
import threading
import types
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

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
    assert (asker.file, asker.line, asker.importing, asker.direct, asker.rooted) == ("", 0, 0, 0, 0)


def test_what_starts_workers_and_what_the_environment_installs_as_commands_is_not_the_users() -> None:
    scope: dict[str, Any] = {"__name__": "__main__", "sys": sys}
    text = "from multiprocessing.spawn import spawn_main; found = sys._getframe()"
    exec(compile(text, "<string>", "exec"), scope)
    assert not frames.is_user(scope["found"])
    assert not frames.is_user(frame_in(os.path.join(sys.prefix, "bin", "torchrun"), "__main__"))


def chain(*modules: str) -> frames.Asker:
    """Return who is said to ask in a thread where libraries call each other; the last one asks."""
    scope: dict[str, Any] = {"asker": frames.asker, "sys": sys}
    found: list[frames.Asker] = []
    text = "found.append(asker(sys._getframe()))"
    for name in reversed(modules):
        code = compile(text, LIBRARY, "exec")
        scope[name] = (code, {**scope, "__name__": name, "found": found})
        text = f"exec(*{name.replace('.', '_')})"
        scope[name.replace(".", "_")] = scope[name]
    thread = threading.Thread(target=exec, args=scope[modules[0]])
    thread.start()
    thread.join()
    return found[0]


def test_without_a_line_of_the_users_the_roots_count() -> None:
    assert chain("requests", "urllib3").rooted == 0
    assert chain("runpy", "trainer").rooted == 1
    assert chain("multiprocessing.pool", "trainer").rooted == 1
    assert chain("runpy", "ipykernel.kernelapp", "random").rooted == 0


def test_a_cell_of_a_notebook_has_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "/tmp/ipykernel_12/345.py"
    shell = types.ModuleType("IPython.core.interactiveshell")
    compiler = types.SimpleNamespace(_filename_map={name: 7})
    kind = type("InteractiveShell", (), {"_instance": types.SimpleNamespace(compile=compiler)})
    shell.InteractiveShell = kind  # type: ignore[attr-defined]
    assert frames.place(name) == name
    monkeypatch.setitem(sys.modules, shell.__name__, shell)
    assert frames.place(name) == "In[7]"
    assert frames.place("/tmp/ipykernel_12/9.py") == "/tmp/ipykernel_12/9.py"
    assert frames.place("/home/train.py") == "/home/train.py"

"""The import hook: those who wait are called, and the module is what it would have been."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from samerun.inside import imports
from samerun.launch import reported
from tests.inside.conftest import Observe


@pytest.fixture
def hooked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The hook in this process, and a folder of modules."""
    monkeypatch.setattr(sys, "meta_path", [imports._Finder(), *sys.meta_path])
    monkeypatch.setattr(imports, "_waiting", {})
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def fresh(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.py").write_text(text)
    sys.modules.pop(name, None)


def test_who_waits_is_called_once_with_the_finished_module(hooked: Path) -> None:
    fresh(hooked, "waited_for", "value = 1\n")
    seen: list[int] = []
    imports.when_imported("waited_for", lambda module: seen.append(module.value))
    imports.when_imported("waited_for", lambda module: seen.append(2))
    module = __import__("waited_for")
    assert seen == [1, 2]
    assert type(module.__loader__).__name__ == "SourceFileLoader"
    assert module.__spec__ is not None
    assert module.__spec__.loader is module.__loader__
    imports.when_imported("waited_for", lambda module: seen.append(3))
    assert seen == [1, 2, 3]


def test_who_waits_may_fail(hooked: Path) -> None:
    fresh(hooked, "waited_for", "value = 1\n")
    imports.when_imported("waited_for", lambda module: module.nothing)
    assert __import__("waited_for").value == 1


def test_a_module_that_fails_fails_as_it_would_and_may_be_tried_again(hooked: Path) -> None:
    fresh(hooked, "waited_for", "import nothing_of_this_name\n")
    seen: list[object] = []
    imports.when_imported("waited_for", seen.append)
    with pytest.raises(ModuleNotFoundError, match="nothing_of_this_name"):
        __import__("waited_for")
    assert seen == []
    fresh(hooked, "waited_for", "value = 1  # mended\n")
    __import__("importlib").invalidate_caches()
    assert __import__("waited_for").value == 1
    assert len(seen) == 1


def test_finding_without_importing_leaves_the_wait(hooked: Path) -> None:
    import importlib.util

    fresh(hooked, "waited_for", "value = 1\n")
    seen: list[object] = []
    imports.when_imported("waited_for", seen.append)
    spec = importlib.util.find_spec("waited_for")
    assert spec is not None
    assert spec.origin == str(hooked / "waited_for.py")
    assert spec.loader.get_filename("waited_for") == spec.origin  # type: ignore[union-attr]
    __import__("waited_for")
    assert len(seen) == 1


def test_top_level_names_are_told(observe: Observe, python: str) -> None:
    (observe.tree / "pkg").mkdir()
    (observe.tree / "pkg" / "sub.py").write_text("")
    program = "import pkg.sub, json.decoder, pkg.sub\ntry:\n    import absent_one\nexcept ImportError: pass"
    spool = observe(program, python=python)
    names = [each.name for each in spool.of(reported.Imported)]
    assert {"pkg", "json", "absent_one"} <= set(names)
    assert len(names) == len(set(names))
    assert not {"sitecustomize", "usercustomize"} & set(names)


def test_tracebacks_and_warnings_pass_over_the_hook(observe: Observe, python: str) -> None:
    """A module that is waited for is executed below our proxy; nobody is to notice."""
    (observe.tree / "polars").mkdir()
    (observe.tree / "polars" / "__init__.py").write_text("")
    (observe.tree / "safetensors").mkdir()
    (observe.tree / "safetensors" / "__init__.py").write_text("")
    (observe.tree / "safetensors" / "_safetensors_rust.py").write_text(
        "import warnings\nwarnings.warn('old', DeprecationWarning, stacklevel=2)\nraise ImportError('broken')\n"
    )
    program = "import safetensors._safetensors_rust\n"
    observe(program, python=python, check=False)
    recorded = observe.errors
    observe(program, python=python, check=False, bare=True)
    assert "DeprecationWarning: old" in recorded
    assert recorded == observe.errors


def test_loaders_of_other_kinds(observe: Observe, python: str) -> None:
    """A lazy loader and packages in a zip file work as they did."""
    program = """
import importlib.util, sys, zipfile
with zipfile.ZipFile("z.zip", "w") as z:
    z.writestr("safetensors/__init__.py", "")
    z.writestr("safetensors/_safetensors_rust.py", "def serialize_file(d, filename, metadata=None): return 1")
sys.path.insert(0, "z.zip")
open("lmdb.py", "w").write("open = lambda path: path")
spec = importlib.util.find_spec("lmdb")
spec.loader = importlib.util.LazyLoader(spec.loader)
module = sys.modules["lmdb"] = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)
print(module.__name__, module.open("x"), type(module.__loader__).__name__)
from safetensors import _safetensors_rust as r
print(r.__file__.endswith("z.zip/safetensors/_safetensors_rust.py"), type(r.__loader__).__name__)
print(r.serialize_file({}, "f"))
import importlib; importlib.reload(r); print(r.serialize_file({}, "f"))
"""
    observe(program, python=python)
    recorded = observe.output
    observe(program, python=python, bare=True)
    assert recorded == observe.output

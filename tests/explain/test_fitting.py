"""One package out of many, in real environments."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from samerun.errors import MissingExtra
from samerun.explain.fitting import Fitting
from samerun.explain.mixture import Candidate, Mixture
from samerun.launch.rebuild import find_uv
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.store.layout import StoreLayout
from samerun.store.objects import Objects

from .conftest import Pair

Make = Callable[..., Run]
OLD = ("toolz==0.11.2", "humanize==4.0.0", "inflect==6.0.0")
NEW = ("toolz==0.12.0", "humanize==4.4.0", "inflect==6.0.1")
SCRIPT = """
import humanize, toolz
from importlib.metadata import version
open("o.txt", "w").write(toolz.__version__ + version("toolz"))
"""


def uv(*words: str) -> None:
    subprocess.run([find_uv(), *words], check=True, capture_output=True)


@cache
def why_not() -> str:
    """Return why no packages can be installed here; empty if they can."""
    try:
        done = subprocess.run(
            [find_uv(), "pip", "compile", "--no-deps", "-"],
            input="toolz==0.11.2\nhumanize==4.0.0\n",
            capture_output=True,
            text=True,
            timeout=60,
        )
    except (MissingExtra, OSError, subprocess.TimeoutExpired) as error:
        return f"uv cannot be used here: {error}"
    return "" if done.returncode == 0 else "no package registry can be reached"


@pytest.fixture
def packages() -> None:
    if why_not():
        pytest.skip(why_not())


def environment(folder: Path, packages: Sequence[str]) -> str:
    """Make an environment and return its interpreter."""
    python = str(folder / "bin" / "python")
    uv("venv", "--quiet", "--no-project", str(folder))
    uv("pip", "install", "--quiet", "--no-deps", "--python", python, *packages)
    return python


def test_the_package_is_named_between_two_environments(pair: Pair, packages: None, tmp_path: Path) -> None:
    pythons = [environment(tmp_path / name, each[:2]) for name, each in (("old", OLD), ("new", NEW))]
    pair.record({"train.py": SCRIPT}, python=pythons[0])
    pair.record({}, python=pythons[1])
    found = pair.explain()
    assert [(cause.kind, cause.subject) for cause in found.causes] == [("package", "toolz")]
    assert "install `toolz==0.11.2`" in found.causes[0].advice
    assert ("package", "humanize") in {(each.kind, each.subject) for each in found.not_causes}


@pytest.mark.parametrize("place", [".venv", "../outside"])
def test_an_environment_that_was_upgraded_in_place(
    pair: Pair, packages: None, mounted: None, place: str, tmp_path: Path
) -> None:
    python = environment(pair.lab.folder / place, OLD[:2])
    pair.record({"train.py": SCRIPT}, python=python)
    uv("pip", "install", "--quiet", "--no-deps", "--python", python, *NEW[:2])
    pair.record({}, python=python)
    assert [(cause.kind, cause.subject) for cause in pair.explain().causes] == [("package", "toolz")]


@pytest.mark.parametrize("way", ["added", "removed"])
def test_a_package_that_only_one_run_had(pair: Pair, packages: None, mounted: None, way: str, tmp_path: Path) -> None:
    script = (
        "import humanize\ntry:\n    import toolz\n    v = 'with'\nexcept ImportError:\n    v = 'without'\n"
        "open('o.txt', 'w').write(v)\n"
    )
    python = environment(tmp_path / "env", OLD[1:2] if way == "added" else OLD[:2])
    pair.record({"train.py": script}, python=python)
    if way == "added":
        uv("pip", "install", "--quiet", "--no-deps", "--python", python, *NEW[:2])
    else:
        uv("pip", "uninstall", "--quiet", "--python", python, "toolz")
    pair.record({}, python=python)
    assert [(cause.kind, cause.subject) for cause in pair.explain().causes] == [("package", "toolz")]


def facts(version: str, **more: Any) -> dict[str, Any]:
    return {"version": version, "imported": True, **more}


def fitting(a: Run, b: Run, tmp_path: Path) -> Fitting:
    return Fitting(a, b, StoreLayout(tmp_path / "store"))


def test_nothing_is_put_in_front_where_all_is_there(make_run: Make, tmp_path: Path, objects: Objects) -> None:
    run = make_run()
    mixture = Mixture(run, run, objects)
    assert fitting(run, run, tmp_path).fit(mixture) == []
    assert mixture.given == {}


def test_an_interpreter_that_is_gone_cannot_be_tried(make_run: Make, tmp_path: Path) -> None:
    a, b = (make_run(python={"version": each, "executable": f"/no/{each}/python"}) for each in ("3.11.2", "3.12.1"))
    made = fitting(a, b, tmp_path)
    python = Candidate(Change("python", "python", "3.11.2", "3.12.1"), lambda mixture: None)
    assert made.checked(python).unable == "Python 3.12.1 is not here any more"
    package = Candidate(Change("package", "toolz", "1", "2"), lambda mixture: None)
    assert made.checked(package).unable == "no interpreter of either run is here any more"
    other = Candidate(Change("seed", "--seed", 1, 2), lambda mixture: None)
    assert made.checked(other) is other


def test_a_package_that_a_trial_did_not_have_is_said(make_run: Make, tmp_path: Path, objects: Objects) -> None:
    a, b = (make_run(package={"toolz": facts(each)}) for each in ("1", "2"))
    mixture = Mixture(a, b, objects)
    mixture.take("package", "toolz")
    made = fitting(a, b, tmp_path)
    assert made.not_given(mixture, ["toolz"], b) == ""
    assert "toolz 2 could not be put in front" in made.not_given(mixture, ["toolz"], a)


def test_what_lies_in_a_folder_is_left_to_the_folder(make_run: Make, tmp_path: Path) -> None:
    python = {"version": "3", "executable": sys.executable}
    editable = facts("2", origin='{"url": "file:///x", "dir_info": {"editable": true}}')
    a, b = make_run(python=python, package={"mine": facts("1")}), make_run(python=python, package={"mine": editable})
    candidate = Candidate(Change("package", "mine", "1", "2"), lambda mixture: None)
    assert "editable" in fitting(a, b, tmp_path).checked(candidate).unable


def test_a_package_that_could_not_be_put_back_is_named(make_run: Make, tmp_path: Path) -> None:
    a, other = (make_run(package={"toolz": facts(each)}) for each in ("1", "2"))
    made = fitting(a, other, tmp_path)
    assert made.others_in(a) == ""
    assert made.others_in(other) == "2 stands in the place of toolz 1"
    assert made.others_in(make_run(package={"x": facts("1")})) == "nothing stands in the place of toolz 1"

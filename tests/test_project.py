"""The files around the package agree with each other."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from samerun import version

TOP = Path(__file__).parent.parent
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
CORE, DEV = (TOP / "requirements" / name for name in ("core.lock", "dev.lock"))


def pinned(lock: Path) -> dict[str, str]:
    lines = [line for line in lock.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {canonicalize_name(name): number for name, number in (line.split("==") for line in lines)}


@pytest.mark.parametrize("lock", [CORE, DEV], ids=lambda lock: lock.name)
def test_a_lock_is_exact_versions_and_nothing_else(lock: Path) -> None:
    assert all(re.fullmatch(r"[\w.]+", number) for number in pinned(lock).values())


def test_the_locks_hold_what_the_project_asks_for() -> None:
    extras = PROJECT["optional-dependencies"]
    wanted = {CORE: PROJECT["dependencies"] + extras["demo"], DEV: [r for one in extras.values() for r in one]}
    for lock, texts in wanted.items():
        for requirement in (Requirement(text) for text in texts if not text.startswith("samerun[")):
            assert requirement.specifier.contains(pinned(lock)[canonicalize_name(requirement.name)]), requirement


def test_the_core_is_part_of_the_rest() -> None:
    assert pinned(CORE).items() <= pinned(DEV).items()


def test_torch_is_the_release_that_the_examples_were_tried_with() -> None:
    assert pinned(DEV)["torch"] == "2.13.0"


def test_the_version_is_said_once_and_is_what_is_installed() -> None:
    assert "version" not in PROJECT
    assert metadata.version("samerun") == version.VERSION


def test_all_is_every_extra_but_dev() -> None:
    extras = PROJECT["optional-dependencies"]
    assert Requirement(extras["all"][0]).extras == set(extras) - {"all", "dev"}


def test_ci_does_what_make_check_does() -> None:
    script = TOP / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().rstrip().endswith("make check")

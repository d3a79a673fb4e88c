"""A scene for factors to be read from, made of plain facts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samerun.basics.redaction import Redactor
from samerun.factors.factor import Plan, Scene
from samerun.record.observation import Observation, SeenProcess


@pytest.fixture
def scene(tmp_path: Path) -> Callable[..., Scene]:
    """Make a scene: ``scene(environment={...}, observed=Observation(...))``; the plan gives what is found."""

    def make(**facts: Any) -> Scene:
        argv = tuple(facts.pop("argv", ("python", "train.py")))
        environment = facts.pop("environment", {})
        cwd = facts.pop("cwd", tmp_path)
        plan = facts.pop("plan", None) or Plan(list(argv), str(cwd), dict(environment), entropy="ab" * 32)
        redactor = facts.pop("redactor", None) or Redactor(key=b"k" * 32)
        return Scene(argv, cwd, facts.pop("tree", tmp_path), environment, plan, redactor, **facts)

    return make


@pytest.fixture
def plan(tmp_path: Path) -> Callable[..., Plan]:
    """Make a plan with the variables of the present shell: ``plan(OMP_NUM_THREADS="4")``."""

    def make(**environment: str) -> Plan:
        return Plan([], str(tmp_path), environment)

    return make


@pytest.fixture
def ended() -> Callable[..., Observation]:
    """Make what was seen of a program that ended: one Python process, and the facts given."""

    def make(*, sys_path: tuple[str, ...] = (), version: str = "3.11.7", **facts: Any) -> Observation:
        process = SeenProcess("main", 7, "/usr/bin/python", version, "/usr", "/usr", ("train.py",), sys_path)
        return Observation(processes=(process,), **facts)

    return make

"""The interpreter: its version counts, its place is given again where it still is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from samerun.factors.factor import Plan, Scene
from samerun.factors.python import Python
from samerun.record.missing import Missing
from samerun.record.observation import Observation


def test_the_first_process_is_read(scene: Callable[..., Scene], ended: Callable[..., Observation]) -> None:
    values = Python().read(scene(observed=ended(version="3.12.1")))
    assert isinstance(values, dict)
    assert values["version"] == "3.12.1"


def test_no_process_says_why(scene: Callable[..., Scene]) -> None:
    before, without = Python().read(scene()), Python().read(scene(observed=Observation()))
    assert isinstance(before, Missing)
    assert isinstance(without, Missing)
    assert before.why != without.why


def test_only_the_version_is_a_change() -> None:
    a = {"version": "3.11.7", "executable": "/a"}
    assert Python().differences(a, {"version": "3.11.7", "executable": "/b"}) == []
    assert [each.subject for each in Python().differences(a, {"version": "3.12.0"})] == ["python"]


def test_the_recorded_interpreter_is_found_from_any_shell(tmp_path: Path) -> None:
    for folder in ("recorded", "present"):
        (tmp_path / folder).mkdir()
        os.symlink(sys.executable, tmp_path / folder / "python")
    plan = Plan(["python", "t.py"], "/", {"PATH": f"{tmp_path}/present:/usr/bin"})
    Python().give(plan, {"executable": f"{tmp_path}/recorded/python", "version": "3.11.7"})
    assert plan.environment["PATH"].split(os.pathsep)[0] == f"{tmp_path}/recorded"
    assert plan.argv == ["python", "t.py"]


def test_a_path_that_leads_there_already_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    os.symlink(sys.executable, tmp_path / "bin" / "python")
    path = f"/nowhere:{tmp_path}/bin:/usr/bin"
    for argv in (["python"], [f"{tmp_path}/bin/python"], ["./run.sh"], []):
        plan = Plan(argv, "/", {"PATH": path})
        Python().give(plan, {"executable": f"{tmp_path}/bin/python", "version": "3.11.7"})
        assert plan.environment == {"PATH": path}


def test_a_gone_interpreter_is_said(tmp_path: Path) -> None:
    plan = Plan(["python", "t.py"], "/", {"PATH": str(tmp_path)})
    Python().give(plan, {"executable": f"{tmp_path}/gone/python", "version": "3.11.7"})
    assert plan.environment == {"PATH": str(tmp_path)}
    assert "gone/python" in plan.notes[0]

"""The launcher: what is there when something goes wrong around a run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from samerun import api
from samerun.errors import CannotStart
from samerun.factors.factor import Plan
from samerun.launch.gathering import Gathering
from samerun.launch.ground import Ground
from samerun.launch.launcher import child_environment
from samerun.store.layout import RunFolder
from tests.lab import DRAW, Lab

SRC = str(Path(api.__file__).parents[2])


def test_the_child_gets_the_plan_and_the_way_in(tmp_path: Path) -> None:
    plan = Plan(["x"], "/", {"A": "1", "PYTHONPATH": "src"}, entropy="ab", seed=3, deterministic=True)
    given = child_environment(plan, RunFolder(tmp_path), tmp_path / "spool", Ground(tmp_path, tmp_path))
    assert given["A"] == "1"
    assert given["PYTHONPATH"].endswith("samerun/inside:src")
    assert (given["SAMERUN_ENTROPY"], given["SAMERUN_SEED"], given["SAMERUN_DETERMINISTIC"]) == ("ab", "3", "1")
    assert plan.environment == {"A": "1", "PYTHONPATH": "src"}


def test_nothing_unasked_is_given(tmp_path: Path) -> None:
    given = child_environment(Plan(["x"], "/", {}), RunFolder(tmp_path), tmp_path, Ground(tmp_path, tmp_path))
    assert "SAMERUN_SEED" not in given
    assert "SAMERUN_DETERMINISTIC" not in given


def test_a_command_that_cannot_be_started_leaves_no_folder(lab: Lab) -> None:
    with pytest.raises(CannotStart):
        api.record(["no-such-program"])
    store = api.store_here()
    assert [path.name for path in store.root.iterdir() if path.is_dir() and not path.name.startswith(".")] in (
        [],
        ["no-such-program"],
    )
    assert list(store.run_folders()) == []


def test_a_fault_of_ours_is_kept_and_never_becomes_the_programs(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(self: object, *arguments: object) -> None:
        raise ZeroDivisionError("api_key=hunter2hunter2")

    monkeypatch.setattr(Gathering, "final", wrong)
    done = api.record(["sh", "-c", "echo x > out.txt; exit 4"])
    assert (done.returncode, done.run.status) == (4, "failed")
    assert "fault" in done.trouble
    text = (done.folder / "logs" / "samerun.log").read_text()
    assert "ZeroDivisionError" in text
    assert "hunter2" not in text
    assert api.load(done.run.id).status == "failed"


def test_a_full_disk_at_the_end_is_said(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: object, *arguments: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Gathering, "write", full)
    done = api.record(["sh", "-c", "exit 4"])
    assert done.returncode == 4
    assert "No space left" in done.trouble


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_streams_that_are_closed_from_the_start(lab: Lab, closed: str) -> None:
    lab.write(train_py="import sys\nprint('hello')\nprint('err', file=sys.stderr)\n" + DRAW.format("1"))
    code = f"from samerun import api; api.record([{sys.executable!r}, 'train.py'])"
    script = f'exec "$0" -c "$1" {closed}'
    environment = {**os.environ, "PYTHONPATH": SRC}
    subprocess.run(["sh", "-c", script, sys.executable, code], env=environment, capture_output=True, check=True)
    (row,) = api.runs()
    run = api.load(row.id)
    assert (run.status, [output.path for output in run.outputs]) == ("finished", ["out.txt"])
    assert sorted((api.find(row.id).path / "logs" / "train.log").read_text().split()) == ["err", "hello"]

"""The first run of a command that is to be checked."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from samerun.errors import CannotCheck, CannotStart
from samerun.explain.checking.first_run import patience, record_fresh
from samerun.explain.judging import Kept
from samerun.store.layout import RunFolder, StoreLayout
from tests.explain.checking.world import run_of
from tests.lab import Lab, snapshot


def first(lab: Lab, *command: str, timeout_s: float | None = None) -> Kept:
    layout = StoreLayout(lab.folder / "outputs" / "experiments")
    return record_fresh(list(command), lab.folder, os.environ, layout, timeout_s)


def test_it_is_recorded_in_a_copy(lab: Lab, mode: str) -> None:
    lab.write(train_py="open('out.txt', 'w').write('1')\n", notes_txt="n")
    before = snapshot(lab.folder)
    kept = first(lab, sys.executable, "train.py")
    assert kept.run.status == "finished"
    assert [each.path for each in kept.run.outputs] == ["out.txt"]
    assert snapshot(lab.folder) == before
    assert kept.run.tags == ["check"]


def test_one_that_does_not_end_is_killed_and_said(lab: Lab) -> None:
    lab.write(train_py="import time\nprint('begun', flush=True)\ntime.sleep(60)\n")
    with pytest.raises(CannotCheck, match="did not end within 0.7 seconds") as caught:
        first(lab, sys.executable, "train.py", timeout_s=0.7)
    assert "--timeout" in caught.value.next_step
    assert caught.value.facts["run"] in caught.value.next_step


@pytest.mark.parametrize("command", [["no-such-command-at-all"], ["./gone.sh"], ["./plain.txt"], [""], []])
def test_a_command_that_is_not_there_leaves_nothing(lab: Lab, command: list[str]) -> None:
    lab.write(plain_txt="not to be executed")
    with pytest.raises(CannotStart):
        first(lab, *command)
    assert not (lab.folder / "outputs").exists()


def test_patience_follows_the_first_run() -> None:
    kept = Kept(run_of(1, seconds=100.0), RunFolder(Path("/nowhere")))
    assert patience(kept, None) > 1000
    assert patience(kept, 5.0) == 5.0
    assert patience(Kept(run_of(1), kept.folder), None) >= 30

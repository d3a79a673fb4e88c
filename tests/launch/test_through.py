"""What a replay sees in its mount namespace, and what it cannot reach."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from samerun import api
from tests.lab import DRAW, Lab


@pytest.mark.usefixtures("mounted")
def test_the_project_is_at_its_own_path_and_the_user_s_files_are_out_of_reach(lab: Lab) -> None:
    run = lab.record("import os; open('out.txt', 'w').write(os.path.abspath(__file__) + ' ' + os.getcwd())")
    (lab.folder / "later.txt").write_text("made after the run")
    done = lab.replay(run)
    assert done.verdict == "identical"
    assert lab.read(done.replay, "out.txt") == f"{lab.folder / 'train.py'} {lab.folder}"


@pytest.mark.usefixtures("mounted")
def test_an_environment_in_the_project_shines_through_and_is_not_changed(lab: Lab) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], check=True)
    lab.write(train_py=DRAW.format("__import__('random').random()") + "import sys; open(sys.prefix + '/mark', 'w')\n")
    run = api.record([".venv/bin/python", "train.py"]).run
    mark = lab.folder / ".venv" / "mark"
    mark.unlink()
    assert lab.replay(run).verdict == "identical"
    assert not mark.exists()


@pytest.mark.usefixtures("mounted")
def test_folders_outside_take_the_writes_into_a_private_layer(lab: Lab, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    run = lab.record(f"open({str(outside / 'result.txt')!r}, 'w').write('recorded')")
    (outside / "result.txt").write_text("mine by now")
    done = lab.replay(run)
    assert done.verdict == "identical"
    assert (outside / "result.txt").read_text() == "mine by now"

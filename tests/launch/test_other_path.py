"""A replay at another path: what leads into the project leads into the workspace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from samerun import api
from tests.lab import DRAW, Lab


@pytest.fixture(autouse=True)
def _no_mounts(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMERUN_NO_NAMESPACE", "1")


def test_absolute_paths_in_arguments_and_variables_lead_there(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.write(data_csv="7\n")
    monkeypatch.setenv("DATA", str(lab.folder / "data.csv"))
    text = "import os, sys; open('out.txt', 'w').write(open(sys.argv[1]).read() + open(os.environ['DATA']).read())"
    run = lab.record(text, str(lab.folder / "data.csv"))
    lab.write(data_csv="8\n")
    done = lab.replay(run)
    assert (done.verdict, lab.read(done.replay, "out.txt")) == ("identical", "7\n7\n")


def test_a_path_that_only_begins_alike_stays(lab: Lab) -> None:
    twin = lab.folder.with_name(lab.folder.name + "-twin")
    twin.mkdir()
    (twin / "data.csv").write_text("9\n")
    run = lab.record("import sys; open('out.txt', 'w').write(open(sys.argv[1]).read())", str(twin / "data.csv"))
    assert lab.replay(run).verdict == "identical"


def test_the_interpreter_of_an_environment_in_the_project_stays_where_it_is(lab: Lab) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], check=True)
    lab.write(train_py=DRAW.format("__import__('random').random()"))
    run = api.record([os.path.join(".venv", "bin", "python"), "train.py"]).run
    assert lab.replay(run).verdict == "identical"


def test_writing_into_the_original_is_refused_and_the_path_is_said(lab: Lab) -> None:
    target = lab.folder / "absolute.txt"
    run = lab.record(f"p = {str(target)[:-4]!r} + '.txt'; open(p, 'w').write('x')")
    target.unlink()
    done = lab.replay(run)
    assert done.verdict == "incomplete"
    assert not target.exists()
    assert [each.what for each in done.replay.not_captured if each.what == "the original path"]
    assert Path(done.replay.place.workspace or done.replay.place.tree) != lab.folder

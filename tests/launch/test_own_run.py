"""A run that the program began itself holds what can be known from inside, and says what cannot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from samerun.launch.own_run import WHY, OwnRun, command
from samerun.store import folder as folders
from samerun.store.index import list_runs
from samerun.store.layout import find_store


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("SAMERUN_STORE", raising=False)
    return folder


def test_it_is_running_until_it_is_finished(project: Path) -> None:
    (project / "notes.txt").write_text("there before")
    own = OwnRun("digits", ["a"], 3)
    assert [row.status for row in list_runs(find_store(project, {}))] == ["running"]
    (project / "made.json").write_text("{}")
    run = own.finish("failed", 4, {"lr": 0.1})
    assert folders.load(own.folder).status == run.status == "failed"
    assert [output.path for output in run.outputs] == ["made.json"]
    assert run.factors["seed"] == {"--seed": 3}
    assert run.factors["python"]["version"] == ".".join(map(str, sys.version_info[:3]))
    assert run.factors["data"] == {"missing": WHY}
    assert any(said.why == WHY for said in run.not_captured)
    assert folders.problems(own.folder) == []


def test_code_in_a_git_tree_is_known(project: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    (project / "train.py").write_text("x = 1\n")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *arguments], check=True, cwd=project)
    (project / "train.py").write_text("x = 2\n")
    run = OwnRun("digits", [], None).finish("finished", 0, {})
    assert run.place.git is not None
    assert run.place.git.dirty
    assert run.factors["code"]["train.py"]["state"] == "changed"


def test_the_command_is_how_this_process_was_started() -> None:
    assert command()[0] == sys.executable
    assert command()[1:] == list(sys.orig_argv[1:])

"""What git says in a workspace."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from samerun.launch.git_folder import put_git
from samerun.record.run import GitState


def git(folder: Path, *arguments: str) -> str:
    options = ("-c", "user.name=A", "-c", "user.email=a@b")
    return subprocess.run(
        ["git", *options, "-C", folder, *arguments], check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture(params=["plain", "sha256", "branch with a slash", "detached", "linked work tree"])
def versioned(request: pytest.FixtureRequest, project: Path, tmp_path: Path) -> Callable[[], tuple[Path, str]]:
    """Make a repository of some kind with one commit; return its folder and commit."""

    def make_one() -> tuple[Path, str]:
        folder, kind = project, request.param
        git(folder, "init", "-q", "-b", "main", "--object-format=" + ("sha256" if kind == "sha256" else "sha1"))
        (folder / "a.py").write_text("a")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "x")
        if kind == "branch with a slash":
            git(folder, "checkout", "-q", "-b", "feature/x")
        elif kind == "detached":
            git(folder, "checkout", "-q", "--detach")
        elif kind == "linked work tree":
            git(folder, "worktree", "add", "-q", str(tmp_path / "linked"), "-b", "second")
            folder = tmp_path / "linked"
        return folder, git(folder, "rev-parse", "HEAD").strip()

    return make_one


def test_a_program_that_asks_git_gets_the_recorded_answer(
    project: Path, tmp_path: Path, versioned: Callable[[], tuple[Path, str]]
) -> None:
    folder, commit = versioned()
    branch = git(folder, "rev-parse", "--abbrev-ref", "HEAD").strip()
    (folder / "a.py").write_text("later")
    git(folder, "commit", "-q", "-a", "-m", "later")
    workspace = tmp_path / "ws"
    workspace.mkdir()
    (workspace / "a.py").write_text("a")
    assert put_git(workspace, folder, GitState(commit, branch)) is not None
    assert git(workspace, "rev-parse", "HEAD").strip() == commit
    assert git(workspace, "rev-parse", "--abbrev-ref", "HEAD").strip() == branch
    assert git(workspace, "status", "--porcelain") == ""
    (workspace / "a.py").write_text("edited")
    assert "-a" in git(workspace, "diff").splitlines()


def test_asking_and_committing_in_a_workspace_leaves_the_original_alone(project: Path, tmp_path: Path) -> None:
    git(project, "init", "-q", "-b", "main")
    (project / "a.py").write_text("a")
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "x")
    commit = git(project, "rev-parse", "HEAD").strip()
    before = {str(path): path.stat().st_mtime_ns for path in (project / ".git").rglob("*")}
    workspace = tmp_path / "ws"
    workspace.mkdir()
    put_git(workspace, project, GitState(commit, "main"))
    (workspace / "new.py").write_text("n")
    git(workspace, "add", "-A")
    git(workspace, "commit", "-q", "-m", "y")
    assert {str(path): path.stat().st_mtime_ns for path in (project / ".git").rglob("*")} == before


@pytest.mark.parametrize("branch", ["../../x", "HEAD", "", "a..b", "/etc/x"])
def test_a_hostile_branch_writes_nothing_elsewhere(project: Path, tmp_path: Path, branch: str) -> None:
    git(project, "init", "-q", "-b", "main")
    git(project, "commit", "-q", "--allow-empty", "-m", "x")
    commit = git(project, "rev-parse", "HEAD").strip()
    workspace = tmp_path / "ws"
    workspace.mkdir()
    put_git(workspace, project, GitState(commit, branch))
    assert git(workspace, "rev-parse", "HEAD").strip() == commit
    assert {path.name for path in workspace.iterdir()} == {".git"}


def test_no_repository_gives_none(project: Path, tmp_path: Path) -> None:
    assert put_git(tmp_path / "ws", project, GitState("a" * 40)) is None

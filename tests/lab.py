"""A project in which scripts are recorded and replayed for real."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from samerun import api
from samerun.launch.again import can_mount
from samerun.record.run import Run

__all__ = ["DRAW", "Lab", "changes", "git", "lab", "mode", "mounted", "versioned"]

MODES = ["mounted", "moved"]
DRAW = "open('out.txt', 'w').write(str({}))\n"


def git(folder: Path, *arguments: str) -> str:
    options = ("-c", "user.name=A", "-c", "user.email=a@b")
    return subprocess.run(
        ["git", *options, "-C", folder, *arguments], check=True, capture_output=True, text=True
    ).stdout


class Lab:
    """A project's folder in which scripts are recorded and replayed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, **contents: str) -> None:
        """Write files; ``__`` in a name stands for ``/`` and ``_`` before the suffix for a dot."""
        for name, text in contents.items():
            path = self.folder / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))

    def record(self, script: str = "", *arguments: str, **options: object) -> Run:
        """Record a script (its text, or ``train.py`` as it is)."""
        if script:
            self.write(train_py=script)
        return api.record([sys.executable, "train.py", *arguments], **options).run  # type: ignore[arg-type]

    def replay(self, run: Run, **options: object) -> api.Replay:
        """Replay, and check that the project's folder was not touched."""
        before = snapshot(self.folder)
        done = api.replay(run.id, **options)  # type: ignore[arg-type]
        assert snapshot(self.folder) == before
        return done

    def read(self, run: Run, path: str) -> str:
        """Return what an output held."""
        (output,) = [each for each in run.outputs if each.path == path]
        assert isinstance(output.kept, str)
        return (api.find(run.id).path / output.kept).read_text()


def changes(done: api.Replay, mode: str) -> list[tuple[str, str]]:
    """Return what changed, but for the path that a replay without mounts runs at."""
    found = [(change.kind, change.subject) for change in done.factors_changed]
    return [change for change in found if mode == "mounted" or change[0] != "working-directory"]


def snapshot(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return everything in a folder except the store, with what tells a change."""
    found = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if relative.parts[:2] != ("outputs", "experiments") and relative.parts[0] != "outputs":
            facts = path.lstat()
            found[str(relative)] = (facts.st_size, facts.st_mtime_ns if not path.is_dir() else 0, facts.st_mode)
    return found


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Lab:
    """Stand in an empty project's folder."""
    for name in [name for name in os.environ if name.startswith("SAMERUN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Lab(folder)


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Replay with the workspace mounted over the original path, and at another path."""
    if request.param == "moved":
        monkeypatch.setenv("SAMERUN_NO_NAMESPACE", "1")
    elif not can_mount():
        pytest.skip("no mount namespaces here")
    return str(request.param)


@pytest.fixture
def mounted() -> None:
    if not can_mount():
        pytest.skip("no mount namespaces here")


@pytest.fixture(params=["git", "no git"])
def versioned(request: pytest.FixtureRequest, lab: Lab) -> str:
    """Make the project a repository, or not."""
    if request.param == "git":
        git(lab.folder, "init", "-q", "-b", "main")
        lab.write(_gitignore="*.csv\n__pycache__\n")
    return str(request.param)

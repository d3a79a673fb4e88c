"""A person's machine in small: a home of its own, a project with or without git, and the samerun command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
BIN = Path(sys.executable).parent
STORE = Path("outputs") / "experiments"
SECONDS = 240


@dataclass(frozen=True)
class Project:
    """A copied example: ``tree`` is its top folder, ``folder`` where commands are typed."""

    tree: Path
    folder: Path
    environment: dict[str, str]

    def type(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command as a person would type it."""
        environment = {**self.environment, **variables}
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )

    def samerun(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``samerun`` with these arguments."""
        return self.type("samerun", *arguments)

    def record(self, *command: str) -> None:
        """Record a command that is to succeed."""
        done = self.samerun("record", "--", *command)
        assert done.returncode == 0, done.stderr[-3000:]

    def document(self, *arguments: str) -> dict[str, Any]:
        """Run a samerun command with ``--json`` and return its one document."""
        done = self.samerun(*arguments, "--json")
        assert done.returncode in (0, 1), done.stderr[-3000:]
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    def state(self) -> dict[str, tuple[int, int, bytes]]:
        """Return mode, time of change and bytes of every file of the tree but those of the store."""
        store = self.tree / self.folder.relative_to(self.tree) / STORE, self.tree / STORE
        files = (
            path for path in sorted(self.tree.rglob("*")) if not any(s == path or s in path.parents for s in store)
        )
        return {str(path.relative_to(self.tree)): describe(path) for path in files}


def describe(path: Path) -> tuple[int, int, bytes]:
    facts = path.lstat()
    content = os.readlink(path).encode() if path.is_symlink() else b"" if path.is_dir() else path.read_bytes()
    # A folder's own time moves when the store is made in it.
    return facts.st_mode, 0 if path.is_dir() else facts.st_mtime_ns, content


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all, as a person has one: matplotlib's fonts are listed in it once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """The variables of a plain shell: no store, no seed, no settings of this test run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SAMERUN", "PYTEST", "PYTHON"))}
    identity = {
        f"GIT_{who}_{what}": "somebody@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    return {**kept, **identity, "HOME": str(home), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def git(project: Project, *arguments: str) -> None:
    done = project.type("git", "-c", "init.defaultBranch=main", *arguments)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def make_project(tmp_path: Path, environment: dict[str, str]) -> Callable[[str, str], Project]:
    """Copy an example: ``plain`` without git, ``git`` committed, ``dirty`` with changes, ``below`` in a subfolder."""

    def make(example: str, place: str) -> Project:
        tree = tmp_path / "project"
        folder = tree / "experiments" / example if place == "below" else tree
        shutil.copytree(EXAMPLES / example, folder, ignore=shutil.ignore_patterns("__pycache__", "outputs"))
        project = Project(tree, folder, environment)
        if (folder / "make_data.py").exists():
            assert project.type("python", "make_data.py").returncode == 0
        if place != "plain":
            git(Project(tree, tree, environment), "init", "-q")
            git(Project(tree, tree, environment), "add", "-A")
            git(project, "commit", "-q", "-m", "as it was")
        if place == "dirty":
            (folder / "README.md").write_text("changed after the commit\n")
            (folder / "notes.txt").write_text("never added\n")
        return project

    return make

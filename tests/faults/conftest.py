"""A person's shell in small: a folder, a store, and the samerun command as a process of its own."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

FULL = os.environ.get("SAMERUN_TEST_SCALE") == "full"
"""Whether the stated counts are wanted, and not the small ones."""

SOURCE = Path(__file__).parents[2] / "src"
SAMERUN = (sys.executable, "-m", "samerun.cli.main")
SECONDS = 120

Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Box:
    """A folder to work in, a store beside it, and the variables of a plain shell."""

    work: Path
    store: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file below the folder."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def with_variables(self, **variables: str | None) -> Box:
        """Return the same box with other variables; None removes one."""
        changed = {**self.environment, **{name: value for name, value in variables.items() if value is not None}}
        gone = {name for name, value in variables.items() if value is None}
        return replace(self, environment={name: value for name, value in changed.items() if name not in gone})

    def type(self, *command: str) -> Done:
        """Run a command as a person would type it."""
        return subprocess.run(
            command, cwd=self.work, env=self.environment, capture_output=True, text=True, errors="surrogateescape",
            timeout=SECONDS, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def samerun(self, *arguments: str) -> Done:
        """Run ``samerun`` with these arguments."""
        return self.type(*SAMERUN, *arguments)

    def record(self, *command: str) -> Done:
        """Record a Python program (its arguments follow), however it ends."""
        return self.samerun("record", "--", sys.executable, *command)

    def document(self, *arguments: str) -> dict[str, Any]:
        """Return the document that a command prints with ``--json``."""
        done = self.samerun(*arguments, "--json")
        assert done.returncode in (0, 1), done.stderr
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of ``ls``."""
        rows: list[dict[str, Any]] = self.document("ls")["runs"]
        return rows

    def folder(self, run: str = "last") -> Path:
        """Return a run's folder."""
        return Path(self.document("show", run)["folder"])

    def state(self, *, below: Path | None = None) -> dict[str, tuple[int, int, str]]:
        """Return mode, time of change and hash of every file of the store (or of another folder)."""
        top = below or self.store
        return {str(path.relative_to(top)): _state(path) for path in sorted(top.rglob("*"))}


def _state(path: Path) -> tuple[int, int, str]:
    facts = path.lstat()
    content = b"" if path.is_dir() else os.readlink(path).encode() if path.is_symlink() else path.read_bytes()
    return facts.st_mode, facts.st_mtime_ns, hashlib.sha256(content).hexdigest()


def plain_environment(home: Path, store: Path) -> dict[str, str]:
    """Return the variables of a plain shell."""
    odd = ("SAMERUN", "PYTEST", "PYTHON", "GIT_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(odd)}
    who = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return {
        **kept,
        **who,
        "HOME": str(home),
        "PYTHONPATH": str(SOURCE),
        "SAMERUN_STORE": str(store),
        "XDG_STATE_HOME": str(home / "state"),
        "COLUMNS": "120",
    }


def make_box(top: Path) -> Box:
    """Make an empty folder with a place for a store beside it."""
    for name in ("work", "home"):
        (top / name).mkdir()
    return Box(top / "work", top / "store", plain_environment(top / "home", top / "store"))


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """Return an empty folder with a place for a store beside it."""
    return make_box(tmp_path)


def git(box: Box, *arguments: str) -> None:
    """Run git in the box."""
    done = box.type("git", "-c", "init.defaultBranch=main", *arguments)
    assert done.returncode == 0, done.stderr


def commit_all(box: Box) -> None:
    """Make the box a repository with all that is in it."""
    git(box, "init", "-q")
    git(box, "add", "-A")
    git(box, "commit", "-q", "-m", "as it was")


def is_sentence(done: Done, *words: str) -> bool:
    """Say whether a refusal is one sentence and a next step, with exit status 2 and these words."""
    lines = done.stderr.splitlines()
    ours = [line for line in lines if line.startswith("samerun: ")]
    return done.returncode == 2 and len(ours) == 1 and "Traceback" not in done.stderr and _has(done.stderr, words)


def _has(text: str, words: Iterable[str]) -> bool:
    return all(word in text for word in words)

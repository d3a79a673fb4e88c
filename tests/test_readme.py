"""Every snippet of the README is run, in the order in which it stands there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
README = (TOP / "README.md").read_text("utf-8")
BIN = Path(sys.executable).parent
BLOCKS = [(kind, text) for kind, text in re.findall(r"^```(\w+)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)]


@dataclass(frozen=True)
class Line:
    """A line of a shell snippet: the command, and the status that its remark announces."""

    command: list[str]
    status: int

    @classmethod
    def read(cls, text: str) -> Line:
        remark = re.search(r"# .*status (\d)", text)
        return cls(shlex.split(text, comments=True), int(remark[1]) if remark else 0)


def lines(kind: str) -> list[Line]:
    found = [Line.read(line) for block, text in BLOCKS if block == "sh" for line in text.splitlines()]
    return [line for line in found if line.command and line.command[0] == kind]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    scripts = [text for kind, text in BLOCKS if kind == "python" and text.startswith("# train.py")]
    assert len(scripts) == 1
    (folder / "train.py").write_text(scripts[0])
    return folder


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SAMERUN", "PYTHON"))}
    environment = {**kept, "PATH": f"{BIN}{os.pathsep}{kept['PATH']}"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_every_block_is_of_a_kind_that_is_run_here() -> None:
    assert {kind for kind, _ in BLOCKS} == {"sh", "python"}
    kinds = {Line.read(line).command[0] for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()}
    assert kinds == {"make", "pip", "samerun"}


def test_the_quickstart(project: Path) -> None:
    for line in lines("samerun"):
        done = run(line.command, project)
        assert done.returncode == line.status, (line.command, done.stdout[-2000:], done.stderr[-2000:])
    assert "equivalent" in run(["samerun", "replay", "last"], project).stdout


@pytest.mark.parametrize("line", lines("make"), ids=lambda line: line.command[1])
def test_the_targets_are_there(line: Line) -> None:
    assert run([*line.command[:1], "-n", *line.command[1:]], TOP).returncode == 0


@pytest.mark.parametrize("line", lines("pip"), ids=lambda line: line.command[2])
def test_it_can_be_installed(line: Line) -> None:
    options = ["--dry-run", "--no-deps", "--no-build-isolation", "--ignore-installed", "-q"]
    done = run([sys.executable, "-m", *line.command[:2], *options, *line.command[2:]], TOP)
    assert done.returncode == 0, done.stderr


def test_the_library(tmp_path: Path) -> None:
    scripts = [text for kind, text in BLOCKS if kind == "python" and "import samerun" in text]
    assert scripts
    for number, text in enumerate(scripts):
        (tmp_path / f"snippet{number}.py").write_text(text)
        done = run(["python", f"snippet{number}.py"], tmp_path)
        assert done.returncode == 0, done.stderr
    shown = run(["samerun", "show", "last"], tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "best_acc" in shown.stdout


def test_the_table_names_every_command() -> None:
    listed = run(["samerun", "--help"], TOP).stdout.partition("Commands:")[2]
    names = re.findall(r"^  (\w+)  ", listed, re.MULTILINE)
    assert names
    assert [name for name in names if f"`samerun {name}" not in README] == []

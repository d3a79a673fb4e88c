"""Where programs live: git in odd states, environments of other makes, other ways to start Python."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.examples.conftest import Project, git

MakeProject = Callable[[str, str], Project]
SCRIPT = ("python", "train.py", "4")
OTHER_PYTHONS = ("3.9", "3.10", "3.12", "3.13", "3.14")


def replays_the_same(project: Project) -> None:
    report = project.document("replay", "last")
    assert report["verdict"] in ("identical", "equivalent"), report
    assert {"result.json", "evolution.sqlite"} <= {Path(output["path"]).name for output in report["outputs"]}


def test_a_subfolder_of_a_project(make_project: MakeProject) -> None:
    project = make_project("plain_python", "below")
    top = Project(project.tree, project.tree, project.environment)
    top.record("python", "experiments/plain_python/train.py", "4")
    replays_the_same(top)


def test_a_worktree(make_project: MakeProject, tmp_path: Path) -> None:
    project = make_project("plain_python", "git")
    git(project, "worktree", "add", "-q", str(tmp_path / "other"))
    other = Project(tmp_path / "other", tmp_path / "other", project.environment)
    other.record(*SCRIPT)
    assert "train.py" in other.document("show", "last")["factors"]["code"]
    replays_the_same(other)


def test_a_repository_without_a_commit(make_project: MakeProject) -> None:
    project = make_project("plain_python", "plain")
    git(project, "init", "-q")
    project.record(*SCRIPT)
    replays_the_same(project)


def test_a_nested_repository_without_a_commit(make_project: MakeProject) -> None:
    project = make_project("plain_python", "git")
    (project.tree / "vendor").mkdir()
    git(Project(project.tree, project.tree / "vendor", project.environment), "init", "-q")
    (project.tree / "vendor" / "tool.py").write_text("print(1)\n")
    project.record(*SCRIPT)
    replays_the_same(project)


def test_a_broken_git_configuration(make_project: MakeProject) -> None:
    project = make_project("plain_python", "git")
    (project.tree / ".git" / "config").write_text("[core\nbroken = \n")
    project.record(*SCRIPT)
    replays_the_same(project)


def test_nothing_that_git_is_told_to_run_is_run(make_project: MakeProject, tmp_path: Path) -> None:
    project = make_project("plain_python", "git")
    marker = tmp_path / "ran"
    trap = f"touch {marker}; cat"
    for name, value in {
        "core.fsmonitor": f"touch {marker}; false",
        "core.pager": trap,
        "diff.external": trap,
        "filter.trap.clean": trap,
        "filter.trap.smudge": trap,
        "core.hooksPath": str(tmp_path / "hooks"),
    }.items():
        git(project, "config", name, value)
    (tmp_path / "hooks").mkdir()
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "pre-commit"):
        (tmp_path / "hooks" / hook).write_text(f"#!/bin/sh\ntouch {marker}\n")
        (tmp_path / "hooks" / hook).chmod(0o755)
    (project.tree / ".gitattributes").write_text("*.py filter=trap diff=trap\n")
    (project.tree / "train.py").touch()
    project.record(*SCRIPT)
    replays_the_same(project)
    assert not marker.exists()


def test_an_environment_that_uv_made(make_project: MakeProject, tmp_path: Path) -> None:
    if shutil.which("uv", path=str(Path(sys.executable).parent)) is None:
        pytest.skip("uv is not installed")
    project = make_project("plain_python", "git")
    made = project.type("uv", "venv", "-q", "--offline", "--python", sys.executable, str(tmp_path / "env"))
    assert made.returncode == 0, made.stderr
    project.record(str(tmp_path / "env" / "bin" / "python"), "train.py", "4")
    replays_the_same(project)


def test_an_environment_inside_the_project(make_project: MakeProject) -> None:
    project = make_project("plain_python", "plain")
    assert project.type("python", "-m", "venv", "--without-pip", ".venv").returncode == 0
    project.record(".venv/bin/python", "train.py", "4")
    assert [path for path in project.document("show", "last")["factors"]["code"] if ".venv" in path] == []
    replays_the_same(project)


def other_python(version: str) -> str | None:
    """Return an interpreter of this version that really starts: version managers leave stubs behind."""
    name = shutil.which(f"python{version}")
    if name is None or subprocess.run([name, "-c", ""], capture_output=True, check=False).returncode:
        return None
    return name


@pytest.mark.parametrize("version", OTHER_PYTHONS)
def test_a_program_on_another_python(version: str, make_project: MakeProject) -> None:
    interpreter = other_python(version)
    if interpreter is None:
        pytest.skip(f"there is no Python {version} here")
    project = make_project("plain_python", "git")
    project.record(interpreter, "train.py", "4")
    assert not [one for one in project.document("show", "last")["not_captured"] if "fault" in one["what"]]
    replays_the_same(project)


PROGRAMS = {
    "a module": (
        ("python", "-m", "pkg.train"),
        {
            "pkg/__init__.py": "",
            "pkg/tools.py": "import random\ndef draw(): return random.random()\n",
            "pkg/train.py": "import json\nfrom pkg.tools import draw\njson.dump(draw(), open('out.json', 'w'))\n",
        },
    ),
    "a package with a main": (
        ("python", "-m", "app"),
        {
            "app/__init__.py": "",
            "app/__main__.py": "import random\nprint(random.random(), file=open('out.json', 'w'))\n",
        },
    ),
    "spawned workers": (
        ("python", "main.py"),
        {
            "main.py": "import json, multiprocessing as m\nfrom work import draw\n"
            "if __name__ == '__main__':\n"
            "    c = m.get_context('spawn'); q = c.Queue()\n"
            "    p = [c.Process(target=draw, args=(i, q)) for i in range(2)]\n"
            "    [x.start() for x in p]; r = sorted(q.get() for _ in p); [x.join() for x in p]\n"
            "    json.dump(r, open('out.json', 'w'))\n",
            "work.py": "import random\ndef draw(number, queue): queue.put((number, random.random()))\n",
        },
    ),
    "forked children": (
        ("python", "main.py"),
        {
            "main.py": "import os, random\n"
            "for number in range(2):\n"
            "    if os.fork() == 0:\n"
            "        open(f'out{number}.json', 'w').write(str(random.random())); os._exit(0)\n"
            "    os.wait()\n"
            "open('out.json', 'w').write(str(random.random()))\n"
        },
    ),
    "a script that starts Python": (
        ("sh", "run.sh"),
        {
            "run.sh": "set -e\npython make.py > drawn\npython -c \"print(open('drawn').read()[::-1])\" > out.json\n",
            "make.py": "import random\nprint(random.random())\n",
        },
    ),
    "a script of its own right": (
        ("./train",),
        {"train": "#!/usr/bin/env python\nimport random\nopen('out.json', 'w').write(str(random.random()))\n"},
    ),
    "hash order": (
        ("python", "main.py"),
        {"main.py": "open('out.json', 'w').write(' '.join({'a', 'b', 'c', 'dd', 'ee', 'ff', 'gg'}))\n"},
    ),
    "a folder that is listed": (
        ("python", "main.py"),
        {
            "main.py": "import os\nopen('out.json', 'w').write(str(sorted(os.listdir('in'))))\n",
            "in/a": "",
            "in/b": "x" * 9,
        },
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_ways_to_start(name: str, tmp_path: Path, environment: dict[str, str]) -> None:
    command, files = PROGRAMS[name]
    tree = tmp_path / "project"
    for path, text in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)
        (tree / path).chmod(0o755)
    project = Project(tree, tree, environment)
    project.record(*command)
    report = project.document("replay", "last")
    assert report["verdict"] == "identical", report
    assert "out.json" in {output["path"] for output in report["outputs"]}

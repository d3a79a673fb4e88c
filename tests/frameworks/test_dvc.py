"""What a real DVC writes is read and verified, and what it calls changed is called changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from samerun.data.dvc_verifying import verify_dvc

repo = pytest.importorskip("dvc.repo")

GEN = """
import json, os
open("out.csv", "w").write(open("train.csv").read() * 2)
os.makedirs("model/deep", exist_ok=True)
open("model/deep/w.bin", "wb").write(b"x" * 100)
json.dump({"acc": 0.5}, open("metrics.json", "w"))
"""
PIPELINE = """
stages:
  gen:
    wdir: sub
    cmd: {python} gen.py
    deps: [gen.py, train.csv, ../images]
    outs: [out.csv, model]
    metrics:
    - metrics.json:
        cache: false
"""


def dvc(*arguments: str) -> str:
    environment = {**os.environ, "DVC_NO_ANALYTICS": "1"}
    command = [sys.executable, "-m", "dvc", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with tracked files, folders and a pipeline, made once."""
    top = tmp_path_factory.mktemp("made")
    here = Path.cwd()
    os.chdir(top)
    try:
        dvc("init", "-q", "--no-scm")
        Path("images/sub/ü").mkdir(parents=True)
        for name, content in {"a.txt": b"a\r\n", "sub/b.bin": b"\0\r\n", "empty": b"", "sub/ü/é 1.txt": b"e"}.items():
            Path("images", name).write_bytes(content)
        Path("images/skip.tmp").write_text("left out")
        Path(".dvcignore").write_text("# temporary\n*.tmp\n")
        Path("sub").mkdir()
        Path("sub/train.csv").write_bytes(b"id,label\r\n1,cat\r\n")
        Path("sub/gen.py").write_text(GEN)
        dvc("add", "-q", "images", "sub/train.csv")
        Path("dvc.yaml").write_text(PIPELINE.format(python=sys.executable))
        dvc("repro", "-q")
    finally:
        os.chdir(here)
    return top


@pytest.fixture
def repository(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it as the current folder."""
    monkeypatch.chdir(shutil.copytree(made, tmp_path / "repository", symlinks=True))
    return Path.cwd()


NAMES = ("images.dvc", "sub/train.csv.dvc", "dvc.lock")


@pytest.mark.parametrize("with_cache", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_what_dvc_wrote_is_the_same(repository: Path, name: str, with_cache: bool) -> None:
    if not with_cache:
        shutil.rmtree(".dvc/cache")
    verified = verify_dvc(name)
    assert (verified.changes, verified.same) == ((), True)


def swapped(path: str) -> Callable[[], None]:
    def act() -> None:
        content = Path(path).read_bytes()
        Path(path).unlink()
        Path(path).write_bytes(content[::-1] + b"!")

    return act


ACTS: dict[str, Callable[[], object]] = {
    "a file": swapped("sub/train.csv"),
    "a file in a folder": swapped("images/a.txt"),
    "a file that came": lambda: Path("images/new").write_text("x"),
    "a file that went": lambda: os.unlink("images/empty"),
    "an output": swapped("sub/out.csv"),
    "an output in a folder": swapped("sub/model/deep/w.bin"),
    "a script": lambda: Path("sub/gen.py").write_text(GEN + "\n"),
    "what is ignored": lambda: Path("images/other.tmp").write_text("x"),
    "nothing": lambda: None,
}


@pytest.mark.parametrize("case", ACTS)
def test_it_agrees_with_dvc_status(repository: Path, case: str) -> None:
    ACTS[case]()
    with repo.Repo() as theirs_here:
        theirs = bool(theirs_here.status())
    ours = not all(verify_dvc(name).same for name in NAMES)
    assert ours == theirs == (case not in ("nothing", "what is ignored"))


def test_files_that_dvc_links_to_its_cache_are_read(repository: Path, tmp_path: Path) -> None:
    dvc("config", "cache.type", "symlink")
    dvc("cache", "dir", str(tmp_path / "shared"))
    shutil.move(".dvc/cache", tmp_path / "shared")
    for name in ("images", "sub/train.csv"):
        (shutil.rmtree if Path(name).is_dir() else os.unlink)(name)
    dvc("checkout", "-q", "--relink", "images.dvc", "sub/train.csv.dvc")
    assert Path("sub/train.csv").is_symlink()
    assert [verify_dvc(name).changes for name in NAMES[:2]] == [(), ()]


def test_an_import_says_where_it_is_from(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "source.csv").write_text("x")
    dvc("import-url", "-q", str(tmp_path / "source.csv"), "imported.csv")
    verified = verify_dvc("imported.csv.dvc")
    assert verified.same
    assert [one.place for one in verified.elsewhere] == [str(tmp_path / "source.csv")]

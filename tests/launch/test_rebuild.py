"""A recorded environment made again, without any index: its one package comes from a file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from samerun import api
from samerun.errors import CannotReplay, MissingExtra
from samerun.launch.rebuild import rebuild_environment, requirements
from samerun.record.run import Place, Run
from samerun.store.layout import StoreLayout
from tests.lab import Lab

GIT = json.dumps({"url": "https://h/x.git", "vcs_info": {"vcs": "git", "commit_id": "ab" * 20}})
BELOW = json.dumps({"url": "https://h/x.git", "vcs_info": {"vcs": "git", "commit_id": "ab" * 20}, "subdirectory": "py"})
FILE = json.dumps({"url": "file:///w/x-1.whl", "archive_info": {"hash": "sha256=0"}})
EDITABLE = json.dumps({"url": "file:///p", "dir_info": {"editable": True}})
MARKED = json.dumps({"url": "https://<redacted:01234567>@h/x.git", "vcs_info": {"vcs": "git", "commit_id": "ab"}})


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        (None, "x==1\n"),
        (GIT, f"x @ git+https://h/x.git@{'ab' * 20}\n"),
        (BELOW, f"x @ git+https://h/x.git@{'ab' * 20}#subdirectory=py\n"),
        (FILE, "x @ file:///w/x-1.whl\n"),
        (MARKED, "x==1\n"),
        ("<redacted:01234567>", "x==1\n"),
        ("[]", "x==1\n"),
    ],
)
def test_a_package_is_asked_for_where_it_came_from(origin: str | None, line: str) -> None:
    facts = {"version": "1"} | ({"origin": origin} if origin else {})
    assert requirements({"x": facts}) == ([line], [])


def test_what_lies_in_a_folder_is_left_out() -> None:
    assert requirements({"own": {"version": "1", "origin": EDITABLE}, "y": {"version": "2"}}) == (["y==2\n"], ["own"])


def run(**factors: object) -> Run:
    return Run("id", "n", ["python"], Place("/t", "/t"), "finished", 1.0, factors=dict(factors))


def test_an_unknown_environment_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(CannotReplay, match="does not know its environment"):
        rebuild_environment(run(), StoreLayout(tmp_path), lambda text: None)


def python_facts() -> dict[str, str]:
    return {"version": ".".join(map(str, sys.version_info[:3])), "base_prefix": sys.base_prefix}


def test_without_uv_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingExtra, match="uv"):
        rebuild_environment(run(package={}, python=python_facts()), StoreLayout(tmp_path), lambda text: None)


def uv(*arguments: str) -> None:
    pytest.importorskip("uv")
    subprocess.run([Path(sys.executable).parent / "uv", *arguments], check=True, capture_output=True)


def wheel(folder: Path, version: str) -> Path:
    """Make a package ``tiny`` that holds its version."""
    path = folder / f"tiny-{version}-py3-none-any.whl"
    meta = f"tiny-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("tiny.py", f"VERSION = {version!r}\n")
        file.writestr(f"{meta}/METADATA", f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n")
        file.writestr(f"{meta}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{meta}/RECORD", f"tiny.py,,\n{meta}/METADATA,,\n{meta}/WHEEL,,\n{meta}/RECORD,,\n")
    return path


def test_a_replay_in_the_environment_that_was(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_OFFLINE", "1")
    python = str(tmp_path / "env" / "bin" / "python")
    uv("venv", "--no-project", "--python", sys.executable, str(tmp_path / "env"))
    uv("pip", "install", "--python", python, str(wheel(tmp_path, "1.0")))
    lab.write(train_py="import tiny, subprocess\nopen('out.txt', 'w').write(tiny.VERSION)\n")
    recorded = api.record([python, "train.py"]).run
    packages = recorded.reading("package")
    assert isinstance(packages, dict)
    assert packages["tiny"]["imported"]
    uv("pip", "install", "--python", python, str(wheel(tmp_path, "2.0")))
    same = lab.replay(recorded)
    assert same.verdict == "different"
    assert [(each.kind, each.subject) for each in same.factors_changed] == [("package", "tiny")]
    rebuilt = lab.replay(recorded, env="rebuild")
    assert (rebuilt.verdict, rebuilt.factors_changed) == ("identical", [])
    told: list[str] = []
    assert rebuild_environment(recorded, api.store_here(), told.append).startswith(str(api.store_here().environments))
    assert told == []


def test_a_package_that_is_gone_says_so(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("uv")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_OFFLINE", "1")
    origin = json.dumps({"url": f"file://{tmp_path}/tiny-9.whl", "archive_info": {}})
    packages = {"tiny": {"version": "9", "origin": origin}}
    with pytest.raises(CannotReplay, match="cannot be made again"):
        rebuild_environment(run(package=packages, python=python_facts()), api.store_here().create(), lambda text: None)
    assert os.listdir(api.store_here().environments)

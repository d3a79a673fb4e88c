"""Projects in odd places, and programs that live in them."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from samerun import api
from tests.lab import DRAW, Lab


@pytest.mark.parametrize(
    "name", ["my project", "co:lon,comma", "back\\slash", "日本é", "a[b]*?", "percent%20", "$HOME", "x'y\"z"]
)
def test_a_folder_of_any_name(lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    monkeypatch.chdir(folder)
    there = Lab(folder)
    there.write(data_csv="1\n", sub__own_py="VALUE = 3\n")
    run = there.record(
        "import sys\nfrom sub import own\n" + DRAW.format("(open(sys.argv[1]).read(), own.VALUE)"),
        str(folder / "data.csv"),
    )
    assert run.status == "finished"
    there.write(data_csv="2\n", sub__own_py="VALUE = 4\n")
    assert there.replay(run).verdict == "identical"


def test_a_folder_that_is_reached_through_a_link(
    lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(lab.folder)
    monkeypatch.chdir(tmp_path / "link")
    lab.write(data_csv="1\n")
    run = lab.record("import sys\n" + DRAW.format("open(sys.argv[1]).read()"), str(tmp_path / "link" / "data.csv"))
    assert lab.replay(run).verdict == "identical"


def tiny(folder: Path) -> Path:
    """Make a wheel of a package with a command."""
    path = folder / "tiny-1.0-py3-none-any.whl"
    meta = "tiny-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("tiny.py", "def main(): open('out.txt', 'w').write('tiny')\n")
        file.writestr(f"{meta}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        file.writestr(f"{meta}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{meta}/entry_points.txt", "[console_scripts]\ntiny = tiny:main\n")
        file.writestr(f"{meta}/RECORD", "")
    return path


@pytest.mark.parametrize(
    "command",
    [
        [".venv/bin/python", "train.py"],
        ["{folder}/.venv/bin/python", "train.py"],
        ["python", "train.py"],
        [".venv/bin/tiny"],
        ["tiny"],
        ["sh", "run.sh"],
    ],
    ids=["relative", "absolute", "by name", "script", "script by name", "shell"],
)
def test_an_environment_in_the_project(
    lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str]
) -> None:
    pytest.importorskip("uv")
    uv = str(Path(sys.executable).parent / "uv")
    for words in (
        ["venv", "--no-project", "--python", sys.executable, ".venv"],
        ["pip", "install", "--python", ".venv", str(tiny(tmp_path))],
    ):
        subprocess.run(
            [uv, *words, "--offline", "--cache-dir", str(tmp_path / "cache")], check=True, capture_output=True
        )
    lab.write(train_py="import tiny\ntiny.main()\n", run_sh="python train.py\n")
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", f"{lab.folder}/.venv/bin:{path}")
    run = api.record([word.format(folder=lab.folder) for word in command]).run
    assert (run.status, [output.path for output in run.outputs]) == ("finished", ["out.txt"])
    packages = run.reading("package")
    assert isinstance(packages, dict)
    assert packages["tiny"]["version"] == "1.0"
    monkeypatch.setenv("PATH", path)
    assert lab.replay(run).verdict == "identical"


def test_a_program_with_a_shebang(lab: Lab, mode: str) -> None:
    lab.write(train_py=f"#!{sys.executable}\n" + DRAW.format("1"))
    (lab.folder / "train.py").chmod(0o755)
    run = api.record(["./train.py"]).run
    (lab.folder / "train.py").chmod(0o644)
    assert lab.replay(run).verdict == "identical"


def test_a_store_elsewhere(lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SAMERUN_STORE", "../elsewhere")
    run = lab.record(DRAW.format("1"))
    assert (tmp_path / "elsewhere").is_dir()
    assert not (lab.folder / "outputs").exists()
    assert lab.replay(run).verdict == "identical"
    monkeypatch.delenv("SAMERUN_STORE")
    monkeypatch.chdir(tmp_path)
    done = api.replay(str(tmp_path / "elsewhere" / "train" / run.id))
    assert done.verdict == "identical"


def test_a_project_that_has_moved(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.write(data_csv="1\n")
    run = lab.record(DRAW.format("open('data.csv').read() * 2"))
    monkeypatch.chdir(tmp_path)
    lab.folder.rename(tmp_path / "moved")
    monkeypatch.chdir(tmp_path / "moved")
    done = api.replay(run.id)
    assert done.verdict == "identical"
    assert not lab.folder.exists()


def test_two_recordings_at_once(lab: Lab) -> None:
    lab.write(
        train_py="import random, sys, time\ntime.sleep(0.5)\nopen(sys.argv[1], 'w').write(str(random.random()))\n"
    )
    code = "import sys; from samerun import api; api.record([sys.executable, 'train.py', sys.argv[1]])"
    environment = {**os.environ, "PYTHONPATH": str(Path(api.__file__).parents[2])}
    both = [subprocess.Popen([sys.executable, "-c", code, f"out{n}.txt"], env=environment) for n in range(2)]
    assert [process.wait(30) for process in both] == [0, 0]
    runs = [api.load(row.id) for row in api.runs()]
    assert len(runs) == 2
    for run in runs:
        assert run.command[-1] in {output.path for output in run.outputs}

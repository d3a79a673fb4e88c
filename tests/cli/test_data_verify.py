"""``samerun data verify``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samerun.basics.hashing import hash_bytes
from samerun.record.run import Run

Samerun = Callable[..., Any]


@pytest.fixture(autouse=True)
def data(samerun: Samerun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a table below the current one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    Path("data/x").mkdir(parents=True)
    Path("data/t.csv").write_text("id,score\n1,10\n2,20\n")
    Path("data/x/\x1b[31mred").write_text("x")
    return Path("data")


def test_long_lists_are_cut_unless_all_is_asked_for(samerun: Samerun, data: Path) -> None:
    samerun("data", "lock", "data")
    for number in range(30):
        (data / f"{number:02}").write_text(str(number))
    assert "and 10 more; --all shows them" in samerun("data", "verify", "data.lock").out
    assert "data/29" in samerun("data", "verify", "data.lock", "--all").out


def test_a_lock_away_from_its_data_says_what_to_do(samerun: Samerun, tmp_path: Path) -> None:
    samerun("data", "lock", "data")
    Path("data.lock").rename(tmp_path / "data.lock")
    answer = samerun("data", "verify", str(tmp_path / "data.lock"))
    assert (answer.status, "--root DIR" in answer.out) == (1, True)
    assert samerun("data", "verify", str(tmp_path / "data.lock"), "--root", ".").status == 0
    Path("data/t.csv").unlink()
    assert "--root" not in samerun("data", "verify", str(tmp_path / "data.lock"), "--root", ".").out


def test_a_lock_that_was_tampered_with(samerun: Samerun) -> None:
    samerun("data", "lock", "data")
    Path("data.lock").write_text(Path("data.lock").read_text().replace("data/t.csv", "../t.csv"))
    answer = samerun("data", "verify", "data.lock", "--json")
    assert (answer.status, answer.document["schema"]) == (2, "samerun.error/1")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("arguments", [("verify", "data.lock"), ("diff", "data.lock", "data")])
def test_what_could_not_be_read_is_no_difference(samerun: Samerun, arguments: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        Path(folder, "data").mkdir()
        Path(folder, "data/a").write_text("a")
        samerun("data", "lock", f"{folder}/data", "-o", f"{folder}/data.lock")
        Path(folder, "data/a").chmod(0)
        code = (
            "import os, sys\nimport samerun.api.data_diff, samerun.cli.data_diff, samerun.cli.data_verify\n"
            "from samerun.cli.main import main\n"
            "os.setuid(65534)\nsys.exit(main(sys.argv[1:]))"
        )
        command = [sys.executable, "-c", code, "data", *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert done.stdout.startswith("not known")
    assert "a: there is no permission to read it" in done.stdout


@pytest.fixture
def run(samerun: Samerun, make_run: Callable[..., Run]) -> Run:
    """Return a run that read ``data/t.csv``."""
    path = os.path.abspath("data/t.csv")
    fact = {"size": 19, "hash": hash_bytes(Path(path).read_bytes()), "read": True}
    return make_run(1, factors={"data": {path: fact}})


def test_the_data_of_a_run(samerun: Samerun, run: Run, data: Path) -> None:
    for name in ("last", run.id, run.id[-6:]):
        answer = samerun("data", "verify", name)
        assert (answer.status, answer.out) == (0, f"same: 1 file, 19 bytes, as the run {run.id} found them, by bytes\n")
    (data / "t.csv").write_text("other")
    assert samerun("data", "verify", "last").status == 1
    found = samerun("data", "verify", "last", "--quick", "--json").document
    assert (found["schema"], found["same"], found["counts"]["changed"]) == ("samerun.data-run/1", False, 1)
    assert found["files"][0]["state"] == "changed"


def test_what_is_only_unknown_is_2(samerun: Samerun, make_run: Callable[..., Run]) -> None:
    make_run(1, factors={"data": {"x": {"size": 1, "read": True, "why": "it changed"}}})
    answer = samerun("data", "verify", "last")
    assert (answer.status, "unknown (1)\n  x: it changed" in answer.out) == (2, True)


def test_a_lock_that_is_there_is_no_run_whatever_it_is_called(samerun: Samerun, run: Run) -> None:
    samerun("data", "lock", "data", "-o", "last")
    assert samerun("data", "verify", "last", "--json").document["schema"] == "samerun.data-verify/1"


def test_neither_a_lock_nor_a_run(samerun: Samerun, run: Run) -> None:
    assert "The lock no.lock cannot be read" in samerun("data", "verify", "no.lock").err
    assert "No run answers to 'zz'" in samerun("data", "verify", "zz").err
    assert samerun("data", "verify", "last", "--root", ".").status == 2

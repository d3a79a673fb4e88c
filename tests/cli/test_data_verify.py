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


def test_a_lock_that_was_tampered_with(samerun: Samerun) -> None:
    samerun("data", "lock", "data")
    Path("data.lock").write_text(Path("data.lock").read_text().replace("data/t.csv", "../t.csv"))
    answer = samerun("data", "verify", "data.lock", "--json")
    assert (answer.status, answer.document["schema"]) == (2, "samerun.error/1")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_what_could_not_be_read_is_no_difference(samerun: Samerun) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        Path(folder, "data").mkdir()
        Path(folder, "data/a").write_text("a")
        samerun("data", "lock", f"{folder}/data", "-o", f"{folder}/data.lock")
        Path(folder, "data/a").chmod(0)
        code = (
            "import os, sys\nimport samerun.api.data, samerun.cli.data_verify\nfrom samerun.cli.main import main\n"
            "os.setuid(65534)\nsys.exit(main(sys.argv[1:]))"
        )
        command = [sys.executable, "-c", code, "data", "verify", "data.lock"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "data/a: there is no permission to read it" in done.stdout

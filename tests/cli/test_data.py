"""``samerun data``: the group, and its commands from the first to the last."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samerun.cli.data import DATA_COMMANDS

Samerun = Callable[..., Any]


@pytest.fixture(autouse=True)
def data(samerun: Samerun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a table below the current one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    Path("data/x").mkdir(parents=True)
    Path("data/t.csv").write_text("id,score\n1,10\n2,20\n")
    Path("data/x/\x1b[31mred").write_text("x")
    return Path("data")


def test_the_group_lists_its_commands(samerun: Samerun) -> None:
    for answer in (samerun("data"), samerun("data", "--help")):
        assert answer.status == 0
        assert all(name in answer.out and line in answer.out for name, line in DATA_COMMANDS.items())
    assert "Did you mean verify?" in samerun("data", "verfy").err


def test_lock_verify_diff(samerun: Samerun, data: Path) -> None:
    answer = samerun("data", "lock", "data")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("data.lock: 2 files, 20 bytes, root ")
    assert samerun("data", "verify", "data.lock").out.startswith("same: 2 files")
    (data / "t.csv").write_text("id,score\n1,10\n2,21\n")
    (data / "new").write_text("n")
    answer = samerun("data", "verify", "data.lock")
    assert answer.status == 1
    assert answer.out.startswith("different from data.lock: 1 changed, 1 new")
    assert "  data/t.csv: 19 bytes as before, with other content" in answer.out
    assert samerun("data", "diff", "data.lock", "data").status == 1
    assert samerun("data", "diff", "data", "data").out.startswith("same: 3 files")


def test_documents(samerun: Samerun, data: Path) -> None:
    locked = samerun("data", "lock", "data", "--json", "--sha256", "--md5").document
    assert (locked["schema"], locked["files"], locked["paths"]) == ("samerun.data-lock/1", 2, ["data"])
    verified = samerun("data", "verify", "data.lock", "--json", "--quick").document
    assert (verified["schema"], verified["same"], verified["quick"]) == ("samerun.data-verify/1", True, True)
    assert verified["a"] == verified["b"]
    assert verified["a"]["root"] == locked["root"]
    os.rename("data/t.csv", "data/u.csv")
    answer = samerun("data", "verify", "data.lock", "--json")
    assert answer.status == 1
    (change,) = answer.document["changes"]
    assert (change["what"], change["path"], change["old_path"]) == ("renamed", "data/u.csv", "data/t.csv")
    assert change["a"]["size"] == change["b"]["size"] == 19
    assert answer.document["counts"]["renamed"] == 1
    Path("b").mkdir()
    Path("b/u.csv").write_text("id,score\n1,10\n2,21\n")
    found = samerun("data", "diff", "data", "b", "--json").document
    assert (found["schema"], found["same"], found["counts"]["changed"]) == ("samerun.data-diff/1", False, 1)
    assert found["changes"][0]["difference"]["label"] == "csv"


@pytest.mark.parametrize(
    "arguments",
    [
        ("lock",),
        ("lock", "none"),
        ("lock", "data", "-o", "data/t.csv"),
        ("lock", "data", "-o", "none/x"),
        ("lock", "data", "--root", "data/x"),
        ("verify", "none"),
        ("verify", "data/t.csv"),
        ("diff", "data", "none"),
        ("diff", "data", "data/t.csv"),
    ],
)
def test_what_the_user_can_mend(samerun: Samerun, arguments: tuple[str, ...]) -> None:
    answer = samerun("data", *arguments)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("samerun: ")
    assert "\n  " in answer.err

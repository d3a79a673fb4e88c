"""``samerun data lock``."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samerun.store.layout import StoreLayout

Samerun = Callable[..., Any]


@pytest.fixture(autouse=True)
def data(samerun: Samerun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a table below the current one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    Path("data/x").mkdir(parents=True)
    Path("data/t.csv").write_text("id,score\n1,10\n2,20\n")
    Path("data/x/\x1b[31mred").write_text("x")
    return Path("data")


def test_notes_go_to_standard_error(samerun: Samerun, data: Path) -> None:
    (data / "out").symlink_to("/etc")
    (data / ".git").mkdir()
    answer = samerun("data", "lock", "data")
    assert "data/out leads out of what is locked" in answer.err
    assert "data/.git left out" in answer.err
    assert samerun("data", "lock", "data", "--json").document["left_out"] == ["data/.git"]


def test_what_is_remembered_lies_in_the_store_if_there_is_one(
    samerun: Samerun, store: StoreLayout, tmp_path: Path
) -> None:
    store.create()
    samerun("data", "lock", "data")
    assert len(list((store.shared / "data/trees").iterdir())) == 1
    assert not (tmp_path / "xdg").exists()
    assert sorted(os.listdir("data")) == ["t.csv", "x"]


def test_quick_and_reread(samerun: Samerun, monkeypatch: pytest.MonkeyPatch) -> None:
    time.sleep(0.025)
    samerun("data", "lock", "data")
    monkeypatch.setattr("samerun.data.hashing_pool.read_file", None)
    assert samerun("data", "lock", "data").status == 0
    assert samerun("data", "verify", "data.lock", "--quick").status == 0
    assert samerun("data", "diff", "data.lock", "data", "--quick", "--brief").status == 0
    assert samerun("data", "lock", "data", "--reread").status == 3


def test_a_lock_is_printed(samerun: Samerun) -> None:
    answer = samerun("data", "lock", "data", "-o", "-")
    assert samerun("data", "lock", "data").status == answer.status == 0
    assert answer.out == Path("data.lock").read_text()
    assert "2 files" in answer.err
    assert not Path("-").exists()
    refused = samerun("data", "lock", "data", "-o", "-", "--json")
    assert (refused.status, "another document" in refused.document["error"]) == (2, True)


def test_a_lock_is_not_printed_into_what_it_locks(samerun: Samerun, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("data/empty").touch()
    with open("data/own.lock", "w") as own, monkeypatch.context() as patched:
        patched.setattr("sys.stdout", own)
        answer = samerun("data", "lock", "data", "-o", "-")
    assert (answer.status, Path("data/own.lock").read_text()) == (2, "")
    assert "data/own.lock, which is part" in answer.err
    with open("own.lock", "w") as own, monkeypatch.context() as patched:
        patched.setattr("sys.stdout", own)
        assert samerun("data", "lock", "data", "-o", "-").status == 0
    assert samerun("data", "verify", "own.lock").status == 0

"""The verbs of data join the library with the store's cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun import api
from samerun.api.data import data_cache


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with data and no store."""
    monkeypatch.setenv("SAMERUN_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.chdir(tmp_path)
    Path("data/.git").mkdir(parents=True)
    Path("data/a").write_text("a")
    return tmp_path


def test_lock_verify_diff(here: Path) -> None:
    locked = api.lock_data(["data"], "data.lock")
    assert (locked.base, locked.left_out) == (str(here), ["data/.git"])
    assert locked.notes == ["data/.git left out (a repository's or samerun's own)"]
    assert api.verify_data("data.lock", quick=True).same
    assert api.diff_data("data.lock", "data").same


def test_the_cache_is_the_stores_if_there_is_one(here: Path) -> None:
    assert data_cache() is None
    layout = api.store_here().create()
    assert data_cache() == layout.shared / "data"

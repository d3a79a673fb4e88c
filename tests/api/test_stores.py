"""Which store is meant."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from samerun.api.stores import store_here, store_trouble
from samerun.store.layout import StoreLayout


def test_the_store_of_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAMERUN_STORE", str(tmp_path / "elsewhere"))
    assert store_here().root == tmp_path / "elsewhere"
    assert not store_here().exists


def test_trouble_names_the_store_and_the_next_step(tmp_path: Path) -> None:
    trouble = store_trouble(StoreLayout(tmp_path), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert str(tmp_path) in trouble.sentence
    assert "No space left" in trouble.sentence
    assert "SAMERUN_STORE" in trouble.next_step

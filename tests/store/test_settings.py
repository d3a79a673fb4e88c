"""What a project says in its pyproject.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun.store.settings import settings, volatile_names


def test_the_table_is_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.samerun]\nvolatile = ["a", "*_stamp", 3]\nstore = "x"\n')
    assert settings(tmp_path)["store"] == "x"
    assert volatile_names(tmp_path) == ("a", "*_stamp")


@pytest.mark.parametrize(
    "content",
    [b"", b"tool = 1", b"[tool]\nsamerun = 1", b"[[", b"\xff", b"[tool.samerun]\nvolatile = 'a'", b"[tool.other]\na=1"],
)
def test_anything_else_is_empty(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(content)
    assert volatile_names(tmp_path) == ()


def test_no_file_is_empty(tmp_path: Path) -> None:
    assert settings(tmp_path) == {}
    (tmp_path / "pyproject.toml").mkdir()
    assert settings(tmp_path) == {}

"""Copies in a run folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun.errors import UnsafePath
from samerun.launch.copies import put_copy


@pytest.fixture
def content(tmp_path: Path) -> Path:
    path = tmp_path / "object"
    path.write_bytes(b"content")
    return path


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("results/a.txt", "results/a.txt"),
        ("results/back\\slash", "results/back_slash"),
        ("results/caf\udce9", "results/caf_"),
        ("results/new\nline", "results/new_line"),
        ("results/日本 x", "results/日本 x"),
        ("results/c:x", "results/c:x"),
    ],
)
def test_a_name_that_every_reader_can_hold(tmp_path: Path, content: Path, name: str, place: str) -> None:
    assert put_copy(tmp_path / "run", name, content) == place
    assert (tmp_path / "run" / place).read_bytes() == b"content"


def test_a_taken_name_gets_a_number(tmp_path: Path, content: Path) -> None:
    places = [put_copy(tmp_path / "run", "results/m.json", content) for _ in range(3)]
    assert places == ["results/m.json", "results/m-2.json", "results/m-3.json"]


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "", "."])
def test_no_name_leads_out(tmp_path: Path, content: Path, name: str) -> None:
    with pytest.raises(UnsafePath):
        put_copy(tmp_path / "run", name, content)

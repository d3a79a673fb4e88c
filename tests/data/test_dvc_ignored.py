"""What ``.dvcignore`` files leave out is no part of a tracked folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from samerun.data import dvc_ignored
from samerun.data.dvc_ignored import without_ignored
from samerun.errors import MissingExtra
from samerun.outputs.late import Late


def kept(root: Path, rules: dict[str, str], *paths: str) -> list[str]:
    for folder, text in rules.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / ".dvcignore").write_text(text)
    return without_ignored(root, "data", paths)


@pytest.mark.parametrize(
    ("rules", "paths", "left"),
    [
        ({}, ["a", "x/b"], ["a", "x/b"]),
        ({".": "# nothing\n\n"}, ["a"], ["a"]),
        ({".": "*.tmp\n"}, ["a", "b.tmp", "x/c.tmp"], ["a"]),
        ({".": "*.tmp\n!keep.tmp\n"}, ["b.tmp", "keep.tmp"], ["keep.tmp"]),
        ({".": "/data/x/\n"}, ["x/b", "y/x/b"], ["y/x/b"]),
        ({"data": "/b\n"}, ["b", "x/b"], ["x/b"]),
        ({".": "*.tmp\n", "data/x": "!*.tmp\n"}, ["a.tmp", "x/a.tmp"], ["x/a.tmp"]),
        ({}, [".git/config", "x/.dvc/y", "a"], ["a"]),
    ],
)
def test_rules(tmp_path: Path, rules: dict[str, str], paths: list[str], left: list[str]) -> None:
    assert kept(tmp_path, rules, *paths) == left


def test_without_the_library_that_understands_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pathspec", None)
    monkeypatch.setattr(dvc_ignored, "pathspec", Late("pathspec"))
    assert kept(tmp_path, {}, "a") == ["a"]
    with pytest.raises(MissingExtra, match="pathspec"):
        kept(tmp_path, {".": "*.tmp\n"}, "a")

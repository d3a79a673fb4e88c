"""The lines of the user's own code."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun.inside.tracing.own_code import lines_in

TEXT = """\
from json import loads
from helpers import table
x = loads(
    table(
        "1"))
y = x
"""


def lines(folder: Path) -> dict[int, object]:
    path = folder / "train.py"
    path.write_text(TEXT)
    return dict(lines_in(compile(TEXT, str(path), "exec")))


def test_lines_of_a_statement_share_what_is_known_of_them(tmp_path: Path) -> None:
    found = lines(tmp_path)
    assert found[3] is found[4]
    assert found[3] is not found[6]


def test_what_is_taken_out_of_a_library_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "helpers.py").write_text("def table(x): return x\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = lines_in(compile_in(tmp_path))
    assert ("loads",) not in found[3].reads
    assert ("table",) in found[3].reads
    assert not found[1].binds
    assert list(found[2].binds) == [("table",)]
    assert list(found[3].binds) == [("x",)]


def compile_in(folder: Path):  # type: ignore[no-untyped-def]
    path = folder / "train.py"
    path.write_text(TEXT)
    return compile(TEXT, str(path), "exec")


def test_the_same_code_is_read_once(tmp_path: Path) -> None:
    code = compile_in(tmp_path)
    assert lines_in(code) is lines_in(code)

"""What a program said of its run is read as far as it is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun.basics import files
from samerun.launch.logged import Given, add_problem, read_given, read_problems, write_given
from samerun.record.missing import NotCaptured
from samerun.store.layout import RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path / "run")
    files.make_folder(run.logs)
    return run


def test_what_was_given_comes_back(folder: RunFolder) -> None:
    assert read_given(folder) == Given()
    write_given(folder, Given("digits", ["a"], 3))
    assert read_given(folder) == Given("digits", ["a"], 3)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"tags": 3}', b"\xff"])
def test_damage_is_nothing_given(folder: RunFolder, content: bytes) -> None:
    (folder.logs / "given.json").write_bytes(content)
    assert read_given(folder) == Given()


def test_problems_come_back_once_each_and_without_what_is_torn(folder: RunFolder) -> None:
    assert read_problems(folder) == []
    for what in ("a", "b", "a"):
        add_problem(folder, NotCaptured(what, "it is \udcff"))
    with open(folder.logs / "not_captured.jsonl", "ab") as file:
        file.write(b'rubbish\n{"what": "c", "wh')
    assert [problem.what for problem in read_problems(folder)] == ["a", "b"]
    assert read_problems(folder)[0].why == "it is \\xff"

"""A project that was moved with its store is found again."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun import api
from samerun.launch.moved import tree_now
from samerun.store.layout import RunFolder
from tests.lab import Lab


def test_where_a_project_lies_now(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "new/outputs/experiments/t/20270101_000000_aaaaaa")
    (tmp_path / "new/data").mkdir(parents=True)
    (tmp_path / "new/data/caf\udce9.csv").touch()
    old, names = tmp_path / "old", ["/etc/passwd", "data/caf\\xe9.csv"]
    assert tree_now(old, run, names) == tmp_path / "new"
    assert tree_now(old, run, ["/etc/passwd", "data/other"]) == old, "nothing of it is known"
    old.mkdir()
    assert tree_now(old, run, names) == old, "it is where it was"


def test_the_data_of_a_moved_project(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAMERUN_STORE", raising=False)
    lab.write(pyproject_toml="", data__a_csv="1", data__b_csv="2")
    script = "open('out.txt', 'w').write(open('data/a.csv').read() + 'x')\n"
    run = lab.record(script, data=["data"], keep_inputs="never")
    moved = lab.folder.with_name("moved")
    lab.folder.rename(moved)
    monkeypatch.chdir(moved)
    assert api.verify_run_data(api.find(run.id)).same
    assert api.replay(run.id).verdict == "identical"
    (moved / "data/b.csv").write_text("3")
    (moved / "data/a.csv").rename(moved / "data/c.csv")
    found = {file.path: file for file in api.verify_run_data(api.find(run.id)).files}
    assert (found["data/a.csv"].state, found["data/b.csv"].state) == ("gone", "changed")
    assert [copy.place for copy in found["data/a.csv"].copies] == [str(moved / "data/c.csv")]

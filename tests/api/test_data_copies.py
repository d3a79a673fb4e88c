"""Where a content is still to be had."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from samerun import api
from samerun.api.data_copies import Copy
from samerun.api.data_of_runs import verify_run_data
from samerun.record.run import Run
from tests.lab import Lab, git

READ = "open('a.csv').read()\n"


@pytest.fixture
def project(lab: Lab) -> Lab:
    lab.write(pyproject_toml="", a_csv="aaa")
    return lab


def copies(run: Run, path: str = "a.csv") -> list[Copy]:
    found = verify_run_data(api.find(run.id))
    return [copy for file in found.files if file.path == path for copy in file.copies]


def test_a_file_beside_it_that_was_renamed(project: Lab) -> None:
    run = project.record(READ, keep_inputs="never")
    os.rename("a.csv", "old.csv")
    assert copies(run) == [Copy("file", os.path.abspath("old.csv"))]
    Path("old.csv").write_text("bbb")
    assert copies(run) == []


def test_another_path_where_a_run_knew_it(project: Lab) -> None:
    project.write(far__away__b_csv="aaa")
    run = project.record(READ, keep_inputs="never")
    project.record("open('far/away/b.csv').read()\n", keep_inputs="never")
    os.unlink("a.csv")
    assert copies(run) == [Copy("file", os.path.abspath("far/away/b.csv"))]
    Path("far/away/b.csv").write_text("zzz")
    assert copies(run) == [], "a place is named only if the content is there now"


def test_an_output_of_another_run(project: Lab) -> None:
    os.unlink("a.csv")
    project.record("import os; os.makedirs('made'); open('made/a.csv', 'w').write('aaa')\n")
    project.write(a_csv="aaa")
    run = project.record(READ, keep_inputs="never")
    os.unlink("a.csv")
    assert {copy.kind for copy in copies(run)} == {"store", "file"}


def test_git_has_it(lab: Lab) -> None:
    git(lab.folder, "init", "-q")
    lab.write(a_csv="aaa\n")
    git(lab.folder, "add", "-A")
    git(lab.folder, "commit", "-q", "-m", "all")
    run = lab.record(READ, keep_inputs="never")
    Path("a.csv").write_text("bbb\n")
    (copy,) = copies(run)
    assert copy.kind == "git"
    assert git(lab.folder, "cat-file", "blob", copy.place) == "aaa\n"


def test_a_damaged_copy_in_the_store_is_none(project: Lab) -> None:
    run = project.record(READ)
    os.unlink("a.csv")
    (copy,) = copies(run)
    os.chmod(copy.place, 0o600)
    Path(copy.place).write_text("bbb")
    assert copies(run) == []


def test_not_more_than_a_few_are_named(project: Lab) -> None:
    for number in range(9):
        Path(f"copy{number}").write_text("aaa")
    run = project.record(READ, keep_inputs="never")
    os.unlink("a.csv")
    assert len(copies(run)) == 3

"""Where the store is, and what its paths are."""

from __future__ import annotations

import os
import random
import re
import stat
import subprocess
from pathlib import Path

import pytest

from samerun.store.layout import RunFolder, StoreLayout, find_store, folder_name, is_run_id, new_run_id


def test_the_variable_wins(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.samerun]\nstore = "elsewhere"\n')
    assert find_store(tmp_path, {"SAMERUN_STORE": str(tmp_path / "mine")}).root == tmp_path / "mine"
    assert find_store(tmp_path, {"SAMERUN_STORE": "mine"}).root == tmp_path / "mine"
    assert find_store(tmp_path, {"SAMERUN_STORE": ""}).root == tmp_path / "elsewhere"


def test_the_nearest_pyproject_is_asked(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.samerun]\nstore = "../runs"\n')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert find_store(below, {}).root == tmp_path.parent / "runs"
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\n")
    assert find_store(below, {}).root == tmp_path / "a" / "outputs" / "experiments"


@pytest.mark.parametrize(
    "content", [b"[tool", b"\xff", b"tool = 3", b"[tool.samerun]\nstore = 3", b"[tool]\nsamerun = 1"]
)
def test_a_pyproject_that_says_nothing_useful_is_no_trouble(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(content)
    assert find_store(tmp_path, {}).root == tmp_path / "outputs" / "experiments"


@pytest.mark.parametrize("mark", [".git", "outputs/experiments/.samerun"])
def test_the_nearest_project_upwards_holds_it(tmp_path: Path, mark: str) -> None:
    below = tmp_path / "project" / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "project" / mark).mkdir(parents=True)
    assert find_store(below, {}).root == tmp_path / "project" / "outputs" / "experiments"


def test_without_a_project_it_lies_where_one_starts(tmp_path: Path) -> None:
    assert find_store(tmp_path, {}).root == tmp_path / "outputs" / "experiments"
    assert not (tmp_path / "outputs").exists(), "looking creates nothing"


def test_a_store_says_what_it_is_and_stays_out_of_git(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    before = os.umask(0)
    try:
        layout = find_store(tmp_path, {}).create()
    finally:
        os.umask(before)
    assert "samerun ls" in (layout.root / "README.txt").read_text()
    status = subprocess.run(["git", "-C", str(tmp_path), "status", "--short"], capture_output=True, check=True)
    assert status.stdout == b""
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in (tmp_path / "outputs").rglob("*"))
    (layout.root / "README.txt").write_text("mine")
    layout.create()
    assert (layout.root / "README.txt").read_text() == "mine"


def test_ids_are_unlike_and_never_drawn_from_the_programs_generator() -> None:
    random.seed(0)
    state = random.getstate()
    ids = {new_run_id(1_700_000_000.0) for _ in range(2000)}
    assert random.getstate() == state
    assert len(ids) == 2000
    assert all(re.fullmatch(r"\d{8}_\d{6}_[0-9a-z]{6}", each) for each in ids)
    assert {letter for each in ids for letter in each[-6:]} == set("0123456789abcdefghijklmnopqrstuvwxyz")
    assert all(is_run_id(each) for each in ids)
    assert not is_run_id("20260101_120000_abc12")
    assert not is_run_id("20260101_120000_abc123\n")


@pytest.mark.parametrize(
    ("name", "folder"),
    [("digits", "digits"), ("../../etc", "etc"), ("a b/c", "a-b-c"), ("", "run"), (".git", "git"), ("é\0\n", "run")],
)
def test_a_name_becomes_one_harmless_folder(name: str, folder: str) -> None:
    assert folder_name(name) == folder
    assert len(folder_name("x" * 1000)) == 80


def test_run_folders_are_found_and_links_are_not_followed(tmp_path: Path) -> None:
    layout = StoreLayout(tmp_path / "store").create()
    run = layout.run_folder("digits", "20260101_120000_abc123").create()
    (layout.root / "digits" / "notes").mkdir()
    (layout.root / "digits" / "20260101_120000_link00").symlink_to(run.path)
    (layout.root / "elsewhere").symlink_to(layout.root / "digits")
    assert list(layout.run_folders()) == [run]
    assert list(StoreLayout(tmp_path / "none").run_folders()) == []


def test_the_paths_of_a_run() -> None:
    run = RunFolder(Path("/s/digits/20260101_120000_abc123"))
    below = [run.record, run.config, run.inputs, run.train_log, run.metrics, run.model_card, run.experiment_log]
    names = [str(path.relative_to(run.path)) for path in below]
    expected = ["run.json", "config.json", "inputs.json", "logs/train.log", "logs/metrics.jsonl", "model_card.md"]
    assert names == [*expected, "experiment_log.json"]
    assert run.id == "20260101_120000_abc123"

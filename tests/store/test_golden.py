"""The run folder of every release is read for ever (docs/run-folder.md)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from samerun.compare.outputs import Side, compare_outputs
from samerun.compare.verdict import comparing
from samerun.store import folder, metrics_log
from samerun.store.index import list_runs
from samerun.store.layout import RunFolder, StoreLayout
from samerun.store.objects import Objects
from samerun.store.references import find_run

GOLDEN = Path(__file__).parent.parent / "golden"
RELEASES = sorted(path.name for path in GOLDEN.iterdir() if path.is_dir() and path.name != "__pycache__")


@pytest.fixture(params=RELEASES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> StoreLayout:
    """A copy of the store that a release left, since listing one makes its index."""
    return StoreLayout(shutil.copytree(GOLDEN / request.param, tmp_path / "store"))


@pytest.fixture
def run_folder(store: StoreLayout) -> RunFolder:
    (found,) = store.run_folders()
    return found


def test_there_is_one_for_this_release() -> None:
    assert RELEASES


def test_nothing_of_it_is_damaged(run_folder: RunFolder) -> None:
    assert folder.problems(run_folder) == []


def test_what_it_says(run_folder: RunFolder) -> None:
    run = folder.load(run_folder)
    assert (run.name, run.status, run.exit_code) == ("golden", "finished", 0)
    assert run.command == ["/usr/bin/python3", "train.py"]
    assert {output.path: output.kind for output in run.outputs} == {
        "metrics.json": "json",
        "notes-\u00e9.txt": "text",
        "steps.sqlite": "sqlite",
    }
    assert run.metrics["rate"] == 0.25
    data = run.reading("data")
    assert isinstance(data, dict)
    assert set(data) == {"data/points.csv", "train.py"}
    variables = run.reading("environment-variable")
    assert isinstance(variables, dict)
    assert variables["RATE"] == "0.25"
    assert run.reading("seed") == {"--seed": 7}


def test_it_is_listed_and_found(store: StoreLayout, run_folder: RunFolder) -> None:
    (row,) = list_runs(store)
    assert (row.id, row.status, row.metrics["rate"]) == (run_folder.id, "finished", 0.25)
    assert find_run(store, run_folder.id[-6:], store.root) == run_folder


def test_it_is_the_same_as_itself(run_folder: RunFolder) -> None:
    run = folder.load(run_folder)
    side = Side(run, run_folder.path)
    assert {each.verdict for each in compare_outputs(side, side, comparing(run, run))} == {"identical"}


def test_what_it_needs_to_run_again_is_there(store: StoreLayout, run_folder: RunFolder) -> None:
    data = folder.load(run_folder).reading("data")
    assert isinstance(data, dict)
    assert all(Objects(store.objects).verify(fact["hash"]) for fact in data.values())


def test_reading_it_writes_nothing(run_folder: RunFolder) -> None:
    before = {path: path.stat().st_mtime_ns for path in run_folder.path.rglob("*")}
    folder.load(run_folder)
    folder.problems(run_folder)
    metrics_log.history(run_folder.logs)
    assert {path: path.stat().st_mtime_ns for path in run_folder.path.rglob("*")} == before

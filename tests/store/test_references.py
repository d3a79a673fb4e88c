"""RUN means one run, or a sentence says why not and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun.errors import UnknownRun
from samerun.store.layout import StoreLayout
from samerun.store.references import find_run

from .conftest import MakeRun

IDS = ("20260101_120000_abc123", "20260101_120000_abd456", "20260202_130000_xyz789")


@pytest.fixture
def store(make_run: MakeRun, layout: StoreLayout) -> StoreLayout:
    for number, run_id in enumerate(IDS):
        make_run(run_id, started=float(number), name="digits" if number else "letters")
    return layout


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *((run_id, number) for number, run_id in enumerate(IDS)),
        ("202602", 2), ("20260101_120000_abc", 0), ("abc", 0), ("abc123", 0), ("abd", 1), ("x", 2), ("XYZ789", 2),
        ("last", 2), ("last~0", 2), ("last~1", 1), ("last~2", 0),
    ],
)  # fmt: skip
def test_one_run(store: StoreLayout, tmp_path: Path, text: str, number: int) -> None:
    assert find_run(store, text, tmp_path).id == IDS[number]


def test_a_path_of_a_run_folder(store: StoreLayout, tmp_path: Path) -> None:
    folder = find_run(store, "abc", tmp_path).path
    relative = str(folder.relative_to(tmp_path))
    for text in (str(folder), relative, relative + "/", f"./{relative}", f"{relative}/run.json"):
        assert find_run(store, text, tmp_path).path == folder.resolve()
    assert find_run(store, ".", folder).path == folder.resolve()
    assert find_run(StoreLayout(tmp_path / "none"), str(folder), tmp_path).path == folder.resolve()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ab", "2 runs: 20260101_120000_abc123, 20260101_120000_abd456"),
        ("2026", "could be any of 3 runs"),
        ("abc124", "abc123"),
        ("nothing", "`samerun ls`"),
        ("letters", "20260101_120000_abc123"),
        ("last~3", "there are only 3 runs"),
        ("last~", "No run answers"),
        ("", "No run answers"),
        ("../..", "not one of a run"),
        ("a\0b", "No run answers"),
        ("last~999999999999", "No run answers"),
    ],
)
def test_a_sentence_and_the_next_step(store: StoreLayout, tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UnknownRun) as caught:
        find_run(store, text, tmp_path)
    assert said in str(caught.value)
    assert caught.value.next_step


@pytest.mark.parametrize("text", ["last", "last~2", "abc"])
def test_an_empty_store_says_how_to_begin(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnknownRun, match="no runs yet") as caught:
        find_run(StoreLayout(tmp_path / "none"), text, tmp_path)
    assert "samerun record" in caught.value.next_step


def test_a_damaged_run_can_be_named(store: StoreLayout, tmp_path: Path) -> None:
    folder = find_run(store, "xyz", tmp_path)
    folder.record.unlink()
    assert find_run(store, "xyz", tmp_path) == folder
    assert find_run(store, str(folder.path), tmp_path).path == folder.path.resolve()
    assert find_run(store, "last", tmp_path).id in IDS


def test_a_project_with_a_folder_of_logs_is_no_run(store: StoreLayout, tmp_path: Path) -> None:
    (tmp_path / "project" / "logs").mkdir(parents=True)
    with pytest.raises(UnknownRun, match="not one of a run"):
        find_run(store, "./project", tmp_path)


def test_a_run_folder_without_its_record_is_known_by_its_name(store: StoreLayout, tmp_path: Path) -> None:
    folder = find_run(store, "abc", tmp_path)
    folder.record.unlink()
    assert find_run(store, str(folder.path), tmp_path) == folder

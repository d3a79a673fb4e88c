"""A folder, a file or a lock becomes a Croissant; tests/frameworks has MLCommons' own reader read it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from samerun.data.croissant import write_croissant
from samerun.data.locking import lock
from samerun.errors import BadLock, BadOption, MissingData


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with data."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    work = tmp_path / "work"
    (work / "data/images").mkdir(parents=True)
    (work / "data/train.csv").write_text("id,label\n1,cat\n")
    (work / "data/images/é 1.png").write_bytes(b"x")
    monkeypatch.chdir(work)
    return work


def files(document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {one["contentUrl"]: (one["contentSize"], one["sha256"]) for one in document["distribution"]}


def test_a_folder() -> None:
    made = write_croissant("data", "croissant.json")
    document = json.loads(Path("croissant.json").read_text())
    assert document == made.document
    assert files(document) == {
        "data/images/é 1.png": ("1 B", hashlib.sha256(b"x").hexdigest()),
        "data/train.csv": ("15 B", hashlib.sha256(b"id,label\n1,cat\n").hexdigest()),
    }
    assert (document["name"], document["conformsTo"]) == ("data", "http://mlcommons.org/croissant/1.0")
    assert (made.files, made.record_sets) == (2, 1)


def test_the_same_data_gives_the_same_text_and_the_document_is_no_part_of_it() -> None:
    first = write_croissant("data", "data/croissant.json").text()
    assert write_croissant("data", "data/croissant.json").text() == first
    assert "croissant.json" not in first


def test_a_file() -> None:
    made = write_croissant("data/train.csv", "data/c.json")
    assert list(files(made.document)) == ["train.csv"]


def test_a_lock() -> None:
    lock("data", "data.lock", also=["sha256"])
    made = write_croissant("data.lock", "c.json")
    assert files(made.document) == files(write_croissant("data", "c.json").document)
    assert made.record_sets == 1
    Path("data/train.csv").unlink()
    made = write_croissant("data.lock", "c.json")
    assert (made.files, made.record_sets) == (2, 0)


def test_a_lock_whose_data_lies_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "locks").mkdir()
    lock("data", tmp_path / "locks/data.lock", also=["sha256"])
    made = write_croissant(tmp_path / "locks/data.lock", "c.json")
    assert "data/train.csv" in files(made.document)


def test_a_lock_without_the_hash_that_croissant_wants() -> None:
    lock("data", "data.lock")
    with pytest.raises(BadLock, match="no SHA-256"):
        write_croissant("data.lock", "c.json")


def test_data_that_does_not_lie_below_the_document(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(BadOption, match="does not lie below"):
        write_croissant("data", tmp_path / "elsewhere/c.json")
    made = write_croissant("data", tmp_path / "elsewhere/c.json", base_url="https://host/d/")
    assert "https://host/d/images/%C3%A9%201.png" in files(made.document)


def test_what_is_not_there() -> None:
    with pytest.raises(MissingData):
        write_croissant("gone", "c.json")
    assert not Path("c.json").exists()

"""What is written as Croissant is valid to MLCommons' own library, which reads the records out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from samerun.data.croissant import Version, write_croissant
from samerun.data.croissant_document import About
from samerun.data.locking import lock

mlc = pytest.importorskip("mlcroissant")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
ABOUT = About(
    "pets", "of pets", "https://spdx.org/licenses/CC0-1.0", "https://h", "me", "2026-01-01", "1.0.0", "@misc{x}"
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A current folder with tables, shards, pictures and odd names."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    (tmp_path / "data/shards").mkdir(parents=True)
    (tmp_path / "data/im g").mkdir()
    (tmp_path / "data/train.csv").write_text("id,label,x y,when\n1,cat,1.5,2020-01-01\n2,dog,2,2020-01-02\n")
    (tmp_path / "data/im g/é [1].png").write_bytes(b"x")
    for number in range(3):
        table = pa.table({"a": [number, number + 10], "s": ["x", "y"]})
        pq.write_table(table, tmp_path / f"data/shards/[{number}].parquet")
    pq.write_table(pa.table({"other": [1.5]}), tmp_path / "data/shards/odd.parquet")
    monkeypatch.chdir(tmp_path)


def read(name: str = "croissant.json") -> tuple[Any, dict[str, list[dict[str, Any]]]]:
    dataset = mlc.Dataset(jsonld=name)
    found = {}
    for one in dataset.metadata.record_sets:
        rows = list(dataset.records(record_set=one.uuid))
        found[one.uuid] = [{key.rpartition("/")[2]: value for key, value in row.items()} for row in rows]
    return dataset.metadata, found


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_folder(version: Version) -> None:
    write_croissant("data", "croissant.json", about=ABOUT, version=version)
    metadata, rows = read()
    assert metadata.issues.report() == ""
    assert (metadata.name, len(metadata.file_objects), len(metadata.file_sets)) == ("pets", 6, 1)
    assert [(row["id"], row["label"], row["x%20y"]) for row in rows["records/train.csv"]] == [
        (1, b"cat", 1.5),
        (2, b"dog", 2.0),
    ]
    assert sorted(row["a"] for row in rows["records/shards/parquet-files"]) == [0, 1, 2, 10, 11, 12]
    assert rows["records/shards/odd.parquet"] == [{"other": 1.5}]


def test_a_lock(tmp_path: Path) -> None:
    lock("data", "data.lock", also=["sha256"])
    write_croissant("data.lock", "croissant.json", about=ABOUT)
    metadata, rows = read()
    assert metadata.issues.report() == ""
    assert len(rows["records/data/shards/parquet-files"]) == 6


def test_addresses_are_valid_though_nothing_is_there() -> None:
    write_croissant("data", "croissant.json", about=ABOUT, base_url="https://host.invalid/pets")
    metadata = mlc.Dataset(jsonld="croissant.json").metadata
    assert metadata.issues.report() == ""
    assert len(metadata.record_sets) == 5


def test_what_nobody_said_is_missed_by_the_reader_too() -> None:
    made = write_croissant("data", "croissant.json")
    warnings = mlc.Dataset(jsonld="croissant.json").metadata.issues.report()
    assert all(word in warnings for word in ("license", "datePublished", "version", "citeAs"))
    assert "error" not in warnings.lower()
    assert all(word in made.notes[0] for word in ("--license", "--published", "--version", "--cite"))

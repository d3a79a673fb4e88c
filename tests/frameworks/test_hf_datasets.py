"""Folders that the real ``datasets`` wrote are named, and their content is the same however they were written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from samerun.data.hf_datasets import read_hf_dataset
from samerun.data.table_hash import hash_table

datasets = pytest.importorskip("datasets")
ROWS = {"text": ["a", "b", None], "label": [0, 1, 0], "vector": [[1.0, 2.0], [], [3.0]]}


@pytest.fixture
def dataset() -> Any:
    """A small dataset with a class label and lists."""
    features = datasets.Features(
        {
            "text": datasets.Value("string"),
            "label": datasets.ClassLabel(names=["cat", "dog"]),
            "vector": datasets.List(datasets.Value("float32")),
        }
    )
    return datasets.Dataset.from_dict(ROWS, features=features)


def test_saved_in_one_file_and_in_three(dataset: Any, tmp_path: Path) -> None:
    dataset.save_to_disk(tmp_path / "one")
    dataset.save_to_disk(tmp_path / "three", num_shards=3)
    one, three = (read_hf_dataset(tmp_path / name) for name in ("one", "three"))
    assert (one.kind, one.problems, three.problems) == ("saved", (), ())
    assert (one.splits[0].fingerprint, one.splits[0].rows) == (dataset._fingerprint, 3)
    assert len(three.splits[0].files) == 3
    assert one.splits[0].hash == three.splits[0].hash == hash_table(dataset.data.table)
    assert one.features == {"text": "string", "label": "ClassLabel(cat, dog)", "vector": "list of float32"}


def test_another_fingerprint_of_the_same_rows_has_the_same_content(dataset: Any, tmp_path: Path) -> None:
    other = dataset.map(lambda row: row).select([0, 1, 2])
    other.save_to_disk(tmp_path / "other")
    dataset.save_to_disk(tmp_path / "one")
    one, same = (read_hf_dataset(tmp_path / name).splits[0] for name in ("one", "other"))
    assert one.fingerprint != same.fingerprint
    assert one.hash == same.hash
    dataset.select([0, 2, 1]).save_to_disk(tmp_path / "turned")
    assert read_hf_dataset(tmp_path / "turned").splits[0].hash != one.hash


def test_saved_splits(dataset: Any, tmp_path: Path) -> None:
    datasets.DatasetDict({"train": dataset, "test": dataset.select([0])}).save_to_disk(tmp_path / "d")
    found = read_hf_dataset(tmp_path / "d")
    assert [(split.name, split.rows) for split in found.splits] == [("train", 3), ("test", 1)]
    assert found.problems == ()


def test_prepared_in_the_cache(tmp_path: Path) -> None:
    (tmp_path / "pets").mkdir()
    (tmp_path / "pets/train.csv").write_text("a,b\n1,2\n3,4\n")
    (tmp_path / "pets/test.csv").write_text("a,b\n5,6\n")
    loaded = datasets.load_dataset(str(tmp_path / "pets"), cache_dir=str(tmp_path / "cache"))
    mapped = loaded["train"].map(lambda row: {"c": row["a"]})
    folder = Path(loaded["train"].cache_files[0]["filename"]).parent
    found = read_hf_dataset(folder)
    assert (found.kind, found.dataset, found.config, found.problems) == ("cached", "pets", "default", ())
    assert {split.name: split.rows for split in found.splits} == {"train": 2, "test": 1}
    assert {split.hash for split in found.splits} == {hash_table(loaded[name].data.table) for name in loaded}
    assert found.derived == (Path(mapped.cache_files[0]["filename"]).stem.removeprefix("cache-"),)

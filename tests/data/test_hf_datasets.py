"""Folders in the form of Hugging Face's ``datasets`` 5.2; tests/frameworks has the library itself write them."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from samerun.data import hf_datasets
from samerun.data.hf_datasets import HfDataset, is_hf_dataset, read_hf_dataset
from samerun.data.table_hash import hash_table
from samerun.errors import BadInput, MissingData
from samerun.outputs.late import Late

pa = pytest.importorskip("pyarrow")

TABLE = {"text": ["a", "b", "c"], "label": [0, 1, 0]}
FEATURES = {"text": {"dtype": "string", "_type": "Value"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}


def arrow(place: Path, **columns: Any) -> None:
    """Write a file as the library does: a stream of Arrow."""
    table = pa.table(columns)
    place.parent.mkdir(parents=True, exist_ok=True)
    with pa.OSFile(str(place), "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table)


def saved(folder: Path, *cuts: int, fingerprint: str = "6c15562d2a96cc73", **state: Any) -> Path:
    """Save the table in files that end at the cuts."""
    bounds = [0, *cuts, 3]
    names = [f"data-{at:05}-of-{len(cuts) + 1:05}.arrow" for at in range(len(cuts) + 1)]
    for name, start, end in zip(names, bounds, bounds[1:], strict=False):
        arrow(folder / name, **{key: values[start:end] for key, values in TABLE.items()})
    facts = {"_data_files": [{"filename": name} for name in names], "_fingerprint": fingerprint, "_split": None}
    (folder / "state.json").write_text(json.dumps({**facts, **state}))
    (folder / "dataset_info.json").write_text(json.dumps({"description": "", "features": FEATURES}))
    return folder


def cached(cache: Path, revision: str = "0" * 40, rows: int = 3) -> Path:
    """Prepare the table as the library does for a dataset of the Hub."""
    folder = cache / "me___pets/default/1.2.0" / revision
    arrow(folder / "pets-train-00000-of-00002.arrow", text=["a"], label=[0])
    arrow(folder / "pets-train-00001-of-00002.arrow", text=["b", "c"], label=[1, 0])
    info = {
        "features": FEATURES,
        "builder_name": "parquet",
        "dataset_name": "pets",
        "config_name": "default",
        "version": {"version_str": "1.2.0", "major": 1, "minor": 2, "patch": 0},
        "splits": {"train": {"name": "train", "num_bytes": 32, "num_examples": rows}},
    }
    (folder / "dataset_info.json").write_text(json.dumps(info))
    return folder


def test_a_saved_dataset(tmp_path: Path) -> None:
    found = read_hf_dataset(saved(tmp_path / "d"))
    (split,) = found.splits
    assert (found.kind, found.problems) == ("saved", ())
    assert found.features == {"text": "string", "label": "ClassLabel(cat, dog)"}
    assert (split.fingerprint, split.rows, split.hash) == ("6c15562d2a96cc73", 3, hash_table(pa.table(TABLE)))


def test_the_content_does_not_depend_on_files_or_fingerprint(tmp_path: Path) -> None:
    found = [
        read_hf_dataset(saved(tmp_path / "a", 1, 2)).splits[0],
        read_hf_dataset(saved(tmp_path / "b", fingerprint="x")).splits[0],
    ]
    assert found[0].hash == found[1].hash == hash_table(pa.table(TABLE))
    assert (len(found[0].files), found[1].fingerprint) == (3, "x")


def test_saved_splits(tmp_path: Path) -> None:
    for name in ("train", "test"):
        saved(tmp_path / "d" / name)
    (tmp_path / "d/dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    found = read_hf_dataset(tmp_path / "d")
    assert [(split.name, split.rows, split.files[0]) for split in found.splits] == [
        ("train", 3, "train/data-00000-of-00001.arrow"),
        ("test", 3, "test/data-00000-of-00001.arrow"),
    ]
    shutil.rmtree(tmp_path / "d/test")
    assert read_hf_dataset(tmp_path / "d").problems == ("the split test is not there",)


def test_a_prepared_dataset_of_the_hub(tmp_path: Path) -> None:
    folder = cached(tmp_path)
    arrow(folder / "cache-36132d6b115fdda5.arrow", x=[1])
    found = read_hf_dataset(folder)
    assert (found.kind, found.dataset, found.config, found.version, found.revision) == (
        *("cached", "me/pets", "default", "1.2.0"),
        "0" * 40,
    )
    assert (found.splits[0].name, found.splits[0].rows, found.splits[0].hash) == (
        *("train", 3),
        hash_table(pa.table(TABLE)),
    )
    assert (found.derived, found.problems) == (("36132d6b115fdda5",), ())


def test_the_revision_stands_in_what_was_downloaded(tmp_path: Path) -> None:
    folder = cached(tmp_path, revision="abc")
    info = json.loads((folder / "dataset_info.json").read_text())
    info["download_checksums"] = {f"hf://datasets/me/pets@{'1' * 40}/train.parquet": {"num_bytes": 1}}
    (folder / "dataset_info.json").write_text(json.dumps(info))
    assert read_hf_dataset(folder).revision == "1" * 40


def problems(found: HfDataset) -> str:
    return " ".join(found.problems)


def test_rows_that_are_missing_are_said(tmp_path: Path) -> None:
    assert "has 3 rows, and dataset_info.json says 4" in problems(read_hf_dataset(cached(tmp_path, rows=4)))


def test_files_that_are_missing_or_damaged_are_said(tmp_path: Path) -> None:
    folder = saved(tmp_path / "d", 1)
    (folder / "data-00001-of-00002.arrow").write_bytes(b"\xff\xff\xff\xff\x00\x00")
    assert "cannot be identified" in problems(read_hf_dataset(folder))
    (folder / "data-00001-of-00002.arrow").unlink()
    assert problems(read_hf_dataset(folder)) == "data-00001-of-00002.arrow is not there"
    for each in cached(tmp_path).glob("*.arrow"):
        each.unlink()
    assert "every file of the split train is not there" in problems(read_hf_dataset(cached_again(tmp_path)))


def cached_again(tmp_path: Path) -> Path:
    return tmp_path / "me___pets/default/1.2.0" / ("0" * 40)


def test_files_of_different_columns(tmp_path: Path) -> None:
    folder = saved(tmp_path / "d", 1)
    arrow(folder / "data-00001-of-00002.arrow", other=[1])
    assert "do not have the same columns" in problems(read_hf_dataset(folder))


def test_rows_that_are_chosen_by_indices_are_not_guessed(tmp_path: Path) -> None:
    found = read_hf_dataset(saved(tmp_path / "d", _indices_files=[{"filename": "indices.arrow"}]))
    assert (found.splits[0].hash, "indices" in problems(found)) == ("", True)


def test_without_rows_nothing_is_read(tmp_path: Path) -> None:
    (split,) = read_hf_dataset(saved(tmp_path / "d"), rows=False).splits
    assert (split.rows, split.hash, split.fingerprint) == (None, "", "6c15562d2a96cc73")


def test_without_pyarrow_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = saved(tmp_path / "d")

    def fail(_: object) -> None:
        raise ImportError("pyarrow")

    monkeypatch.setattr(hf_datasets, "open_table_file", fail)
    found = read_hf_dataset(folder)
    assert ("pyarrow is not installed" in problems(found), found.splits[0].fingerprint) == (True, "6c15562d2a96cc73")
    assert Late("pyarrow").__class__ is type(hf_datasets.pa)
    assert "datasets" not in sys.modules


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("state.json", "{", "cannot be read"),
        ("state.json", "[]", "holds no keys"),
        ("state.json", "{}", "names no files"),
        ("state.json", '{"_data_files": [{"filename": "../../etc/passwd"}]}', "climbs"),
        ("state.json", '{"_data_files": [{"filename": "/etc/passwd"}]}', "is absolute|is not there"),
        ("dataset_dict.json", '{"splits": ["../x"]}', "climbs"),
        ("dataset_dict.json", '{"splits": 3}', "names no splits"),
        ("dataset_info.json", "[" * 100_000, "cannot be read"),
    ],
)
def test_what_cannot_be_trusted(tmp_path: Path, name: str, text: str, said: str) -> None:
    folder = saved(tmp_path / "d")
    (folder / name).write_text(text)
    try:
        found = problems(read_hf_dataset(folder))
    except BadInput as error:
        found = error.sentence
    assert any(each in found for each in said.split("|"))


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    folder = saved(tmp_path / "d")
    (folder / "data-00000-of-00001.arrow").rename(tmp_path / "outside.arrow")
    (folder / "data-00000-of-00001.arrow").symlink_to(tmp_path / "outside.arrow")
    with pytest.raises(BadInput, match="symbolic link"):
        read_hf_dataset(folder)


def test_what_is_no_such_folder(tmp_path: Path) -> None:
    assert not is_hf_dataset(tmp_path)
    with pytest.raises(BadInput, match="no folder that"):
        read_hf_dataset(tmp_path)
    with pytest.raises(MissingData, match="no folder"):
        read_hf_dataset(tmp_path / "gone")


@pytest.mark.parametrize(
    ("feature", "words"),
    [
        ({"dtype": "int64", "_type": "Value"}, "int64"),
        ([{"dtype": "int64", "_type": "Value"}], "list of int64"),
        ({"feature": {"dtype": "int64", "_type": "Value"}, "_type": "List"}, "list of int64"),
        ({"_type": "Image"}, "Image"),
        ({"x": {"dtype": "int8", "_type": "Value"}}, "{x: int8}"),
        (3, "unknown"),
    ],
)
def test_features_in_words(feature: object, words: str) -> None:
    assert hf_datasets._feature(feature) == words

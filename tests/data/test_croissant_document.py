"""The words of a Croissant: files, sets of tables, what is said about them and what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from samerun.data.croissant import write_croissant
from samerun.data.croissant_document import About

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A current folder with tables."""
    (tmp_path / "data/shards").mkdir(parents=True)
    for number in range(2):
        pq.write_table(pa.table({"a": [number], "b c": ["x"]}), tmp_path / f"data/shards/[{number}].parquet")
    pq.write_table(pa.table({"other": [1]}), tmp_path / "data/shards/odd.parquet")
    (tmp_path / "data/x.json").write_text("{}")
    (tmp_path / "data/odd.xyz").write_text("?")
    monkeypatch.chdir(tmp_path)


def record_sets(**settings: Any) -> dict[str, list[str]]:
    document = write_croissant("data", "c.json", **settings).document
    return {one["@id"]: [field["name"] for field in one["field"]] for one in document["recordSet"]}


def test_tables_with_the_same_columns_are_one_set() -> None:
    assert record_sets() == {
        "records/shards/parquet-files": ["a", "b c"],
        "records/shards/odd.parquet": ["other"],
    }
    document = write_croissant("data", "c.json").document
    (group,) = [one for one in document["distribution"] if one["@type"] == "cr:FileSet"]
    assert group["includes"] == ["data/shards/[[]0].parquet", "data/shards/[[]1].parquet"]
    (field, _) = document["recordSet"][0]["field"]
    assert field["source"] == {"fileSet": {"@id": group["@id"]}, "extract": {"column": "a"}}


def test_tables_at_addresses_are_sets_of_their_own() -> None:
    assert len(record_sets(base_url="https://h")) == 3


def test_every_name_is_there_once() -> None:
    document = write_croissant("data", "c.json").document
    names = [one["@id"] for one in [*document["distribution"], *document["recordSet"]]]
    assert len(set(names)) == len(names)
    assert not any(" " in name for name in names)


def test_types_of_files() -> None:
    document = write_croissant("data", "c.json").document
    found = {one["name"]: one["encodingFormat"] for one in document["distribution"] if "sha256" in one}
    assert (found["x.json"], found["odd.xyz"]) == ("application/json", "application/octet-stream")


def test_what_is_said_is_written_and_what_is_not_is_named() -> None:
    about = About("Pets", "of pets", "CC0-1.0", "https://h", "me", "2026-01-01", "1.0.0", "@misc{x}")
    made = write_croissant("data", "c.json", about=about, version="1.1")
    wanted = {"name": "Pets", "license": "CC0-1.0", "datePublished": "2026-01-01", "citeAs": "@misc{x}"}
    assert {key: made.document[key] for key in wanted} == wanted
    assert made.document["creator"]["name"] == "me"
    assert made.document["conformsTo"].endswith("/1.1")
    assert made.notes == []
    bare = write_croissant("data", "c.json", about=About(license="MIT"))
    assert "license" not in bare.notes[0]
    assert "--description, --url, --creator" in bare.notes[0]
    assert "license" in bare.document
    assert "datePublished" not in bare.document


def test_what_has_no_place_is_said() -> None:
    Path("data/link").symlink_to("x.json")
    Path("data/bad.csv").write_text("a,a\n1,2\n")
    notes = " ".join(write_croissant("data", "c.json").notes)
    assert "links, empty folders and special files (1)" in notes
    assert "columns of 1 tables could not be told, such as bad.csv" in notes


def test_a_table_that_is_called_as_a_set_would_be() -> None:
    Path("data/shards/parquet-files").write_text("?")
    Path("data/all").mkdir()
    for number in range(2):
        Path(f"data/{number}.csv").write_text("a\n1\n")
        Path(f"data/all/{number}.csv").write_text("a\n1\n")
    names = [one["@id"] for one in write_croissant("data", "c.json").document["distribution"]]
    assert len(set(names)) == len(names)

"""``samerun data identify``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow")
Samerun = Callable[..., Any]
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def saved(samerun: Samerun) -> Path:
    """A dataset as ``save_to_disk`` leaves it."""
    folder = Path("d")
    folder.mkdir()
    table = pa.table({"a": [1, 2]})
    with pa.OSFile("d/data-00000-of-00001.arrow", "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table)
    state = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}], "_fingerprint": "f00d", "_split": "train"}
    (folder / "state.json").write_text(json.dumps(state))
    info = {"features": {"a": {"dtype": "int64", "_type": "Value"}}, "dataset_name": "pets\x1b[31m"}
    (folder / "dataset_info.json").write_text(json.dumps(info))
    return folder


def test_the_page(samerun: Samerun, saved: Path) -> None:
    answer = samerun("data", "identify", "d")
    assert answer.status == 0
    assert "saved to disk" in answer.out
    assert "split train, 2 rows, 1 file, fingerprint f00d, content " in answer.out
    assert "a (int64)" in answer.out
    assert "\x1b" not in answer.out
    assert "rows not read" in samerun("data", "identify", "d", "--brief").out


def test_the_document(samerun: Samerun, saved: Path) -> None:
    document = samerun("data", "identify", "d", "--json").document
    assert (document["schema"], document["format"], document["same"]) == ("samerun.data-identity/1", "hf-dataset", True)
    assert (document["splits"][0]["rows"], document["splits"][0]["fingerprint"]) == (2, "f00d")


def test_what_is_not_as_it_says(samerun: Samerun, saved: Path) -> None:
    (saved / "data-00000-of-00001.arrow").unlink()
    answer = samerun("data", "identify", "d")
    assert (answer.status, "wrong: data-00000-of-00001.arrow is not there" in answer.out) == (1, True)


def test_a_snapshot_of_the_hub(samerun: Samerun) -> None:
    place = Path("datasets--me--pets/snapshots", COMMIT)
    place.mkdir(parents=True)
    (place / "README.md").write_text("x")
    answer = samerun("data", "identify", "datasets--me--pets")
    assert answer.status == 0
    assert f"  repository: me/pets\n  revision: {COMMIT}\n  files: 1, 0 of them as their names say" in answer.out
    document = samerun("data", "identify", str(place), "--json").document
    assert (document["format"], document["kind"], document["unnamed"]) == ("hf-hub", "dataset", ["README.md"])


def test_a_folder_of_no_known_format(samerun: Samerun) -> None:
    answer = samerun("data", "identify", ".")
    assert (answer.status, "no folder whose format is known" in answer.err) == (2, True)

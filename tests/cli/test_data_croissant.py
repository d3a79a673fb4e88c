"""``samerun data croissant``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Samerun = Callable[..., Any]


@pytest.fixture(autouse=True)
def data(samerun: Samerun) -> Path:
    """A folder with a table below the current one."""
    pytest.importorskip("pyarrow")
    Path("data").mkdir()
    Path("data/t.csv").write_text("id,score\n1,10\n2,20\n")
    return Path("data")


def test_the_page_and_the_file(samerun: Samerun) -> None:
    answer = samerun("data", "croissant", "data", "--license", "MIT", "--name", "scores")
    assert (answer.status, answer.out) == (0, "croissant.json: 1 file, 1 table with columns\n")
    assert "--description" in answer.err
    assert "--license" not in answer.err
    document = json.loads(Path("croissant.json").read_text())
    assert (document["name"], document["license"]) == ("scores", "MIT")


def test_the_document(samerun: Samerun) -> None:
    document = samerun("data", "croissant", "data", "-o", "c.json", "--format", "1.1", "--json").document
    assert (document["schema"], document["output"], document["format"], document["files"], document["record_sets"]) == (
        *("samerun.data-croissant/1", "c.json", "1.1"),
        *(1, 1),
    )
    assert Path("c.json").is_file()


def test_a_place_from_which_the_data_cannot_be_named(samerun: Samerun) -> None:
    Path("other").mkdir()
    answer = samerun("data", "croissant", "data", "-o", "other/c.json")
    assert (answer.status, "--base-url" in answer.err) == (2, True)
    assert samerun("data", "croissant", "data", "-o", "other/c.json", "--base-url", "https://h/").status == 0

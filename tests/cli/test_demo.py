"""``samerun demo``: each change is found, whichever script is used."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Samerun = Callable[..., Any]
CHANGES = {"argument": ["arguments", "--lr"], "code": ["code", "train.py"], "data": ["data", "points.csv"]}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_found_and_nothing_else(samerun: Samerun, change: str) -> None:
    document = samerun("demo", "--plain", "--change", change, "--json").document
    assert document["schema"] == "samerun.demo/1"
    assert document["replay"]["verdict"] == "identical"
    assert document["diff"]["verdict"] == "different"
    assert document["diff"]["factors"] == [CHANGES[change]]


def test_it_is_told_in_plain_words(samerun: Samerun, capfd: pytest.CaptureFixture[str]) -> None:
    here = Path.cwd()
    store = os.environ["SAMERUN_STORE"]
    answer = samerun("demo", "--plain")
    assert answer.status == 0
    for words in (
        "1. Recording",
        "2. Replaying",
        "identical: all",
        "3. Changing",
        "4. Comparing",
        "What just happened",
    ):
        assert words in answer.out
    assert "Running it again gave the same result." in answer.out
    assert "1 argument" in answer.out
    assert (Path.cwd(), os.environ["SAMERUN_STORE"]) == (here, store)
    assert not Path(store).exists()


def test_the_digits(samerun: Samerun) -> None:
    pytest.importorskip("sklearn")
    document = samerun("demo", "--json").document
    assert document["replay"]["verdict"] == "identical"
    assert document["diff"]["factors"] == [["arguments", "--alpha"]]


def test_what_is_kept_is_left(samerun: Samerun) -> None:
    assert samerun("demo", "--plain", "--keep", "kept").status == 0
    assert Path("kept/train.py").exists()
    assert Path("kept/metrics.json").exists()
    answer = samerun("demo", "--plain", "--keep", "kept")
    assert answer.status == 2
    assert "not empty" in answer.err


def test_without_scikit_learn_the_extra_is_named(samerun: Samerun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    answer = samerun("demo", "--json")
    assert 'pip install "samerun[demo]"' in answer.err
    assert answer.document["diff"]["factors"] == [["arguments", "--lr"]]

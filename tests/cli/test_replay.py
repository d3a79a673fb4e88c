"""``samerun replay``, on real recordings of small scripts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Samerun = Callable[..., Any]

SAME = """
import json, random
json.dump({"accuracy": random.random()}, open("metrics.json", "w"))
"""
UNHELD = """
import json, os
json.dump({"accuracy": int.from_bytes(os.urandom(6), "big") / 2**48}, open("metrics.json", "w"))
"""


@pytest.fixture
def script(samerun: Samerun) -> Callable[..., None]:
    """Write a script and record it."""

    def write(text: str, *arguments: str) -> None:
        Path("train.py").write_text(text)
        assert samerun("record", "--", sys.executable, "train.py", *arguments).status == 0

    return write


def test_an_unseeded_script_replays_identically(samerun: Samerun, script: Callable[..., None]) -> None:
    script(SAME)
    before = Path("metrics.json").read_bytes()
    answer = samerun("replay", "last")
    assert answer.status == 0
    assert answer.out.startswith("identical: ")
    assert "Next: nothing" in answer.out
    assert Path("metrics.json").read_bytes() == before


def test_the_document(samerun: Samerun, script: Callable[..., None]) -> None:
    script(SAME)
    run = samerun("show", "last", "--json").document["id"]
    document = samerun("replay", "last", "--json").document
    assert document["schema"] == "samerun.replay/1"
    assert (document["run"], document["verdict"]) == (run, "identical")
    assert [(output["path"], output["verdict"]) for output in document["outputs"]] == [("metrics.json", "identical")]
    assert set(document) >= {"replay", "metrics", "factors_changed", "notes"}
    assert samerun("show", "last", "--json").document["parent"] == run


def test_what_differs_is_status_1_with_its_numbers(samerun: Samerun, script: Callable[..., None]) -> None:
    script(UNHELD)
    answer = samerun("replay", "last")
    assert answer.status == 1
    assert answer.out.startswith("different: ")
    assert "accuracy" in answer.out
    assert "Next: samerun diff " in answer.out
    assert samerun("replay", "last~1", "--atol", "1").status == 0


def test_an_unknown_run_is_status_2(samerun: Samerun) -> None:
    answer = samerun("replay", "last", "--json")
    assert answer.status == 2
    assert answer.document["schema"] == "samerun.error/1"
    assert samerun("replay", "last", "--env", "other").status == 2

"""``samerun explain``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samerun.record.run import Run

Samerun = Callable[..., Any]
MakeRun = Callable[..., Run]
SCRIPT = "import sys\nopen('o.txt', 'w').write(sys.argv[1])\n"


@pytest.fixture
def two(samerun: Samerun) -> Samerun:
    """Record a script twice, with another argument."""
    Path("train.py").write_text(SCRIPT)
    for words in (("1", "x"), ("2", "y")):
        assert samerun("record", "--", sys.executable, "train.py", *words).status == 0
    return samerun


def test_the_page_names_the_cause_and_what_did_not_matter(two: Samerun) -> None:
    answer = two("explain", "last~1", "last")
    assert answer.status == 1
    assert answer.out.startswith("explained: this made the difference, confirmed by ")
    assert "arguments  argument 1  train.py:2" in answer.out
    assert "do: pass `1`" in answer.out
    assert "Did not matter\n  arguments  argument 2" in answer.out


def test_the_document(two: Samerun) -> None:
    answer = two("explain", "last~1", "last", "--json")
    document = answer.document
    assert (answer.status, document["schema"], document["same"]) == (1, "samerun.explain/1", False)
    (cause,) = document["causes"]
    assert set(cause) == {"kind", "subject", "where", "evidence", "advice"}
    assert document["replays"] >= 3


def test_the_same_result_is_status_0(samerun: Samerun, make_run: MakeRun) -> None:
    make_run(1, metrics={"acc": 0.5})
    make_run(2, metrics={"acc": 0.5})
    answer = samerun("explain", "last~1", "last")
    assert (answer.status, answer.out) == (0, "same: the two runs have the same result; there is nothing to explain.\n")


def test_runs_of_different_commands_are_status_2(samerun: Samerun, make_run: MakeRun) -> None:
    make_run(1, metrics={"acc": 0.5})
    make_run(2, metrics={"acc": 0.6}, command=["python", "other.py"])
    answer = samerun("explain", "last~1", "last")
    assert answer.status == 2
    assert "different commands: train.py and other.py" in answer.err


@pytest.mark.parametrize("option", [("--max-replays", "0"), ("--timeout", "0"), ("--rtol", "-1")])
def test_options_without_a_meaning(samerun: Samerun, option: tuple[str, str]) -> None:
    assert samerun("explain", "a", "b", *option).status == 2


def test_a_metric_that_nobody_has(samerun: Samerun, make_run: MakeRun) -> None:
    make_run(1, metrics={"acc": 0.5})
    make_run(2, metrics={"acc": 0.6})
    answer = samerun("explain", "last~1", "last", "--metric", "f1")
    assert answer.status == 2
    assert "They have: acc." in answer.err

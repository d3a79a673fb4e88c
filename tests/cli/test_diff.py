"""``samerun diff``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from samerun.record.run import Run

Samerun = Callable[..., Any]
MakeRun = Callable[..., Run]


def test_the_same_result_is_status_0(samerun: Samerun, make_run: MakeRun) -> None:
    make_run(1, metrics={"acc": 0.5})
    make_run(2, metrics={"acc": 0.5})
    answer = samerun("diff", "last~1", "last")
    assert answer.status == 0
    assert answer.out.startswith("identical: the 1 metric agrees bit for bit\n")


def test_another_result_is_status_1(samerun: Samerun, make_run: MakeRun) -> None:
    a = make_run(1, metrics={"acc": 0.93611})
    b = make_run(2, metrics={"acc": 0.93333}, command=["python", "train.py", "--lr", "0.2"])
    answer = samerun("diff", a.id, b.id)
    assert answer.status == 1
    assert "acc 0.9361 -> 0.9333" in answer.out.splitlines()[0]
    assert "--lr: not there -> 0.2" in answer.out


def test_tolerance(samerun: Samerun, make_run: MakeRun) -> None:
    make_run(1, metrics={"acc": 0.93611})
    make_run(2, metrics={"acc": 0.93333})
    assert samerun("diff", "last~1", "last", "--rtol", "0.01").status == 0
    assert samerun("diff", "last~1", "last", "--atol", "1e-6").status == 1


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "much"])
def test_a_tolerance_is_a_number_that_makes_sense(samerun: Samerun, make_run: MakeRun, value: str) -> None:
    make_run(1)
    answer = samerun("diff", "last", "last", "--rtol", value)
    assert answer.status == 2
    assert "--rtol" in answer.err


def test_the_document(samerun: Samerun, make_run: MakeRun) -> None:
    a = make_run(1, metrics={"acc": 1.0})
    b = make_run(2, metrics={"acc": 2.0}, command=["python", "train.py", "--lr", "0.2"])
    answer = samerun("diff", "last~1", "last", "--json")
    document = answer.document
    assert answer.status == 1
    assert document["schema"] == "samerun.diff/1"
    assert (document["a"], document["b"], document["verdict"]) == (a.id, b.id, "different")
    assert document["outputs"] == []
    assert document["metrics"][0]["name"] == "acc"
    assert ("arguments", "--lr") in [(change["kind"], change["subject"]) for change in document["factors"]]


def test_a_run_that_goes_on_is_refused(samerun: Samerun, make_run: MakeRun, store: object) -> None:
    make_run(1)
    answer = samerun("diff", "last", "nothing")
    assert answer.status == 2

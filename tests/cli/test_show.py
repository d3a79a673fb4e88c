"""``samerun show``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samerun.cli.show import problem_text
from samerun.record.missing import NotCaptured
from samerun.record.run import Run
from samerun.store.layout import StoreLayout
from samerun.store.sealing import Problem

Samerun = Callable[..., Any]
MakeRun = Callable[..., Run]


def test_the_document(samerun: Samerun, make_run: MakeRun) -> None:
    run = make_run(
        1,
        files={"m.json": "{}"},
        metrics={"acc": 0.5, "loss": float("nan")},
        not_captured=[NotCaptured("curl", "no Python process")],
    )
    document = samerun("show", "last", "--json").document
    promised = (
        "id", "name", "command", "cwd", "status", "exit_code", "started", "seconds", "parent", "factors", "outputs",
        "metrics", "not_captured",
    )  # fmt: skip
    assert [document[name] for name in ("schema", "id", "started")] == [
        "samerun.run/1",
        run.id,
        "2027-01-15T08:00:01.000Z",
    ]
    assert set(promised) <= set(document)
    assert document["metrics"] == {"acc": 0.5, "loss": "NaN"}
    assert document["not_captured"] == [{"what": "curl", "why": "no Python process"}]
    assert document["outputs"][0]["path"] == "m.json"
    assert document["factors"]["arguments"] == {"argv": ["python", "train.py"]}
    assert document["problems"] == []


def test_the_page(samerun: Samerun, make_run: MakeRun) -> None:
    run = make_run(1, metrics={"acc": 0.5})
    for name in (run.id, run.id[-6:], "last", "last~0"):
        answer = samerun("show", name)
        assert answer.status == 0
        assert answer.out.startswith(run.id)
        assert f"Next: samerun replay {run.id}" in answer.out


def test_what_is_damaged_is_said(samerun: Samerun, store: StoreLayout, make_run: MakeRun) -> None:
    run = make_run(1, files={"m.json": '{"a": 1}'})
    (store.run_folder("cnn", run.id).results / "m.json").write_text('{"a": 2}')
    answer = samerun("show", "last")
    assert answer.status == 0
    assert "damaged\n  results/m.json is changed" in answer.out
    assert "results/m.json" in samerun("show", "last", "--json").document["problems"][0]


def test_an_unknown_run_is_a_sentence(samerun: Samerun, make_run: MakeRun) -> None:
    assert "samerun record" in samerun("show", "last").err
    make_run(1)
    answer = samerun("show", "nothing")
    assert (answer.status, answer.out) == (2, "")
    assert len(answer.err.splitlines()) == 2


def test_a_run_that_goes_on_can_be_looked_at(samerun: Samerun, make_run: MakeRun) -> None:
    make_run(1, sealed=False, status="running", exit_code=None, seconds=None)
    assert samerun("show", "last").status == 0


def test_problems_in_words() -> None:
    assert problem_text(Problem("a", "cut", "3 of 5 bytes are left")) == "a is cut (3 of 5 bytes are left)"
    assert problem_text(Problem("a", "extra")) == "a is not of this run"

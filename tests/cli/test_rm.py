"""``samerun rm``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samerun.record.run import Run
from samerun.store import folder

Samerun = Callable[..., Any]
MakeRun = Callable[..., Run]


def test_runs_are_removed_and_counted(samerun: Samerun, make_run: MakeRun) -> None:
    runs = [make_run(number) for number in range(1, 4)]
    answer = samerun("rm", runs[0].id, runs[1].id)
    assert (answer.status, answer.out) == (0, "")
    assert "removed 2 runs, " in answer.err
    assert [row["id"] for row in samerun("ls", "--json").document["runs"]] == [runs[2].id]


def test_the_document(samerun: Samerun, make_run: MakeRun) -> None:
    run = make_run(1)
    document = samerun("rm", "last", "--json").document
    assert document["schema"] == "samerun.rm/1"
    assert document["removed"] == [run.id]
    assert document["bytes"] > 0


def test_one_unknown_name_removes_nothing(samerun: Samerun, make_run: MakeRun) -> None:
    run = make_run(1)
    assert samerun("rm", run.id, "nothing").status == 2
    assert len(samerun("ls", "--json").document["runs"]) == 1


def test_a_run_that_goes_on_is_refused(samerun: Samerun, make_run: MakeRun) -> None:
    run = make_run(1, sealed=False, status="running", exit_code=None, seconds=None, holder=folder.holder())
    answer = samerun("rm", run.id)
    assert answer.status == 2
    assert "not ended" in answer.err
    assert len(samerun("ls", "--json").document["runs"]) == 1


def test_nothing_to_remove_is_a_sentence(samerun: Samerun) -> None:
    assert samerun("rm").status == 2

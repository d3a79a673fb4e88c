"""The verdict over all."""

from __future__ import annotations

from typing import Any

import pytest

from samerun.compare.verdict import comparing, ending_note, overall, unexplained_note
from samerun.record.difference import identical
from samerun.record.output import MetricComparison, Output, OutputComparison
from samerun.record.run import Place, Run, Status
from samerun.record.values import Change
from samerun.record.verdict import Verdict
from samerun.record.window import NamedWindow, Window


def run(status: Status = "finished", **facts: Any) -> Run:
    return Run("id", "n", ["a"], Place("/t", "/t"), status, 10.0, **facts)


def output(verdict: Verdict) -> OutputComparison:
    return OutputComparison("a", "text", verdict, "", identical("text"))


def test_the_worst_of_outputs_and_metrics() -> None:
    metric = MetricComparison("m", "within-tolerance", 1, 2)
    assert overall(run(), run(), [output("equivalent")], [metric]) == "within-tolerance"
    assert overall(run(), run(), [output("different")], [metric]) == "different"
    assert overall(run(), run(), [], []) == "identical"


@pytest.mark.parametrize("status", ["failed", "killed", "interrupted", "running"])
def test_a_run_that_did_not_finish_is_incomplete(status: Status) -> None:
    assert overall(run(status), run(), [], []) == "incomplete"
    assert overall(run(), run(status), [output("identical")], []) == "incomplete"


def test_the_note_says_how_they_ended() -> None:
    assert ending_note(run(), run()) == ""
    assert ending_note(run("failed", exit_code=1), run("failed", exit_code=1)) == "Both runs failed with exit status 1."
    note = ending_note(run(exit_code=0), run("killed", exit_code=-9))
    assert note == "The first run finished with exit status 0, the second killed with exit status -9."


def test_comparing_knows_both_windows() -> None:
    with_window = run(window=Window(1.0, 2.0, "h"))
    how = comparing(with_window, run(seconds=2.5), 0.1, 0.2, ["x"])
    assert how.a == Window(1.0, 2.0, "h")
    assert how.b == Window(10.0, 12.5, run_id="id")
    assert (how.rtol, how.atol, how.volatile_names) == (0.1, 0.2, ("x",))


def test_comparing_knows_the_names_that_each_run_drew_for_its_outputs() -> None:
    left = run(window=Window(1.0, 2.0, "h"), outputs=[Output("runs/exp-20240610_061330/m.json", "json", 1, "x", "y")])
    how = comparing(left, run())
    assert how.a == NamedWindow(1.0, 2.0, "h", names=(("exp-20240610_061330", "exp-{time}"),))
    assert not isinstance(how.b, NamedWindow)


def test_a_difference_that_nothing_recorded_explains_is_said() -> None:
    alone, pool = Window(0.0, 1.0, pids=frozenset({7})), Window(0.0, 1.0, pids=frozenset({7, 8, 9}))
    assert "completion-order" in unexplained_note(run(window=pool), run(window=pool), "different", [])
    assert "2 further processes" in unexplained_note(run(window=pool), run(window=alone), "different", [])
    assert "the clock" in unexplained_note(run(window=alone), run(window=alone), "different", [])
    assert "the clock" in unexplained_note(run(), run(), "different", [])
    assert unexplained_note(run(), run(), "identical", []) == ""
    assert unexplained_note(run(), run(), "different", [Change("package", "six", "1", "2")]) == ""

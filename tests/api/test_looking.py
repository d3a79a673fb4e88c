"""What is in the store."""

from __future__ import annotations

import pytest

from samerun import api
from samerun.errors import UnknownRun
from tests.lab import DRAW, Lab


def test_names_that_answer_to_no_run(lab: Lab) -> None:
    lab.record("pass\n")
    for name in ("nothing", "last~5", ""):
        with pytest.raises(UnknownRun):
            api.load(name)


def test_every_noun_of_the_store(lab: Lab, capfd: pytest.CaptureFixture[str]) -> None:
    first, second = lab.record(DRAW.format("1"), name="a"), lab.record(name="b", tags=["x"])
    assert [row.id for row in api.runs()] == [second.id, first.id]
    assert api.find("last").id == second.id
    assert api.metrics_history(first.id) == {}
    api.remove([first.id])
    api.collect_garbage()
    assert [row.id for row in api.runs()] == [second.id]
    assert lab.replay(second).verdict == "identical"

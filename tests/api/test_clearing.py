"""Removing and collecting."""

from __future__ import annotations

import pytest

from samerun import api
from samerun.errors import UnknownRun
from tests.lab import DRAW, Lab


def test_what_a_removed_run_alone_used_is_freed(lab: Lab) -> None:
    lab.write(data_csv="1\n")
    first = lab.record(DRAW.format("len(open('data.csv').read()) * 'x'"))
    second = lab.record(DRAW.format("'other'"))
    api.remove([first.id])
    with pytest.raises(UnknownRun):
        api.find(first.id)
    before = sum(1 for path in api.store_here().objects.rglob("*") if path.is_file())
    api.collect_garbage(dry_run=True)
    assert sum(1 for path in api.store_here().objects.rglob("*") if path.is_file()) == before
    api.collect_garbage()
    assert lab.replay(second).verdict == "identical"


def test_an_unknown_run_removes_nothing(lab: Lab) -> None:
    run = lab.record(DRAW.format("1"))
    with pytest.raises(UnknownRun):
        api.remove([run.id, "nothing"])
    assert [row.id for row in api.runs()] == [run.id]

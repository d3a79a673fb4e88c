"""Numbers of processes: from a space of the program's own, or told to single lines."""

from __future__ import annotations

from collections.abc import Callable

from samerun.factors.factor import Plan
from samerun.factors.process_id import ProcessId
from samerun.record.values import Change


def test_held_and_moved_the_first_process_has_a_certain_number(plan: Callable[..., Plan]) -> None:
    factor = ProcessId()
    numbers = []
    for values in (factor.held({}) or {}, *factor.variations({})):
        present = plan()
        factor.give(present, values)
        numbers.append(present.setup["first_pid"])
    assert len(set(numbers)) == len(numbers) == 2


def test_single_lines_are_left_to_the_inside(plan: Callable[..., Plan]) -> None:
    present = plan()
    ProcessId().give(present, {"mode": "held", "sites": ["t.py:3"]})
    assert (present.setup, present.conditions) == ({}, {"process-id": "held@t.py:3"})


def test_watching_changes_no_number(plan: Callable[..., Plan]) -> None:
    present = plan()
    ProcessId().give(present, {"mode": "watch"})
    assert (present.setup, present.conditions) == ({}, {"process-id": "watch"})
    assert "rank" in ProcessId().advice(Change("process-id", "getpid"))

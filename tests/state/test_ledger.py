from __future__ import annotations

import numpy as np
import pytest
import torch

from samerun.state.ledger import Divergence, Enough, Ledger


def fill(ledger: Ledger, *values: float, stage: str = "output") -> Ledger:
    for value in values:
        ledger.note(stage, "x", torch.tensor([value]))
        ledger.next_step()
    return ledger


def test_equal_runs_have_no_divergence() -> None:
    first = fill(Ledger(), 1.0, 2.0)
    assert fill(Ledger(None, first), 1.0, 2.0).close() is None
    assert [entry.place for entry in first.entries] == [(1, "output", "x"), (2, "output", "x")]


def test_the_first_difference_ends_the_run_and_is_measured() -> None:
    first = fill(Ledger(), 1.0, 2.0, 3.0)
    second = Ledger(None, first)
    with pytest.raises(Enough):
        fill(second, 1.0, 2.5, 9.0)
    found = second.close()
    assert found is not None
    assert (found.found.step, found.apart.largest) == (2, 0.5)  # type: ignore[union-attr]


def test_enough_is_not_caught_by_except_exception() -> None:
    assert not issubclass(Enough, Exception)


def test_a_difference_that_heals_is_still_the_first() -> None:
    first = fill(Ledger(), 1.0, 2.0, 3.0, 4.0)
    second = Ledger(None, first)
    for value in (1.0, 7.0, 3.0, 4.0):  # a program that swallows everything goes on
        with pytest.raises(Enough) if second.divergence or value == 7.0 else pytest.MonkeyPatch.context():
            fill(second, value)
    assert second.close().found.step == 2  # type: ignore[union-attr]


def test_a_run_that_ends_earlier_or_later_differs() -> None:
    first = fill(Ledger(), 1.0, 2.0)
    shorter = fill(Ledger(None, first), 1.0)
    assert shorter.close() == Divergence(first.entries[1], None)
    longer = Ledger(None, first)
    with pytest.raises(Enough):
        fill(longer, 1.0, 2.0, 3.0)
    assert longer.close() == Divergence(None, longer.entries[2])


def test_another_thing_in_the_same_place_has_no_distance() -> None:
    first = fill(Ledger(), 1.0)
    second = Ledger(None, first)
    with pytest.raises(Enough):
        fill(second, 1.0, stage="gradient")
    assert second.close() == Divergence(first.entries[0], second.entries[0])


def test_steps_end_a_run() -> None:
    ledger = Ledger(steps=2)
    with pytest.raises(Enough):
        fill(ledger, 1.0, 2.0, 3.0)
    assert len(ledger.entries) == 2


def test_what_is_kept_is_bounded_and_not_the_programs_own() -> None:
    ledger = Ledger(room=100)
    values = np.ones(10)
    ledger.note("output", "small", values)
    values[:] = 5.0
    ledger.note("output", "large", np.ones(10))
    assert {number: kept.tolist() for number, kept in ledger._kept.items()} == {0: [1.0] * 10}  # type: ignore[attr-defined]


def test_named_pieces_are_entries_of_their_own() -> None:
    ledger = Ledger()
    ledger.note("result", "result", {"a": 1, "b": [2.0]})
    assert [entry.name for entry in ledger.entries] == ["result['a']", "result['b'][0]"]

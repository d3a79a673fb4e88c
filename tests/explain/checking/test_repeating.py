"""The same launch several times."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun.explain.checking.repeating import REPEATS, Series
from samerun.explain.judging import Kept
from samerun.store.layout import RunFolder
from tests.explain.checking.world import ByResult, run_of


def series(results: list[object], **options: object) -> tuple[Series, list[int]]:
    made: list[int] = []

    def make(number: int) -> Kept:
        made.append(number)
        return kept(results[number])

    return Series(make, ByResult(), **options), made  # type: ignore[arg-type]


def kept(result: object) -> Kept:
    return Kept(run_of(result), RunFolder(Path("/nowhere")))


def test_as_many_runs_are_made_as_a_question_needs_and_no_more() -> None:
    steady, made = series([1] * 9)
    assert steady.agrees(2)
    assert made == [0, 1]
    assert steady.agrees()
    assert made == list(range(REPEATS))
    assert steady.agrees(3)
    assert len(made) == REPEATS


def test_it_stops_at_the_first_that_is_another() -> None:
    wild, made = series([1, 1, 2, 1, 1])
    assert wild.agrees(2)
    assert not wild.agrees()
    assert made == [0, 1, 2]
    assert wild.differ == "1 -> 2"
    assert not wild.agrees(2)


def test_a_sample_that_was_made_for_another_reason_counts() -> None:
    steady, made = series([1] * 9, runs=[kept(1)])
    assert steady.agrees(3)
    assert made == [0, 1]


def test_what_breaks_a_run_is_no_agreement() -> None:
    broken, made = series([1] * 9, breaks=lambda run: "it does not end")
    assert not broken.agrees()
    assert (broken.differ, made) == ("it does not end", [0])


@pytest.mark.parametrize(("result", "differ"), [(1, ""), (3, "1 -> 3")])
def test_one_more_run_is_held_against_the_first(result: object, differ: str) -> None:
    found, _ = series([1, 1])
    found.agrees(2)
    found.add(kept(result))
    assert found.differ == differ

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import pytest

from samerun.state.loading.course import Course, Place
from samerun.state.loading.iteration import LoaderIterator


def iterator(course: Course, batches: Any, discard: int = 0, guard: Any = None) -> LoaderIterator:
    return LoaderIterator(
        course, lambda place: iter(batches), discard=lambda place: discard, giving_back=guard, samples=4, most=10
    )


def test_a_batch_counts_before_it_is_handed_out() -> None:
    course = Course()
    places = [course.place for _ in iterator(course, "abc")]
    assert places == [Place(0, 1, 4), Place(0, 2, 8), Place(0, 3, 10)]
    assert course.place == Place(1)


def test_what_is_thrown_away_does_not_count() -> None:
    course = Course()
    course.restore(Place(2, 1, 4))
    assert list(iterator(course, "abc", discard=1)) == ["b", "c"]
    going = iterator(course, "abc", discard=9)
    with pytest.raises(StopIteration):
        next(going)


def test_a_batch_that_failed_does_not_count() -> None:
    def failing() -> Any:
        yield "a"
        raise ValueError

    course = Course()
    going = LoaderIterator(
        course, lambda place: failing(), discard=lambda place: 0, giving_back=None, samples=4, most=10
    )
    next(going)
    with pytest.raises(ValueError):
        next(going)
    assert course.place == Place(0, 1, 4)


def test_each_fetch_is_guarded() -> None:
    entered = []

    @contextmanager
    def guard() -> Any:
        entered.append("in")
        yield
        entered.append("out")

    going = iterator(Course(), "ab", guard=guard)
    assert entered == ["in", "out"]
    next(going)
    assert entered == ["in", "out"] * 2


def test_everything_else_is_torchs() -> None:
    class Torchs(list[str]):
        kind = "torch"

    going = LoaderIterator(
        Course(), lambda place: Torchs("ab"), discard=lambda place: 0, giving_back=None, samples=0, most=0
    )
    assert (len(going), going.kind) == (2, "torch")
    with pytest.raises(AttributeError):
        going.other  # noqa: B018

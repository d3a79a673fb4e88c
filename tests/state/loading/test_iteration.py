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


def test_a_pass_begins_with_its_first_batch() -> None:
    course = Course()
    early, later = iterator(course, "ab"), iterator(course, "ab")
    course.set_epoch(4)  # as Lightning does, after it has asked for the iterator
    next(later), next(early)
    assert course.place == Place(5, 1, 4)
    assert list(later) == ["b"]
    assert course.place == Place(5, 1, 4)


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
    next(going), next(going)
    assert entered == ["in", "out"] * 2


def test_everything_else_is_torchs() -> None:
    class Torchs:
        kind = "torch"

        def __next__(self) -> str:
            return "a"

    going = LoaderIterator(
        Course(), lambda place: Torchs(), discard=lambda place: 0, giving_back=None, samples=0, most=0
    )
    assert not hasattr(going, "kind")  # not begun
    next(going)
    assert going.kind == "torch"
    with pytest.raises(AttributeError):
        going.other  # noqa: B018

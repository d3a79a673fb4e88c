from __future__ import annotations

import numpy as np
import pytest

from samerun.errors import BadOption
from samerun.state.loading.course import Course, Place


def test_each_pass_is_the_next_one() -> None:
    course = Course()
    assert [course.begin()[1] for _ in range(3)] == [Place(0), Place(1), Place(2)]


def test_the_place_is_that_of_the_pass_underway() -> None:
    course = Course()
    assert course.place == Place()
    turn, begun = course.begin()
    course.report(turn, Place(0, 3, 12))
    assert (begun, course.place) == (Place(0), Place(0, 3, 12))
    course.report(turn, None)
    assert course.place == Place(1)


def test_an_earlier_pass_reports_in_vain() -> None:
    course = Course()
    old, _ = course.begin()
    turn, _ = course.begin()
    course.report(turn, Place(1, 1, 4))
    course.report(old, Place(0, 5, 20))
    course.report(old, None)
    assert course.place == Place(1, 1, 4)


def test_what_was_restored_is_kept_by_its_own_epoch_and_dropped_by_another() -> None:
    course = Course()
    course.restore(Place(2, 3, 12))
    course.set_epoch(2)
    assert course.begin()[1] == Place(2, 3, 12)
    course.restore(Place(2, 3, 12))
    course.set_epoch(3)
    assert course.begin()[1] == Place(3)
    course.set_epoch(np.int64(7))  # type: ignore[arg-type]
    assert course.begin()[1] == Place(7)


def test_a_pass_that_went_on_before_does_not_report_after_a_restore() -> None:
    course = Course()
    turn, _ = course.begin()
    course.restore(Place(5))
    course.report(turn, Place(0, 9, 9))
    assert course.place == Place(5)


@pytest.mark.parametrize("epoch", [-1, 0.0, "1"])
def test_an_epoch_is_a_whole_number(epoch: int) -> None:
    with pytest.raises(BadOption):
        Course().set_epoch(epoch)

"""A run's window."""

from __future__ import annotations

from samerun.record.window import NamedWindow, Window


def test_how_long_it_took() -> None:
    assert Window(2.0, 5.5).seconds == 3.5


def test_a_window_may_know_the_names_that_its_run_drew() -> None:
    named = NamedWindow(2.0, 5.5, names=(("exp-1", "exp-{time}"),))
    assert named.seconds == 3.5
    assert isinstance(named, Window)

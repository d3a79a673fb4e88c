"""A run's window."""

from __future__ import annotations

from samerun.record.window import Window


def test_how_long_it_took() -> None:
    assert Window(2.0, 5.5).seconds == 3.5

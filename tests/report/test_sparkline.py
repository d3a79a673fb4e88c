"""Bars that show how a number went."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.report.sparkline import sparkline


def test_rise_and_fall() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert sparkline([3, 0]) == "█▁"


def test_nothing_constant_and_not_finite() -> None:
    assert sparkline([]) == ""
    assert sparkline([2.0, 2.0, 2.0]) == "▄▄▄"
    assert sparkline([0.0, math.nan, 1.0, math.inf]) == "▁×█×"
    assert sparkline([math.nan]) == "×"


def test_many_values_become_means() -> None:
    assert sparkline([0, 0, 10, 10, 5, 5], width=3) == "▁█▅"


@settings(deadline=None, max_examples=200)
@given(st.lists(st.floats(), max_size=100), st.integers(1, 40))
def test_any_values_fit(values: list[float], width: int) -> None:
    assert len(sparkline(values, width)) == min(len(values), width)

"""Metrics, step by step."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.compare.metrics import compare_metrics, same_bits
from samerun.outputs.comparing import Comparing
from samerun.record.output import MetricComparison
from samerun.record.window import Window

EXACT = Comparing(Window(0, 1), Window(0, 1))
LOOSE = Comparing(Window(0, 1), Window(0, 1), rtol=1e-3)


def one(a: list[Any], b: list[Any], comparing: Comparing = EXACT) -> MetricComparison:
    points = [
        {"loss": [(step, None, value) for step, value in enumerate(values)]} if values else {} for values in (a, b)
    ]
    (comparison,) = compare_metrics(points[0], points[1], comparing)
    return comparison


def test_the_same_bits_are_identical() -> None:
    assert one([1.0, 0.1, math.nan, math.inf], [1.0, 0.1, math.nan, math.inf]).verdict == "identical"


@pytest.mark.parametrize(
    ("a", "b"), [(0.1, 0.1 + 2e-17 * 2), (0.0, -0.0), (1, 1.0), (True, 1), (math.nan, 1.0), (None, 0.0)]
)
def test_one_bit_is_a_difference(a: object, b: object) -> None:
    comparison = one([1.0, a], [1.0, b])
    assert comparison.verdict == "different"
    assert "1 of 2 points differ, first at step 1" in comparison.detail


def test_within_tolerance() -> None:
    assert one([1.0, 2.0], [1.0001, 2.0], LOOSE).verdict == "within-tolerance"
    assert one([1.0, 2.0], [1.0001, 3.0], LOOSE).verdict == "different"
    assert one([math.nan], [1.0], LOOSE).verdict == "different"
    assert one([math.inf], [-math.inf], LOOSE).verdict == "different"
    assert one([10**400], [10**400 + 1], LOOSE).verdict in ("different", "within-tolerance")
    assert one([None], ["x"], LOOSE).verdict == "different"


def test_a_metric_that_is_gone_is_incomplete_and_a_new_one_different() -> None:
    assert one([1.0], []).verdict == "incomplete"
    assert one([], [1.0]).verdict == "different"


def test_other_steps_are_a_difference_whatever_the_values() -> None:
    a, b = {"loss": [(0, None, 1.0)]}, {"loss": [(1, None, 1.0)]}
    assert compare_metrics(a, b, LOOSE)[0].verdict == "different"
    assert one([1.0], [1.0, 1.0], LOOSE).verdict == "different"


def test_metrics_come_by_name_with_their_last_values() -> None:
    compared = compare_metrics({"b": [(0, None, 1.0)], "a": [(0, None, 2.0)]}, {"a": [(0, None, 3.0)]}, EXACT)
    assert [(each.name, each.a, each.b) for each in compared] == [("a", 2.0, 3.0), ("b", 1.0, None)]


def test_a_payload_of_nan_is_nan() -> None:
    other = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000001))[0]
    assert same_bits(math.nan, other)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats() | st.integers() | st.booleans(), min_size=1, max_size=5))
def test_a_run_agrees_with_itself(values: list[Any]) -> None:
    assert one(values, values).verdict == "identical"
    assert one(values, values, LOOSE).verdict == "identical"


@settings(deadline=None, max_examples=100)
@given(st.floats() | st.integers(), st.floats() | st.integers())
def test_the_verdict_is_the_same_both_ways(a: float, b: float) -> None:
    assert one([a], [b], LOOSE).verdict == one([b], [a], LOOSE).verdict

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.basics.numbers import agree, deviation, same_bits, ulps

finite = st.floats(allow_nan=False, allow_infinity=False)
NAN = float("nan")


def test_ulps_counts_the_floats_between() -> None:
    assert ulps(1.0, math.nextafter(1.0, 2)) == 1
    assert ulps(1.0, 1.0) == 0
    assert ulps(-0.0, 0.0) == 0
    assert ulps(-5e-324, 5e-324) == 2
    assert ulps(NAN, NAN) == 0


@settings(max_examples=100, deadline=None)
@given(finite, finite)
def test_ulps_is_symmetric_and_zero_only_for_equals(a: float, b: float) -> None:
    assert ulps(a, b) == ulps(b, a)
    assert (ulps(a, b) == 0) == (a == b)


@settings(max_examples=100, deadline=None)
@given(st.floats(), st.floats())
def test_without_tolerance_agreement_is_equality_of_bits(a: float, b: float) -> None:
    assert agree(a, b) == same_bits(a, b)


@pytest.mark.parametrize(
    ("a", "b", "rtol", "atol", "expected"),
    [
        (1.0, 1.01, 0.01, 0.0, True),
        (1.0, 1.02, 0.01, 0.0, False),
        (0.0, 1e-9, 0.0, 1e-8, True),
        (-0.0, 0.0, 0.0, 0.0, False),
        (-0.0, 0.0, 1e-9, 0.0, True),
        (NAN, NAN, 0.0, 0.0, True),
        (NAN, 1.0, 1.0, 1.0, False),
        (math.inf, math.inf, 0.0, 0.0, True),
        (math.inf, 1.0, 1.0, 1.0, False),
        (math.inf, -math.inf, 1.0, 1.0, False),
        (10**400, 10**400 + 1, 1e-9, 0.0, True),
        (10**400, 2 * 10**400, 1e-9, 0.0, False),
        (2**53, 2**53 + 1, 0.0, 0.5, False),
        (1, 1.0, 0.0, 0.0, True),
    ],
)
def test_agree(a: float, b: float, rtol: float, atol: float, expected: bool) -> None:
    assert agree(a, b, rtol, atol) is expected
    assert agree(b, a, rtol, atol) is expected


def test_deviation_is_always_a_finite_distance_or_none() -> None:
    assert deviation(1.0, 3.0) == (2.0, pytest.approx(2 / 3), ulps(1.0, 3.0))
    assert deviation(1, 3) == (2.0, pytest.approx(2 / 3), None)
    assert deviation(NAN, 1.0) is None
    assert deviation(NAN, NAN) == (0.0, 0.0, 0)
    assert deviation(math.inf, 1.0) is None
    widest = deviation(1.7e308, -1.7e308)
    assert widest is not None
    assert all(math.isfinite(part) for part in widest if part is not None)
    huge = deviation(10**400, 1)
    assert huge is not None
    assert math.isfinite(huge[0])

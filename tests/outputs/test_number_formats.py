from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.basics import numbers
from samerun.outputs.number_formats import SMALL_FLOATS, apart, decode, ulps


@pytest.mark.parametrize("name", SMALL_FLOATS)
def test_small_floats_stand_for_what_their_format_says(name: str) -> None:
    dtype = np.dtype(getattr(ml_dtypes, name))
    bits = np.arange(256**dtype.itemsize).astype(f"u{dtype.itemsize}")
    with np.errstate(invalid="ignore"):
        meant = bits.view(dtype).astype(np.float64)
    assert np.array_equal(decode(bits, name), meant, equal_nan=True)


@settings(deadline=None, max_examples=200)
@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_ulps_are_those_of_single_numbers(a: float, b: float) -> None:
    bits = [np.array([each]).view(np.uint64) for each in (a, b)]
    assert int(ulps(bits[0], bits[1])[0]) == numbers.ulps(a, b)


def test_neighbours_of_each_width_are_one_ulp_apart() -> None:
    for width in ("f2", "f4", "f8"):
        one = np.array([1.5, -2.0, 0.0], width)
        two = np.nextafter(one, np.array(9, width))
        unsigned = f"u{one.itemsize}"
        assert ulps(one.view(unsigned), two.view(unsigned)).tolist() == [1, 1, 1]


@settings(deadline=None, max_examples=100)
@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_distances_of_integers_are_exact(a: int, b: int) -> None:
    assert int(apart(np.array([a]), np.array([b]))[0]) == abs(a - b)

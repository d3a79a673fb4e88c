"""The tally of two arrays, type by type: what counts as differing, by how much, and how it is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.outputs.array_tally import TELLABLE_ULPS, ArrayTally
from samerun.outputs.number_formats import SMALL_FLOATS, decode, ranks
from samerun.record.difference import Deviation, Difference

NAN, INF = float("nan"), float("inf")


def compare(a: Any, b: Any, dtype: str, rtol: float = 0.0, atol: float = 0.0) -> Difference:
    """Compare two lists as arrays of a type; a small float's are bit patterns."""
    kept = ("u2" if dtype == "bfloat16" else "u1") if dtype in SMALL_FLOATS else dtype
    tally = ArrayTally(dtype, rtol, atol)
    tally.add(0, np.array(a, kept), np.array(b, kept))
    return tally.difference("w", str)


def deviation(found: Difference) -> Deviation:
    assert found.deviation is not None
    return found.deviation


@pytest.mark.parametrize(
    ("dtype", "a", "b", "detail"),
    [
        ("float64", [1, 2.0], [1, 2.5], "1 of 2 values differs, by at most 0.5 (relative 0.2) at 1: 2.0 -> 2.5"),
        ("int8", [-128, 0], [127, 0], "1 of 2 values differs, by at most 255 (relative 2) at 0: -128 -> 127"),
        ("uint8", [0, 1], [255, 2], "2 of 2 values differ, by at most 255 (relative 1) at 0: 0 -> 255"),
        ("bool", [True], [False], "1 of 1 value differs, by at most 1 (relative 1) at 0: True -> False"),
        ("complex64", [3 + 4j], [0], "1 of 1 value differs, by at most 5 (relative 1) at 0: (3+4j) -> 0j"),
        ("float32", [NAN, 1], [2, 1], "1 of 2 values differs, 1 of them NaN or infinite on one side, at 0: nan -> 2.0"),
        ("float16", [0.0, 1], [-0.0, 1], "1 of 2 values differs only bitwise (-0.0 and 0.0), first at 0"),
        ("bfloat16", [0x3F80], [0x3F81], "1 of 1 value differs, by at most 0.00781 (relative 0.0078, 1 ulp) at 0"),
        (
            "float8_e5m2",
            [0x3C],
            [0x3E],
            "1 of 1 value differs, by at most 0.5 (relative 0.33, 2 ulps) at 0: 1.0 -> 1.5",
        ),
        ("float8_e8m0fnu", [127], [128], "1 of 1 value differs, by at most 1 (relative 0.5) at 0: 1.0 -> 2.0"),
    ],
)
def test_sentences(dtype: str, a: list[Any], b: list[Any], detail: str) -> None:
    found = compare(a, b, dtype)
    assert found.verdict == "different"
    assert found.detail.startswith(detail)


@pytest.mark.parametrize(
    ("a", "b", "gap"),
    [
        (["2024-06-10", "2024-06-11"], ["2024-06-10", "2024-06-14"], 3.0),
        (["NaT", "2024-06-11"], ["NaT", "2024-06-12"], 1.0),
        (["NaT", "2024-06-11"], ["2024-06-10", "2024-06-11"], 0.0),  # no date is no distance
    ],
)
def test_dates_are_counted_in_their_own_unit(a: list[str], b: list[str], gap: float) -> None:
    found = compare(a, b, "datetime64[D]")
    assert found.verdict == "different"
    assert deviation(found).max_abs == gap
    assert deviation(found).count == 1


def test_no_date_is_no_date() -> None:
    assert compare(["NaT"], ["NaT"], "datetime64[s]").verdict == "identical"


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        ([1.0, 2.0], [1.0, 2.0], "identical"),
        ([100.0], [100.5], "within-tolerance"),
        ([100.0], [102.0], "different"),
        ([0.0], [0.0005], "within-tolerance"),
        ([0.0], [0.002], "different"),
        ([INF], [INF], "identical"),
        ([INF], [-INF], "different"),
        ([INF], [1e308], "different"),
        ([NAN], [0.0], "different"),
        ([100.0, 1.0], [100.5, 2.0], "different"),
    ],
)
def test_tolerances(a: list[float], b: list[float], verdict: str) -> None:
    assert compare(a, b, "float64", rtol=0.01, atol=0.001).verdict == verdict


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_integers_too_large_for_a_float_are_still_told_apart(dtype: str) -> None:
    found = compare([2**63 - 1, 5], [2**63 - 2, 5], dtype)
    assert (deviation(found).max_abs, deviation(found).count) == (1.0, 1)
    assert deviation(found).max_ulps is None


def test_long_doubles_and_complex_numbers_are_compared_by_value_and_sign() -> None:
    for dtype in ("longdouble", "complex128", "clongdouble"):
        assert compare([1, NAN, 0.0], [1, NAN, 0.0], dtype).verdict == "identical"
        assert "only bitwise" in compare([0.0], [-0.0], dtype).detail
        assert deviation(compare([1.0], [3.0], dtype)).max_abs == 2.0


def test_signs_of_imaginary_zeros_are_bits_too() -> None:
    assert "only bitwise" in compare([complex(1, 0.0)], [complex(1, -0.0)], "complex128").detail


def test_more_steps_than_tell_anything_are_not_said() -> None:
    near = compare([1.0], [np.nextafter(1.0, 2.0)], "float64")
    assert "1 ulp)" in near.detail
    far = compare([1.0], [2.0], "float64")
    assert "ulp" not in far.detail
    assert (deviation(far).max_ulps or 0) > TELLABLE_ULPS


def test_the_largest_is_kept_over_all_pieces_with_its_own_pair() -> None:
    tally = ArrayTally("float64", 0, 0)
    for start, gap in enumerate((1.0, 4.0, 2.0)):
        tally.add(start, np.array([10.0]), np.array([10.0 + gap]))
    found = tally.difference("w", lambda place: f"[{place}]")
    assert (found.a, found.b, deviation(found).where) == ("10.0", "14.0", "[1]")


def test_an_infinity_does_not_hide_the_largest_distance() -> None:
    found = compare([INF, 1.0, 2.0], [0.0, 1.5, 2.25], "float64")
    assert (deviation(found).where, deviation(found).max_abs) == ("1", 0.5)
    assert "3 of 3 values differ, 1 of them NaN or infinite on one side, by at most 0.5" in found.detail


@pytest.mark.parametrize("name", [name for name in SMALL_FLOATS if name not in ("bfloat16", "float8_e8m0fnu")])
def test_bits_in_order_are_numbers_in_order(name: str) -> None:
    bits = np.arange(256).astype("u1")
    numbers = decode(bits, name)
    known = ~np.isnan(numbers)
    order = np.argsort(ranks(bits)[known].astype(int), kind="stable")
    assert np.all(np.diff(numbers[known][order]) >= 0)


@settings(deadline=None, max_examples=80)
@given(
    st.sampled_from(["float16", "float32", "float64", "int16", "uint32", "complex64"]),
    st.lists(st.tuples(st.integers(-100, 100), st.integers(-100, 100)), min_size=1, max_size=12),
    st.integers(0, 12),
)
def test_any_cut_into_pieces_says_the_same(dtype: str, pairs: list[tuple[int, int]], cut: int) -> None:
    a, b = (np.abs(np.array(side)).astype(dtype) for side in zip(*pairs, strict=True))
    whole, pieces = ArrayTally(dtype, 0, 0), ArrayTally(dtype, 0, 0)
    whole.add(0, a, b)
    pieces.add(0, a[:cut], b[:cut])
    pieces.add(min(cut, len(a)), a[cut:], b[cut:])
    assert pieces.difference("w", str) == whole.difference("w", str)
    assert whole.count == int((a != b).sum())

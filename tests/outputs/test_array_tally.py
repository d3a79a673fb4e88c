from __future__ import annotations

import numpy as np

from samerun.outputs.array_tally import ArrayTally


def tally(a: list[float], b: list[float], dtype: str = "float32", rtol: float = 0.0) -> ArrayTally:
    found = ArrayTally(dtype, rtol, 0.0)
    found.add(0, np.array(a, dtype), np.array(b, dtype))
    return found


def test_pieces_add_up() -> None:
    found = ArrayTally("float64", 0, 0)
    found.add(0, np.array([1.0, 2.0]), np.array([1.0, 2.5]))
    found.add(2, np.array([3.0]), np.array([4.0]))
    difference = found.difference("w", str)
    assert difference.deviation is not None
    assert (difference.deviation.count, difference.deviation.total, difference.deviation.where) == (2, 3, "2")
    assert difference.deviation.max_abs == 1.0
    assert difference.deviation.max_rel == 0.25


def test_nan_agrees_with_nan_whatever_its_payload() -> None:
    one = np.array([np.nan])
    two = (one.view(np.uint64) + np.uint64(1)).view(np.float64)
    found = ArrayTally("float64", 0, 0)
    found.add(0, one, two)
    assert found.difference("w", str).verdict == "equivalent"


def test_a_number_that_became_nan_is_beyond_any_tolerance() -> None:
    found = tally([1.0, 5.0], [float("nan"), 5.0], rtol=1e9).difference("w", str)
    assert found.verdict == "different"
    assert "NaN or infinite" in found.detail
    assert found.deviation is not None
    assert found.deviation.max_abs == 0.0  # no distance: JSON has no infinity


def test_zeros_of_other_signs_differ_only_bitwise() -> None:
    assert "only bitwise" in tally([0.0], [-0.0]).difference("w", str).detail
    assert tally([0.0], [-0.0]).difference("w", str).verdict == "different"
    assert tally([0.0], [-0.0], rtol=0.1).difference("w", str).verdict == "within-tolerance"


def test_a_zero_of_an_integer_is_no_such_zero() -> None:
    assert "bitwise" not in tally([0], [1], "int64").difference("w", str).detail


def test_distances_beyond_the_range_stay_numbers() -> None:
    found = tally([1.7e308], [-1.7e308], "float64").difference("w", str)
    assert found.deviation is not None
    assert np.isfinite(found.deviation.max_abs)

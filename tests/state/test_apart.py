from __future__ import annotations

import numpy as np
import pytest
import torch

from samerun.state.apart import Apart, apart


def test_neighbours_are_one_ulp_apart_and_zeros_none() -> None:
    one = torch.tensor([1.0, 2.0, 0.0])
    other = torch.tensor([np.nextafter(np.float32(1), np.float32(2)), 2.0, -0.0])
    assert apart(one, other) == Apart(2, 3, pytest.approx(2**-23), 1)
    assert apart(torch.tensor([0.0]), torch.tensor([-0.0])) == Apart(1, 1, 0.0, 0)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_ulps_are_those_of_the_type(dtype: torch.dtype) -> None:
    one = torch.tensor([1.0], dtype=dtype)
    width = {2: torch.int16, 4: torch.int32, 8: torch.int64}[dtype.itemsize]
    other = (one.view(width) + 3).view(dtype)
    found = apart(one, other)
    assert found is not None
    assert (found.count, found.ulps) == (1, 3)


def test_the_farthest_pair_counts_across_zero() -> None:
    tiny = np.float64(5e-324)
    found = apart(np.array([tiny, 1.0]), np.array([-tiny, 1.0]))
    assert found is not None
    assert found.ulps == 2
    assert apart(-1.7e308, 1.7e308).ulps == 2 * int(np.float64(1.7e308).view(np.uint64))  # type: ignore[union-attr]


def test_no_distance_where_a_nan_or_an_infinity_differs() -> None:
    found = apart(torch.tensor([float("nan"), 1.0]), torch.tensor([0.0, 1.0]))
    assert found is not None
    assert found.largest is None
    assert str(found).startswith("1 of 2 values differ, a NaN or an infinity among them")


def test_whole_numbers_and_complex_ones_have_no_ulps() -> None:
    assert apart(np.array([1, 5]), np.array([1, 2])) == Apart(1, 2, 3.0, None)
    assert apart(torch.tensor([1 + 1j]), torch.tensor([1 - 1j])) == Apart(1, 1, 2.0, None)
    assert apart(np.array([1j]), np.array([2j])) == Apart(1, 1, 1.0, None)
    assert apart(torch.tensor([True]), torch.tensor([False])) == Apart(1, 1, 1.0, None)


@pytest.mark.parametrize(
    "pair",
    [
        (torch.zeros(2), torch.zeros(3)),
        (torch.zeros(2), torch.zeros(2, dtype=torch.float64)),
        ("a", "b"),
        (None, torch.zeros(1)),
        (np.array(["a"]), np.array(["b"])),
        (torch.eye(2).to_sparse(), torch.eye(2).to_sparse()),
    ],
)
def test_what_cannot_be_measured_is_not(pair: tuple[object, object]) -> None:
    assert apart(*pair) is None


def test_the_words() -> None:
    assert str(Apart(3, 1000, 0.5, 12345)) == "3 of 1,000 values differ, by at most 0.5 (12,345 ulp)"

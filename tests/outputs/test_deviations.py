from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.outputs.deviations import Tally, of_pair
from samerun.record.difference import Deviation


def test_the_largest_and_where() -> None:
    tally = Tally()
    tally.same(3)
    tally.differ(1.0, 1.5, "row 1")
    tally.differ(10.0, 12.0, "row 2")
    tally.differ(0.001, 0.002, "row 3")
    found = tally.deviation()
    assert found is not None
    assert (found.max_abs, found.max_rel, found.where, found.count, found.total) == (2.0, 0.5, "row 2", 3, 6)


def test_no_difference_no_deviation() -> None:
    tally = Tally()
    tally.same()
    assert tally.deviation() is None


def test_whatever_differs_can_be_written_and_read_back() -> None:
    for a, b in [(math.nan, 1.0), (math.inf, -math.inf), (1.7e308, -1.7e308), (10**400, 0), (-0.0, 0.0)]:
        found = of_pair(a, b, "here")
        assert found is not None
        assert msgspec.json.decode(msgspec.json.encode(found), type=Deviation) == found
        assert found.where == "here"


def test_tallies_add_up() -> None:
    outer, inner = Tally(), Tally()
    outer.differ(1.0, 1.25, "a")
    inner.differ(1.0, 2.0, "b")
    inner.same()
    outer.include(inner)
    single = of_pair(1.0, 5.0)
    assert single is not None
    outer.add(single, "c")
    found = outer.deviation()
    assert found is not None
    assert (found.max_abs, found.where, found.count, found.total) == (4.0, "c", 3, 4)


NUMBERS = st.floats(width=32) | st.integers(-1000, 1000)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), max_size=8)


def of_all(pairs: list[tuple[float, float]], first: int = 0) -> Tally:
    tally = Tally()
    for place, (a, b) in enumerate(pairs):
        tally.differ(a, b, str(first + place))
    return tally


@settings(deadline=None, max_examples=150)
@given(PAIRS, st.integers(0, 8), st.integers(0, 5))
def test_pieces_that_are_included_are_one_tally(pairs: list[tuple[float, float]], cut: int, same: int) -> None:
    whole, outer, inner = of_all(pairs), of_all(pairs[:cut]), of_all(pairs[cut:], min(cut, len(pairs)))
    whole.same(same)
    inner.same(same)
    outer.include(inner)
    assert outer.deviation() == whole.deviation()
    assert (outer.total, outer.count) == (len(pairs) + same, len(pairs))


@settings(deadline=None, max_examples=150)
@given(PAIRS)
def test_the_largest_is_the_largest_of_single_pairs(pairs: list[tuple[float, float]]) -> None:
    found, singles = of_all(pairs).deviation(), [of_pair(a, b) for a, b in pairs]
    if found is None:
        assert not pairs
        return
    assert found.max_abs == max(each.max_abs for each in singles if each)
    assert found.max_rel == max(each.max_rel for each in singles if each)
    known = [each.max_ulps for each in singles if each and each.max_ulps is not None]
    assert found.max_ulps == (max(known) if known else None)


@pytest.mark.parametrize(
    ("pairs", "where"),
    [
        ([(math.nan, 1.0), (math.inf, 0.0)], "0"),  # none has a distance: the first
        ([(math.nan, 1.0), (1.0, 1.5)], "1"),
        ([(1.0, 1.5), (math.nan, 1.0)], "0"),
        ([(1.0, 2.0), (5.0, 6.0)], "0"),  # of equals the first
        ([(0.0, -0.0), (1.0, 2.0)], "1"),
    ],
)
def test_where_it_is_largest(pairs: list[tuple[float, float]], where: str) -> None:
    found = of_all(pairs).deviation()
    assert found is not None
    assert found.where == where


def test_a_known_deviation_counts_as_one_pair() -> None:
    tally = Tally()
    tally.add(Deviation(0.0, 0.0, None, "inner", 7, 9), "first")
    tally.add(Deviation(0.5, 0.1, 3), "second")
    tally.add(Deviation(0.25, 0.2, 9), "third")
    assert tally.deviation() == Deviation(0.5, 0.2, 9, "second", 3, 3)

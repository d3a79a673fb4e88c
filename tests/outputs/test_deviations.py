from __future__ import annotations

import math

import msgspec

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

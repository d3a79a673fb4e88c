from __future__ import annotations

from time import perf_counter

from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.outputs.alignment import align

few = st.lists(st.sampled_from(["a", "b", "x 1", "x 2", ""]), max_size=12)


@settings(max_examples=200, deadline=None)
@given(few, few)
def test_every_line_has_its_place_once_and_in_order(a: list[str], b: list[str]) -> None:
    pairs = list(align(a, b))
    assert [left for left, _ in pairs if left is not None] == list(range(len(a)))
    assert [right for _, right in pairs if right is not None] == list(range(len(b)))
    assert (None, None) not in pairs


def test_lines_alike_but_for_numbers_belong_together() -> None:
    pairs = align(["start", "x 1", "end"], ["start", "warning", "x 2", "end"])
    assert list(pairs) == [(0, 0), (None, 1), (1, 2), (2, 3)]


def test_lines_on_both_sides_of_what_is_common() -> None:
    a, b = ["p", "x 1", "common", "q", "r"], ["s", "common", "t 1"]
    assert [(a[left], b[right]) for left, right in align(a, b) if left is not None and right is not None][1] == (
        "common",
        "common",
    )


def test_the_cost_is_bounded() -> None:
    started = perf_counter()
    assert len(list(align(["x"] * 30_000 + ["y"], ["z"] + ["x"] * 30_500))) == 30_501
    assert len(list(align(["a", *["x"] * 900, "b"], ["c", *["x"] * 950, "d"]))) >= 952
    assert perf_counter() - started < 10

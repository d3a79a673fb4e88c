"""What became of rows is found whatever was done to them, and applying it to the first table gives the second."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from samerun.data.row_alignment import Alignment, align


def aligned(a: str, b: str) -> tuple[list[int], list[int], list[tuple[int, int]], list[tuple[int, int]]]:
    found = align(list(map(ord, a)), list(map(ord, b)))
    return found.removed, found.added, found.moved, found.changed


@pytest.mark.parametrize(
    ("a", "b", "removed", "added", "moved", "changed"),
    [
        ("", "", [], [], [], []),
        ("abc", "abc", [], [], [], []),
        ("abc", "ac", [1], [], [], []),
        ("abc", "abxc", [], [2], [], []),
        ("abc", "xabc", [], [0], [], []),
        ("abc", "abcx", [], [3], [], []),
        ("abc", "axc", [], [], [], [(1, 1)]),
        ("abcd", "xacd", [1], [0], [], []),
        ("abcdef", "acdxf", [1], [], [], [(4, 3)]),
        ("abc", "", [0, 1, 2], [], [], []),
        ("", "ab", [], [0, 1], [], []),
        ("abcde", "bcdea", [], [], [(0, 4)], []),
        ("aaaa", "aaa", [3], [], [], []),
    ],
)
def test_what_became_of_rows(
    a: str, b: str, removed: list[int], added: list[int], moved: list[tuple[int, int]], changed: list[tuple[int, int]]
) -> None:
    assert aligned(a, b) == (removed, added, moved, changed)


def test_rows_that_come_more_than_once() -> None:
    removed, added, moved, changed = aligned("aabbaabb" * 20, "aabbaabb" * 9 + "aababb" + "aabbaabb" * 10)
    assert (len(removed), added, moved, changed) == (2, [], [], [])


def rebuilt(a: list[int], b: list[int], found: Alignment) -> list[int]:
    """Do to the first table what was found."""
    gone = {*found.removed, *(row for row, _ in found.moved), *(row for row, _ in found.changed)}
    put = {
        **{row: b[row] for row in found.added},
        **{place: a[row] for row, place in found.moved},
        **{place: b[place] for _, place in found.changed},
    }
    rest = iter(row for number, row in enumerate(a) if number not in gone)
    height = len(a) - len(gone) + len(put)
    return [put[place] if place in put else next(rest) for place in range(height)]


@settings(deadline=None, max_examples=300)
@given(some.lists(some.integers(0, 12), max_size=40), some.lists(some.integers(0, 12), max_size=40))
def test_applied_it_gives_the_other_table(a: list[int], b: list[int]) -> None:
    found = align(a, b)
    assert rebuilt(a, b, found) == b
    assert found.rows <= len(a) + len(b)
    assert all(a[row] == b[place] for row, place in found.moved)
    assert all(a[row] != b[place] for row, place in found.changed)


def test_few_changes_of_a_long_table_are_few() -> None:
    draw = random.Random(0)
    a = [draw.getrandbits(60) for _ in range(20_000)]
    b = a.copy()
    for _ in range(10):
        b.pop(draw.randrange(len(b)))
        b.insert(draw.randrange(len(b)), draw.getrandbits(60))
    found = align(a, b)
    assert found.rows <= 20
    assert rebuilt(a, b, found) == b
    shuffled = draw.sample(a, len(a))
    assert rebuilt(a, shuffled, align(a, shuffled)) == shuffled

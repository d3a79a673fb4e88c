from __future__ import annotations

import pickle
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.outputs.comparing import Comparing
from samerun.outputs.object_trees import compare_objects
from samerun.outputs.pickle_meaning import meaning
from samerun.outputs.pickle_reader import read_pickle
from samerun.outputs.reading import Unreadable
from samerun.record.difference import Difference
from samerun.record.window import Window


class Thing:
    def __init__(self, **parts: Any) -> None:
        self.__dict__.update(parts)


@pytest.fixture
def compare(now: Comparing) -> Any:
    def hold(a: Any, b: Any, comparing: Comparing = now) -> Difference:
        one, two = (read_pickle(memoryview(pickle.dumps(each))) for each in (a, b))
        return compare_objects("pickle", one, two, comparing, meaning, meaning)

    return hold


def test_attributes_items_and_keys_are_named(compare: Any) -> None:
    a = Thing(model={"layers": [Thing(w=np.ones(2)), Thing(w=np.ones(2))]}, lr=0.1)
    b = Thing(model={"layers": [Thing(w=np.ones(2)), Thing(w=np.zeros(2))]}, lr=0.2)
    found = compare(a, b)
    leaves = [node.label for node in found.walk() if not node.children]
    assert leaves == ["model.layers[1].w", "lr"]


def test_order_of_dicts_and_sets_alone_is_equivalent(compare: Any) -> None:
    assert compare({"a": 1, "b": 2}, {"b": 2, "a": 1}).verdict == "equivalent"
    members = [f"member {number}" for number in range(50)]
    shuffled = random.Random(0).sample(members, 50)
    assert compare(set(members), set(shuffled)).verdict in ("identical", "equivalent")
    found = compare({"a", "b"}, {"b", "c", "d"})
    assert (found.verdict, found.detail) == ("different", "1 member only in the first, 2 members only in the second")


def test_entries_and_items_that_one_side_lacks(compare: Any) -> None:
    assert compare({"a": 1}, {"a": 1, "b": 2}).detail == "b: only in the second"
    assert compare([1], [1, 2]).detail == "[1]: 1 item -> 2 items"


def test_other_types_are_said(compare: Any) -> None:
    assert compare([1], (1,)).detail == "a list -> a tuple"
    assert "Thing -> a dict" in compare(Thing(), {}).detail
    assert "builtins.len -> builtins.max" in compare(len, max).detail
    assert compare({"x": 1}, {"x": 1.0}).verdict == "different"


def test_spans_of_the_run_do_not_count(compare: Any) -> None:
    a, b = ({"fit_time": np.array([t, 2 * t]), "score": np.array([1.0])} for t in (0.25, 0.5))
    found = compare(a, b)
    assert found.verdict == "equivalent"
    assert [node.label for node in found.ignored()] == ["fit_time"]
    assert compare({"score": np.array([0.25])}, {"score": np.array([0.5])}).verdict == "different"


def test_long_lists_of_numbers_are_arrays(compare: Any) -> None:
    a = [float(number) for number in range(100)]
    b = [*a[:50], 0.0, *a[51:]]
    found = compare({"losses": a}, {"losses": b})
    (child,) = found.children
    assert child.deviation is not None
    assert (child.deviation.where, child.deviation.total) == ("[50]", 100)


def test_sharing_does_not_count(compare: Any) -> None:
    part = [1, 2]
    assert compare([part, part], [[1, 2], [1, 2]]).verdict == "identical"


def test_bytes_say_where(compare: Any) -> None:
    assert compare(b"abc", b"axc").detail == "1 of 3 bytes differ, the first at 1"
    assert compare(b"abc", b"ab").detail == "3 bytes -> 2 bytes"


def test_objects_that_hold_themselves_come_to_an_end(compare: Any) -> None:
    a, b = Thing(n=1), Thing(n=2)
    a.me, b.me = a, b
    assert compare(a, b).detail == "n: 1 -> 2 (+100 %)"


def test_parts_that_share_parts_are_walked_once(now: Comparing) -> None:
    bombs = []
    for _ in range(2):
        bomb: list[Any] = [1]
        for _ in range(60):
            bomb = [bomb, bomb]
        bombs.append(bomb)
    found = compare_objects("pickle", bombs[0], bombs[1], now, meaning, meaning)
    assert found.verdict == "identical"


def test_what_is_nested_too_deeply_is_refused(now: Comparing) -> None:
    a: list[Any] = [1]
    b: list[Any] = [2]
    for _ in range(5000):
        a, b = [a], [b]
    with pytest.raises((Unreadable, RecursionError)):
        compare_objects("pickle", a, b, now, meaning, meaning)


VALUES = st.recursive(
    st.none() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=3), each, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=150)
@given(VALUES, VALUES)
def test_agrees_with_equality(a: Any, b: Any) -> None:
    comparing = Comparing(Window(0, 0), Window(0, 0))
    one, two = (read_pickle(memoryview(pickle.dumps(each))) for each in (a, b))
    found = compare_objects("pickle", one, two, comparing, meaning, meaning)
    assert (found.verdict in ("identical", "equivalent")) == (repr_sorted(a) == repr_sorted(b))


def repr_sorted(value: Any) -> str:
    """Write a value so that equal ones, and no others, are written alike."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {repr_sorted(value[key])}' for key in sorted(value))}}}"
    return f"[{', '.join(map(repr_sorted, value))}]" if isinstance(value, list) else repr(value)

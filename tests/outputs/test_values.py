from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from samerun.outputs.comparing import Comparing
from samerun.outputs.values import compare_values
from samerun.record.difference import Difference
from samerun.record.window import Window

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def leaves(found: Difference) -> list[tuple[str, str, str]]:
    return [(node.label, node.verdict, node.detail) for node in found.walk() if not node.children]


def test_what_differs_is_named_by_its_place(comparing: Comparing) -> None:
    a = {"metrics": {"acc": 0.9361, "n": 3}, "rows": [1, 2, {"loss": 1.0}], "name": "x"}
    b = {"metrics": {"acc": 0.9333, "n": 3}, "rows": [1, 2, {"loss": 2.0}], "name": "y"}
    found = compare_values("json", a, b, comparing)
    assert leaves(found) == [
        ("metrics.acc", "different", "0.9361 -> 0.9333 (-0.3 %)"),
        ("rows[2].loss", "different", "1.0 -> 2.0 (+100 %)"),
        ("name", "different", '"x" -> "y"'),
    ]
    assert found.detail == "3 values differ; first: metrics.acc: 0.9361 -> 0.9333 (-0.3 %)"
    assert found.deviation is not None
    assert (found.deviation.count, found.deviation.where) == (2, "rows[2].loss")


@pytest.mark.parametrize(
    ("a", "b", "detail"),
    [
        (1, 1.0, "1 -> 1.0 (the same number, int and float)"),
        (-0.0, 0.0, "-0.0 -> 0.0 (differs only bitwise)"),
        (1, True, "1 -> True"),
        (None, 0, "None -> 0"),
        ([1], {"a": 1}, "[1 items] -> {1 keys}"),
        (10**400, 10**400 + 1, "an integer of 1329 bits -> an integer of 1329 bits"),
        (0.1, float("nan"), "0.1 -> nan"),
        ("1", 1, '"1" -> 1'),
    ],
)
def test_scalars(a: Any, b: Any, detail: str, comparing: Comparing) -> None:
    found = compare_values("x", a, b, comparing)
    assert (found.verdict, found.detail) == ("different", detail)


def test_nan_is_nan(comparing: Comparing) -> None:
    assert compare_values("x", {"a": [float("nan")]}, {"a": [float("nan")]}, comparing).verdict == "identical"


@pytest.mark.parametrize(("a", "b"), [(1, 1.0), (-0.0, 0.0), (1.0, 1.005), (1000, 1001)])
def test_numbers_within_tolerance(a: float, b: float, tolerant: Comparing) -> None:
    found = compare_values("x", [a], [b], tolerant)
    assert found.verdict == "within-tolerance"
    assert found.deviation is not None
    assert found.deviation.count == 1


def test_the_order_of_keys_is_nothing_that_of_lists_is(comparing: Comparing) -> None:
    assert compare_values("x", {"a": 1, "b": 2}, {"b": 2, "a": 1}, comparing).verdict == "identical"
    assert compare_values("x", [1, 2], [2, 1], comparing).verdict == "different"


def test_missing_keys_and_items(comparing: Comparing) -> None:
    found = compare_values("x", {"a": 1, "r": [1, 2, 3]}, {"b": 1, "r": [1]}, comparing)
    assert leaves(found) == [
        ("a", "different", "only in the first"),
        ("r[1:]", "different", "3 items -> 1 item"),
        ("b", "different", "only in the second"),
    ]


def test_volatile_fields_are_listed_and_do_not_count(comparing: Comparing) -> None:
    first, second = datetime.datetime(2024, 6, 10, 6, 13, 30), datetime.datetime(2024, 6, 11, 10, 0, 30)
    a = {"train_time": 1.5, "log": "epoch 1 took 3.2s", "created": first, "audio": "3 s"}
    b = {"train_time": 1.7, "log": "epoch 1 took 3.4s", "created": second, "audio": "3 s"}
    found = compare_values("x", a, b, comparing)
    assert found.verdict == "equivalent"
    assert {node.label for node in found.ignored()} >= {"train_time", "created"}
    assert compare_values("x", a, {**b, "audio": "4 s"}, comparing).verdict == "different"


def test_a_key_may_name_the_run(comparing: Comparing) -> None:
    found = compare_values("x", {"20240610_061330": {"acc": 1}}, {"20240611_100030": {"acc": 1}}, comparing)
    assert found.verdict == "equivalent"
    worse = compare_values("x", {"20240610_061330": {"acc": 1}}, {"20240611_100030": {"acc": 2}}, comparing)
    assert worse.verdict == "different"
    assert compare_values("x", {"a1": 1}, {"a2": 1}, comparing).verdict == "different"


def test_declared_names_cover_all_below(comparing: Comparing) -> None:
    declared = replace(comparing, volatile_names=("noise",))
    assert compare_values("x", {"noise": {"a": [1]}}, {"noise": {"a": [2]}}, declared).verdict == "equivalent"
    assert compare_values("x", {"noise": 1}, {}, declared).verdict == "equivalent"


def test_too_deep_is_said(comparing: Comparing) -> None:
    a: Any = 1
    b: Any = 2
    for _ in range(300):
        a, b = [a], [b]
    with pytest.raises(ValueError, match="nested deeper"):
        compare_values("x", a, b, comparing)


def test_the_tree_stays_small(comparing: Comparing) -> None:
    found = compare_values("x", list(range(10_000)), list(range(1, 10_001)), comparing)
    assert len(found.children) == 101
    assert found.deviation is not None
    assert found.deviation.count == 10_000


@settings(max_examples=150, deadline=None)
@given(plain)
def test_a_value_is_identical_to_itself(value: Any) -> None:
    comparing = Comparing(Window(0, 1), Window(0, 1))
    assert compare_values("x", value, value, comparing).verdict == "identical"


@settings(max_examples=150, deadline=None)
@given(plain, plain)
def test_comparison_is_symmetric_and_never_fails(a: Any, b: Any) -> None:
    comparing = Comparing(Window(0, 1), Window(0, 1))
    found = compare_values("x", a, b, comparing)
    assert found.verdict == compare_values("x", b, a, comparing).verdict
    assert (found.verdict == "identical") == (repr(_sorted(a)) == repr(_sorted(b)))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(part) for part in value] if isinstance(value, list) else value

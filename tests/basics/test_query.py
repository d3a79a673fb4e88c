"""Which records match, and in which order they come."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.basics.query import SortKey, find, matches, order
from samerun.basics.query_parser import parse

RUN = {
    "name": "CNN-small",
    "status": "finished",
    "tags": ["paper", "baseline"],
    "exit_code": 0,
    "started": "2026-11-20T10:00:00+00:00",
    "parent": None,
    "metrics": {"acc": 0.93, "val/acc": 0.91, "val": {"loss": 0.2}, "a.b": 3, "bad": math.nan, "good": True},
    "arguments": {"lr": "0.1", "model": "cnn", "amp": "True"},
}


@pytest.mark.parametrize(
    "text",
    [
        "metrics.acc > 0.9",
        "metrics.acc >= 0.93 and metrics.acc <= 0.93",
        "metrics.`val/acc` > 0.9",
        "`metrics.val/acc` > 0.9",
        "metrics.val.loss < 1",
        "metrics.a.b == 3",
        "name ~ 'cnn'",
        "status in ('failed', 'finished')",
        "status not in ('failed', 'killed')",
        "not status == 'failed'",
        "tags == 'paper'",
        "tags ~ 'base'",
        "tags != 'draft'",
        "arguments.lr > 0.05 and arguments.lr == 1e-1",
        "arguments.amp == true",
        "metrics.good == true",
        "metrics.bad != 1",
        "started > '2026-11-19'",
        "exit_code == 0 or exit_code == 1",
        "name == 'a' or name == 'CNN-small' and status == 'finished'",
        "exit_code > -1",
    ],
)
def test_true(text: str) -> None:
    assert matches(parse(text), RUN)


@pytest.mark.parametrize(
    "text",
    [
        "metrics.acc > 0.93",
        "metrics.nothing > 0",
        "metrics.nothing != 0",
        "metrics.nothing not in (0)",
        "parent != 'x'",
        "metrics == 1",
        "metrics.acc.deeper == 1",
        "tags != 'paper'",
        "name > 3",
        "name == 3",
        "metrics.bad == 1 or metrics.bad < 1 or metrics.bad >= 1",
        "metrics.good > 0",
        "(name == 'a' or name == 'CNN-small') and status == 'failed'",
        "exit_code == false",
    ],
)
def test_false(text: str) -> None:
    assert not matches(parse(text), RUN)


def test_whole_key_wins_over_parts() -> None:
    assert find({"metrics": {"a.b": 1, "a": {"b": 2}}}, "metrics.a.b") == 1


def test_order_puts_what_lacks_the_field_last_either_way() -> None:
    records = [{"n": 1, "x": 2}, {"n": 2}, {"n": 3, "x": math.nan}, {"n": 4, "x": 5}, {"n": 5, "x": "text"}]
    assert [record["n"] for record in order(records, [SortKey("x", False)])] == [1, 4, 5, 2, 3]
    assert [record["n"] for record in order(records, [SortKey("x", True)])] == [5, 4, 1, 2, 3]


def test_order_is_stable_and_knows_several_keys() -> None:
    records = [{"a": 1, "b": 1}, {"a": 0, "b": 2}, {"a": 1, "b": 0}]
    assert order(records, [SortKey("a", True), SortKey("b", False)]) == [records[2], records[0], records[1]]


@settings(deadline=None, max_examples=100)
@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_numbers_compare_as_python_compares_them(found: float, wanted: float) -> None:
    record = {"x": found}
    text = repr(wanted).replace("inf", "1e999")
    for sign, truth in (("<", found < wanted), ("==", found == wanted), (">=", found >= wanted)):
        assert matches(parse(f"x {sign} {text}"), record) is truth


@settings(deadline=None, max_examples=100)
@given(st.text(), st.text())
def test_texts_survive_quotation(found: str, key: str) -> None:
    quoted = "'" + found.replace("\\", "\\\\").replace("'", "\\'") + "'"
    assert matches(parse(f"x == {quoted}"), {"x": found})
    assert not matches(parse(f"x == {quoted}"), {"x": found + "."})


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5))
RECORDS = st.dictionaries(st.sampled_from("xyz"), st.one_of(SCALARS, st.lists(SCALARS, max_size=3)), max_size=3)


@settings(deadline=None, max_examples=150)
@given(st.lists(RECORDS, max_size=6), st.booleans())
def test_order_never_fails_and_loses_nothing(records: list[dict[str, object]], descending: bool) -> None:
    ordered = order(records, [SortKey("x", descending)])
    assert sorted(map(id, ordered)) == sorted(map(id, records))


@settings(deadline=None, max_examples=150)
@given(RECORDS, st.sampled_from(["x == 1", "x < 1.5", "x ~ 'a'", "x in (1, 'a', true)", "not x != 'b'"]))
def test_matching_never_fails(record: dict[str, object], text: str) -> None:
    assert matches(parse(text), record) in (True, False)

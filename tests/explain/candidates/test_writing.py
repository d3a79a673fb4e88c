"""A document that is written again says what it said."""

from __future__ import annotations

import datetime
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.explain.candidates.writing import graft, read, write

KEYS = st.text("ab.-é \"'", min_size=1, max_size=4)
LEAVES = st.one_of(
    st.integers(-(2**60), 2**60), st.booleans(), st.floats(allow_nan=False), st.text("ab\n\"'\\é#=", max_size=6)
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))


@pytest.mark.parametrize("path", ["c.json", "c.yaml", "c.yml", "c.toml"])
@given(document=st.dictionaries(KEYS, VALUES, max_size=4))
@settings(deadline=None, max_examples=60)
def test_a_document_comes_back(path: str, document: dict[str, Any]) -> None:
    assert read(path, write(path, document)) == document


def test_moments_and_endless_numbers_of_toml() -> None:
    text = b"a = 2024-01-02\nb = 2024-01-02T03:04:05Z\nc = 01:02:03\nd = inf\ne = nan\n"
    again = read("c.toml", write("c.toml", read("c.toml", text)))
    assert again["a"] == datetime.date(2024, 1, 2)
    assert again["d"] == math.inf
    assert math.isnan(again["e"])


def test_an_ini_file_comes_back() -> None:
    document = {"a": {"x": "1", "y": "two words"}, "DEFAULT": {"z": "%(x)s"}}
    assert read("c.ini", write("c.ini", document)) == document


def test_another_type_is_not_read() -> None:
    assert read("c.txt", b"x") is None


@pytest.mark.parametrize(
    ("document", "other", "key", "after"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 2}}, "a.b", {"a": {"b": 2}}),
        ({}, {"a": {"b": 2, "c": 3}}, "a.b", {"a": {"b": 2}}),
        ({"a": {"b": 1}}, {}, "a.b", {}),
        ({"a": {"b": 1}}, {"a": {}}, "a.b", {"a": {}}),
        ({"a.b": 1}, {"a.b": 2}, "a.b", {"a.b": 2}),
        ({1: {"b": 1}}, {1: {"b": 2}}, "1.b", {1: {"b": 2}}),
    ],
)
def test_one_value_is_put_in_or_taken_away(document: Any, other: Any, key: str, after: Any) -> None:
    assert graft(document, other, key)
    assert document == after


def test_a_key_that_neither_has() -> None:
    assert not graft({"a": 1}, {"a": 2}, "b.c")

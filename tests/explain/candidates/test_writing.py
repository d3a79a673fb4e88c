"""A document that is written again says what it said."""

from __future__ import annotations

import datetime
import math
from typing import Any

import pytest
import yaml
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


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"a": 1, "t": {"b": True}}, "a = 1\n[t]\nb = true\n"),
        ({"t": {"b": 1}, "a": "x"}, 'a = "x"\n[t]\nb = 1\n'),
        ({"a b": 1, "c.d": [1.5, {"e": "f"}]}, '"a b" = 1\n"c.d" = [1.5, {e = "f"}]\n'),
        ({"t": {"in": {"x": 1}}}, "[t]\nin = {x = 1}\n"),
        ({}, ""),
    ],
)
def test_toml_as_it_is_written(document: Any, text: str) -> None:
    assert write("c.toml", document) == text.encode()


def test_yaml_keeps_the_order_of_its_keys_and_constructs_nothing() -> None:
    assert write("C.YAML", {"b": 1, "a": 2}) == b"b: 1\na: 2\n"
    with pytest.raises(yaml.YAMLError):
        read("c.yaml", b"a: !!python/object/apply:os.getcwd []\n")


def test_ini_keeps_signs_and_the_last_of_two_values() -> None:
    assert read("c.cfg", b"[a]\nx = 1%\nx = %(y)s\n") == {"a": {"x": "%(y)s"}}
    assert write("c.cfg", {"a": {"x": "50%"}}) == b"[a]\nx = 50%\n\n"


@pytest.mark.parametrize(
    ("document", "other", "key", "after"),
    [
        ({"a": 1}, {"a": {"b": 2}}, "a.b", {"a": {"b": 2}}),
        ({"a": {"b": 1, "c": 2}}, {}, "a.b", {"a": {"c": 2}}),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 3}}}, "a.b.c", {"a": {"b": {"c": 3}}}),
        ({"a": {"b.c": 1}}, {"a": {"b.c": 2}}, "a.b.c", {"a": {"b.c": 2}}),
        ({True: 1}, {True: 2}, "True", {True: 2}),
        ({"a": 1, "b": 2}, {}, "a", {"b": 2}),
        ({"a": None}, {"a": None}, "a", {"a": None}),
    ],
)
def test_where_a_dotted_key_leads(document: Any, other: Any, key: str, after: Any) -> None:
    assert graft(document, other, key)
    assert document == after


@pytest.mark.parametrize("document", [[1, 2], "text", 3, None])
def test_what_is_no_table_has_no_keys(document: Any) -> None:
    assert not graft(document, document, "a")


@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(), max_size=3), st.dictionaries(st.sampled_from("abc"), LEAVES)
)
@settings(deadline=None, max_examples=80)
def test_every_key_grafted_makes_the_other_document(document: dict[str, Any], other: dict[str, Any]) -> None:
    for key in {**document, **other}:
        assert graft(document, other, key)
    assert document == other

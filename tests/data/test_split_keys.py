from __future__ import annotations

import datetime
import enum
import re
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samerun.data.split_keys import encode_key, listed, same_length
from samerun.errors import BadSplit

simple = st.integers() | st.text() | st.binary() | st.booleans()
keys = st.recursive(simple, lambda below: st.lists(below, max_size=3).map(tuple), max_leaves=6)


def shown(value: object) -> str:
    """Return a value as text without its address: both workers must call a case by the same name."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


class Colour(enum.IntEnum):
    RED = 1


def typed(key: Any) -> Any:
    """Return a key with its types: True is not 1 here."""
    return (type(key), tuple(map(typed, key)) if isinstance(key, tuple) else key)


@given(keys, keys)
def test_keys_are_the_same_bytes_if_and_only_if_they_are_the_same(one: Any, other: Any) -> None:
    assert (encode_key(one, 0) == encode_key(other, 0)) == (typed(one) == typed(other))


@pytest.mark.parametrize(
    ("key", "encoded"),
    [
        (1, b"i1"),
        (-7, b"i-7"),
        (2**100, b"i1267650600228229401496703205376"),
        (np.int8(5), b"i5"),
        (np.uint64(2**64 - 1), b"i18446744073709551615"),
        (Colour.RED, b"i1"),
        ("1", b"s1"),
        ("é", b"s\xc3\xa9"),
        (np.str_("a"), b"sa"),
        ("\udcff", b"s\xed\xb3\xbf"),
        (b"1", b"b1"),
        (np.bytes_(b"a"), b"ba"),
        (bytearray(b"a"), b"ba"),
        (True, b"?1"),
        (np.bool_(False), b"?0"),
        ((), b"t"),
        ((1, "a"), b"t\2\0\0\0\0\0\0\0i1\2\0\0\0\0\0\0\0sa"),
    ],
    ids=shown,
)
def test_the_bytes_of_each_type(key: Any, encoded: bytes) -> None:
    assert encode_key(key, 0) == encoded


@pytest.mark.parametrize("key", [None, float("nan"), pd.NA, pd.NaT, np.float64("nan"), np.datetime64("NaT")], ids=shown)
def test_a_missing_key_is_told_with_its_row(key: Any) -> None:
    with pytest.raises(BadSplit, match="The key of row 7 is missing"):
        encode_key(key, 7)
    with pytest.raises(BadSplit, match="The group of row 7 is missing"):
        encode_key((1, key), 7, "group")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (1.0, "is a float: 1.0.*astype"),
        (np.float32(2), "is a float32.*astype"),
        (datetime.date(2020, 1, 1), "is a date.*str"),
        (pd.Timestamp("2020"), "is a Timestamp.*str"),
        ([1], "is a list"),
        ({1}, "is a set"),
        (object(), "is a object"),
    ],
    ids=shown,
)
def test_a_key_without_a_content_of_its_own_is_told(key: Any, words: str) -> None:
    with pytest.raises(BadSplit, match=words):
        encode_key(key, 0)


@pytest.mark.parametrize(
    "values",
    [
        [1, 2],
        (1, 2),
        range(1, 3),
        iter([1, 2]),
        np.array([1, 2], "uint8"),
        pd.Series([1, 2], index=[5, 4]),
        pd.Index([1, 2]),
        pd.Series([1, 2], dtype="Int64"),
        pd.Series(pd.Categorical([1, 2])),
        pl.Series([1, 2]),
        pa.array([1, 2]),
        pa.chunked_array([[1], [2]]),
    ],
    ids=lambda values: type(values).__name__,
)
def test_a_list_of_everything(values: Any) -> None:
    found = listed(values)
    assert found == [1, 2]
    assert {type(each) for each in found} == {int}


def test_an_index_of_several_levels_is_tuples() -> None:
    assert listed(pd.MultiIndex.from_tuples([(1, "a"), (2, "b")])) == [(1, "a"), (2, "b")]


@pytest.mark.parametrize("values", ["abc", b"abc", {1, 2}, {1: 2}, 5, None], ids=lambda each: type(each).__name__)
def test_what_is_no_list_of_keys_is_told(values: Any) -> None:
    with pytest.raises(BadSplit, match=f"The groups are a {type(values).__name__}"):
        listed(values, "groups")


@pytest.mark.parametrize(
    "values", [np.zeros((2, 2), int), pd.DataFrame({"a": [1]}), pl.DataFrame({"a": [1]}), np.array(1)]
)
def test_more_than_one_dimension_is_told(values: Any) -> None:
    with pytest.raises(BadSplit, match="dimension"):
        listed(values)


def test_lengths_that_differ_are_told() -> None:
    same_length([1], ["a"], "groups")
    with pytest.raises(BadSplit, match="There are 2 keys and 1 groups"):
        same_length([1, 2], ["a"], "groups")

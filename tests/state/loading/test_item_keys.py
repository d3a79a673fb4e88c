from __future__ import annotations

import datetime
import decimal
import fractions
import pathlib
import uuid
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.errors import BadOption
from samerun.state.loading.item_keys import key_bytes

NESTED = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.binary(), st.floats(allow_nan=False)),
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(st.text(max_size=2), below, max_size=3)),
    max_leaves=6,
)


def same_types(a: Any, b: Any) -> bool:
    """Say whether two are equal, with truth values apart from numbers and minus zero apart from zero."""
    if isinstance(a, (list, dict)) or isinstance(b, (list, dict)):
        if type(a) is not type(b) or len(a) != len(b):
            return False
        if isinstance(a, list):
            return all(map(same_types, a, b))
        return a.keys() == b.keys() and all(same_types(a[name], b[name]) for name in a)
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return bool(a == b) and (a != 0 or str(a).startswith("-") == str(b).startswith("-"))


@settings(max_examples=300, deadline=None)
@given(NESTED, NESTED)
def test_keys_are_the_same_where_values_are(a: Any, b: Any) -> None:
    assert (key_bytes(a) == key_bytes(b)) == same_types(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, 1.0),
        (1, np.int8(1)),
        (0.5, np.float32(0.5)),
        ("a/b", pathlib.PurePosixPath("a/b")),
        ("a/b", pathlib.PureWindowsPath("a\\b")),
        (None, float("nan")),
        (None, pd.NA),
        (None, pd.NaT),
        (("a", 1), ["a", 1]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (datetime.datetime(2026, 1, 2), pd.Timestamp(2026, 1, 2)),
        (np.array(["a"], object), ["a"]),
        (frozenset({1, 2}), {2, 1}),
        (True, np.True_),
    ],
)
def test_what_means_the_same_has_the_same_key(a: Any, b: Any) -> None:
    assert key_bytes(a) == key_bytes(b)


def test_what_does_not_has_another() -> None:
    values = [
        *(None, 0, -0.0, True, False, "0", b"0", 0.1, (), ("",), ("", ""), ("ab", "c"), ("a", "bc"), {}, {"a": None}),
        *(decimal.Decimal("0"), fractions.Fraction(0), 0j, datetime.date(2026, 1, 1), datetime.time(1)),
        *(datetime.timedelta(1), uuid.UUID(int=0), np.datetime64("2026-01-01"), np.zeros(2), np.zeros(2, int)),
        *(np.zeros((2, 1)), frozenset({0}), 2**70, float("inf"), "2026-01-01"),
    ]
    assert len({key_bytes(value) for value in values}) == len(values)


@pytest.mark.parametrize("value", [object(), len, [object()], {"a": object()}, range(3)])
def test_what_has_no_key_is_refused(value: object) -> None:
    with pytest.raises(BadOption, match="cannot be put in order"):
        key_bytes(value)

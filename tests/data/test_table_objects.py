from __future__ import annotations

import datetime
import decimal
import re
import uuid
from typing import Any

import numpy as np
import pandas as pd
import pytest

from samerun.data import hash_table
from samerun.data.table_objects import check_objects
from samerun.errors import BadTable

DAY, MOMENT = datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1, 5)


def shown(value: object) -> str:
    """Return a value as text without its address: both workers must call a case by the same name."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


ZONED = MOMENT.replace(tzinfo=datetime.UTC)
NAN = float("nan")


@pytest.mark.parametrize(
    "values",
    [
        [],
        [None, NAN, pd.NA, pd.NaT],
        ["a", None, NAN],
        [b"a", bytearray(b"b")],
        [1, 2.5, np.int8(3), np.float32(4)],
        [True, np.bool_(False), None],
        [decimal.Decimal("1.5"), None, NAN],
        [DAY, None],
        [MOMENT, pd.Timestamp("2020-01-01"), pd.NaT],
        [ZONED, None],
        [datetime.time(1)],
        [datetime.timedelta(1), pd.Timedelta(1, "s")],
        [uuid.UUID(int=1)],
        [[1, 2], (3,), None, np.array([4])],
        [["a", None], []],
        [{"a": 1}, {"a": None, "b": "x"}, None],
        [np.str_("a"), "b"],
    ],
    ids=shown,
)
def test_what_has_a_content(values: list[Any]) -> None:
    check_objects("x", values)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([object()], "objects of the class builtins.object"),
        ([{1, 2}], "builtins.set"),
        ([frozenset()], "builtins.frozenset"),
        ([1 + 2j], "builtins.complex"),
        ([np.datetime64("2020")], "numpy.datetime64"),
        ([range(3)], "builtins.range"),
        ([lambda: 1], "builtins.function"),
        (["a", b"a"], "bytes and text in one column"),
        (["a", 1], "numbers and text in one column"),
        (["a", 1, NAN], "numbers and text"),
        ([True, 1], "booleans and numbers"),
        ([DAY, MOMENT], "dates and moments"),
        ([decimal.Decimal(1), 1], "decimals and numbers"),
        ([[1], "a"], "lists and text"),
        ([MOMENT, ZONED], "moments of several time zones.*utc=True"),
        ([pd.Timestamp(1, unit="ns")], "nanoseconds.*to_datetime"),
        ([pd.Timedelta(1, "ns")], "nanoseconds.*to_timedelta"),
        ([[{1, 2}]], "builtins.set"),
        ([[1], ["a"]], "numbers and text"),
        ([{"a": object()}], "'x.a' holds objects of the class"),
        ([{"a": 1}, {"a": "b"}], "'x.a' holds numbers and text"),
        ([{1: "a"}], "keys are not all text"),
        ([np.array([object()])], "builtins.object"),
    ],
    ids=lambda each: shown(each)[:30],
)
def test_what_has_none_or_would_be_changed_is_refused(values: list[Any], words: str) -> None:
    with pytest.raises(BadTable, match=words) as caught:
        check_objects("x", values)
    assert str(caught.value.facts["column"]).startswith("x")
    with pytest.raises(BadTable):
        hash_table(pd.DataFrame({"x": pd.Series(values, dtype=object)}))


def test_an_object_is_never_hashed_by_its_address_or_its_name() -> None:
    class Thing:
        def __repr__(self) -> str:
            return "always the same"

    with pytest.raises(BadTable, match="Thing"):
        hash_table(pd.DataFrame({"x": [Thing()]}))


@pytest.mark.parametrize("values", [[1, None], ["a", None], [b"a", None], [DAY, None], [decimal.Decimal("1.50"), None]])
def test_objects_are_their_values(values: list[Any]) -> None:
    one, other = (pd.DataFrame({"x": pd.Series(values, dtype=object)}) for _ in range(2))
    assert hash_table(one) == hash_table(other)
    assert hash_table(one.head(1)) != hash_table(one)

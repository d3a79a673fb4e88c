from __future__ import annotations

import datetime
import decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.data import hash_table, summarise_table
from samerun.data.table_summary import ColumnRange, ColumnSummary, TableSummary
from samerun.errors import BadTable

BASE = pd.DataFrame({"id": [1, 2, 3], "x": [0.5, np.nan, 2.5], "s": ["a", "b", None]})


def told(other: pd.DataFrame) -> list[tuple[str, str]]:
    found = summarise_table(BASE).differences(summarise_table(other))
    return [(each.what, each.column) for each in found]


def test_what_a_table_is_made_of() -> None:
    summary = summarise_table(BASE)
    assert summary.shape == (3, 3)
    assert summary.hash == hash_table(BASE)
    facts = [(each.name, each.type, each.nulls, each.smallest, each.largest) for each in summary.columns]
    assert facts == [
        ("id", "int64", 0, "1", "3"),
        ("x", "float64", 1, "0.5", "2.5"),
        ("s", "string", 1, "a", "b"),
    ]


def test_the_same_in_polars() -> None:
    assert summarise_table(BASE) == summarise_table(pl.from_pandas(BASE))


def test_nothing_differs_from_itself() -> None:
    assert told(BASE.copy()) == []


def test_a_changed_value_names_its_column() -> None:
    changed = BASE.assign(x=[0.5, np.nan, 3.5])
    found = summarise_table(BASE).differences(summarise_table(changed))
    assert [str(each) for each in found] == ["column 'x': other values; largest 2.5 -> 3.5"]
    swapped = BASE.assign(id=[2, 1, 3])
    assert [str(each) for each in summarise_table(BASE).differences(summarise_table(swapped))] == [
        "column 'id': other values"
    ]


def test_missing_values_are_told() -> None:
    found = summarise_table(BASE).differences(summarise_table(BASE.assign(s=["a", None, None])))
    assert [str(each) for each in found] == ["column 's': other values; missing 1 -> 2; largest b -> a"]


def test_added_removed_renamed_retyped_and_reordered() -> None:
    assert told(BASE.assign(new=1)) == [("added", "new")]
    assert told(BASE.drop(columns="x")) == [("removed", "x")]
    assert told(BASE.rename(columns={"x": "y"})) == [("renamed", "x")]
    assert told(BASE.drop(columns="x").assign(y=[1.0, 2, 3])) == [("removed", "x"), ("added", "y")]
    assert told(BASE.astype({"id": "int32"})) == [("retyped", "id")]
    assert told(BASE[["x", "id", "s"]]) == [("reordered", "")]


def test_a_new_type_is_told_in_words() -> None:
    found = summarise_table(BASE).differences(summarise_table(BASE.astype({"id": "float64"})))
    assert [str(each) for each in found] == ["column 'id': type int64 -> float64; smallest 1 -> 1.0; largest 3 -> 3.0"]


def test_more_rows_are_told_once() -> None:
    longer = pd.concat([BASE, BASE], ignore_index=True)
    found = summarise_table(BASE).differences(summarise_table(longer))
    assert [str(each) for each in found] == ["rows: 3 -> 6"]


def test_columns_of_one_name_are_paired_by_turn() -> None:
    one = summarise_table(pa.table([[1], [2]], names=["a", "a"]))
    other = summarise_table(pa.table([[1], [3]], names=["a", "a"]))
    assert [each.what for each in one.differences(other)] == ["changed"]
    assert [each.what for each in one.differences(summarise_table(pa.table({"a": [1]})))] == ["removed"]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2), st.integers(0, 2), st.integers(-5, 5))
def test_whichever_cell_changed_its_column_is_named(row: int, column: int, by: int) -> None:
    table = pd.DataFrame(np.arange(9).reshape(3, 3), columns=["a", "b", "c"])
    changed = table.copy()
    changed.iloc[row, column] += by
    found = summarise_table(table).differences(summarise_table(changed))
    assert [each.column for each in found] == (["abc"[column]] if by else [])


def test_the_text_is_a_table() -> None:
    lines = str(summarise_table(BASE)).splitlines()
    assert lines[0] == f"3 rows, 3 columns, hash {hash_table(BASE)[:12]}"
    assert lines[1].split() == ["column", "type", "missing", "smallest", "largest", "hash"]
    assert lines[2].split()[:5] == ["id", "int64", "0", "1", "3"]
    assert str(summarise_table(pa.table({}))).startswith("0 rows, 0 columns")


def test_a_summary_is_kept_as_json() -> None:
    summary = summarise_table(BASE)
    assert TableSummary.from_json(summary.to_json()) == summary
    assert TableSummary.from_json(summary.to_json().encode()) == summary


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"rows": "x"}', b"\xff", '{"rows": 1, "columns": [1], "hash": ""}'])
def test_what_is_no_summary_is_refused(text: Any) -> None:
    with pytest.raises(BadTable, match="no summary"):
        TableSummary.from_json(text)


RANGES: list[tuple[Any, str | None, str | None]] = [
    (pa.array([3, None, 1]), "1", "3"),
    (pa.array([2**64 - 1], pa.uint64()), "18446744073709551615", "18446744073709551615"),
    (pa.array([0.1, float("nan"), -float("inf")]), "-inf", "0.1"),
    (pa.array([float("nan")]), None, None),
    (pa.array(np.array([0.5, 1.5], "float16")), "0.5", "1.5"),
    (pa.array([True, False]), "false", "true"),
    (pa.array(["b", "a", None]), "a", "b"),
    (pa.array(["ß" * 50]), "ß" * 39 + "…", "ß" * 39 + "…"),
    (pa.array([b"\xff", b"\0"]), "00", "ff"),
    (pa.array([datetime.date(2020, 1, 2), datetime.date(1969, 1, 1)]), "1969-01-01", "2020-01-02"),
    (pa.array([datetime.time(1), datetime.time(2)]), "01:00:00.000000000", "02:00:00.000000000"),
    (pa.array([5, 1], pa.duration("ms")), "1 ms", "5 ms"),
    (pa.array([0], pa.timestamp("ms")), "1970-01-01 00:00:00.000", "1970-01-01 00:00:00.000"),
    (pa.array([decimal.Decimal("-1.50"), decimal.Decimal("2.25")]), "-1.50", "2.25"),
    (pa.array(["b", "a"]).dictionary_encode(), "a", "b"),
    (pa.array([[1], [2]]), None, None),
    (pa.array([{"a": 1}]), None, None),
    (pa.nulls(3), None, None),
    (pa.array([], pa.int8()), None, None),
]


@pytest.mark.parametrize(("array", "low", "high"), RANGES, ids=lambda each: str(getattr(each, "type", ""))[:20])
def test_the_range_of_each_type(array: Any, low: str | None, high: str | None) -> None:
    for size in (1, 2, 100):
        spread = ColumnRange(array.type)
        for start in range(0, len(array), size):
            spread.add(array.slice(start, size))
        assert spread.texts() == (low, high)


def test_summaries_are_frozen() -> None:
    with pytest.raises(AttributeError):
        ColumnSummary("a", "int8", 0, "").name = "b"  # type: ignore[misc]

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.data import changed_rows
from samerun.errors import BadTable

BASE = pd.DataFrame({"id": [10, 20, 30, 40], "x": [1.0, 2.0, np.nan, 4.0], "s": ["a", "b", None, "d"]})


def test_the_same_rows_in_another_order() -> None:
    found = changed_rows(BASE, BASE.iloc[::-1], "id")
    assert not found
    assert (found.same, found.columns) == (4, ("x", "s"))
    assert str(found) == "0 rows added, 0 removed, 0 changed, 4 the same"


def test_added_removed_and_changed_rows() -> None:
    later = pd.DataFrame({"id": [50, 40, 20, 10], "x": [5.0, 4.0, 2.5, 1.0], "s": ["e", "d", "b", "a"]})
    found = changed_rows(BASE, later, "id")
    assert found
    assert (found.added, found.removed, found.changed, found.same) == (1, 1, 1, 2)
    assert (found.added_rows, found.removed_rows, found.changed_rows) == ((0,), (2,), ((1, 2),))
    assert str(found) == "1 rows added, 1 removed, 1 changed, 2 the same; changed rows: 1 -> 2"


def test_across_libraries_and_files(tmp_path: Path) -> None:
    BASE.to_csv(tmp_path / "a.csv", index=False)
    schema = pa.Schema.from_pandas(BASE)
    assert not changed_rows(tmp_path / "a.csv", pl.from_pandas(BASE), "id", schema=schema)


def test_a_key_of_several_columns() -> None:
    one = pd.DataFrame({"a": [1, 1, 2], "b": ["x", "y", "x"], "v": [1, 2, 3]})
    other = one.assign(v=[1, 9, 3])
    assert changed_rows(one, other, ["a", "b"]).changed_rows == ((1, 1),)
    with pytest.raises(BadTable, match="The key a is the same in rows 0 and 1"):
        changed_rows(one, other, "a")


def test_columns_of_one_side_and_of_another_type_are_not_compared() -> None:
    other = BASE.assign(new=1).astype({"x": "float32"})
    found = changed_rows(BASE, other, "id")
    assert (found.columns, bool(found)) == (("s",), False)
    filtered = BASE[BASE.id != 20]
    assert changed_rows(BASE, filtered, "id").columns == ("x", "s")  # its index has no say


def test_keys_that_do_not_fit() -> None:
    with pytest.raises(BadTable, match="'none' is not one column"):
        changed_rows(BASE, BASE, "none")
    with pytest.raises(BadTable, match="'id' is int64 here and int32 there"):
        changed_rows(BASE, BASE.astype({"id": "int32"}), "id")


def test_examples_are_cut_and_counts_are_not() -> None:
    one = pd.DataFrame({"id": range(100), "v": 0})
    found = changed_rows(one, one.assign(v=1), "id", limit=3)
    assert (found.changed, found.changed_rows) == (100, ((0, 0), (1, 1), (2, 2)))


def test_empty_tables() -> None:
    found = changed_rows(BASE, BASE.head(0).astype(BASE.dtypes), "id")
    assert (found.removed, found.same) == (4, 0)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.integers(0, 9), st.integers(0, 2)), st.dictionaries(st.integers(0, 9), st.integers(0, 2)))
def test_as_two_dicts_would_tell(one: dict[int, int], other: dict[int, int]) -> None:
    tables = [
        pa.table({"k": pa.array(list(each), pa.int64()), "v": pa.array(list(each.values()), pa.int64())})
        for each in (one, other)
    ]
    found = changed_rows(*tables, "k")
    assert found.added == len(other.keys() - one.keys())
    assert found.removed == len(one.keys() - other.keys())
    assert found.changed == sum(one[key] != other[key] for key in one.keys() & other.keys())
    assert found.same == sum(one[key] == other[key] for key in one.keys() & other.keys())

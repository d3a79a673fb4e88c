from __future__ import annotations

import datetime
import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from samerun.data import hash_table
from samerun.data.table_frames import from_numpy, from_numpy_column, from_pandas, from_polars
from samerun.errors import BadTable

# ---------------------------------------------------------------------- pandas


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pd.array([1, None], dtype="Int64"), "int64"),
        (pd.array([1, None], dtype="UInt8"), "uint8"),
        (pd.array([1.5, None], dtype="Float32"), "float"),
        (pd.array([True, None], dtype="boolean"), "bool"),
        (pd.array(["a", None], dtype="string[python]"), "string"),
        (pd.array(["a", None], dtype="string[pyarrow]"), "large_string"),
        (pd.array([1, None], dtype="int32[pyarrow]"), "int32"),
        (pd.array(["2020-01-01", None], dtype="datetime64[ns]"), "timestamp[ns]"),
        (pd.array(["2020-01-01", None], dtype="datetime64[s]"), "timestamp[s]"),
        (pd.array(["2020-01-01", None], dtype="datetime64[us, UTC]"), "timestamp[us, tz=UTC]"),
        (pd.array([1, None], dtype="timedelta64[ms]"), "duration[ms]"),
        (pd.arrays.SparseArray([0.0, 1.5]), "double"),
        (pd.Categorical([1, None]), "dictionary<values=int64, indices=int8, ordered=0>"),
    ],
    ids=lambda each: str(getattr(each, "dtype", ""))[:20],
)
def test_each_type_of_pandas(values: Any, kind: str) -> None:
    table = from_pandas(pd.DataFrame({"x": values}))
    assert str(table.schema.field("x").type) == kind
    assert table.column("x").null_count == int(pd.isna(pd.Series(values)).sum())


def test_nullable_columns_are_as_arrow_has_them() -> None:
    nullable = pd.DataFrame({"x": pd.array([1, None], dtype="Int64"), "y": pd.array(["a", None], dtype="string")})
    assert hash_table(nullable) == hash_table(pa.table({"x": [1, None], "y": ["a", None]}))
    assert hash_table(nullable) == hash_table(nullable.convert_dtypes(dtype_backend="pyarrow"))


def test_a_range_index_is_ignored_and_others_are_columns() -> None:
    frame = pd.DataFrame({"x": [1, 2, 3]})
    assert hash_table(frame) == hash_table(frame.set_index(pd.RangeIndex(5, 11, 2)))
    named = frame.set_index(pd.Index(["a", "b", "c"], name="id"))
    assert hash_table(named) == hash_table(pa.table({"x": [1, 2, 3], "id": ["a", "b", "c"]}))
    assert hash_table(named.reset_index(drop=True)) == hash_table(frame)
    assert from_pandas(frame.iloc[[2, 0, 1]]).column_names == ["x", "__index_level_0__"]


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(1, 4),
        pd.Index([3, 1, 2]),
        pd.Index(["a", "b", "c"], name="id"),
        pd.MultiIndex.from_tuples([(1, "a"), (1, "b"), (2, "a")], names=["n", None]),
        pd.date_range("2020-01-01", periods=3, name="day"),
        pd.CategoricalIndex(["a", "b", "a"], name="c"),
    ],
    ids=lambda index: type(index).__name__,
)
def test_an_index_is_where_arrow_has_it(index: Any) -> None:
    frame = pd.DataFrame({"x": [1.5, 2, 3]}, index=index)
    assert from_pandas(frame).column_names == pa.Table.from_pandas(frame).column_names
    assert hash_table(frame) == hash_table(pa.Table.from_pandas(frame))


@pytest.mark.parametrize("columns", [[0, 1], [("a", "b"), ("a", "c")], [1.5, None]])
def test_names_that_are_no_text_are_written_as_arrow_writes_them(columns: list[Any]) -> None:
    frame = pd.DataFrame([[1, 2]], columns=columns)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Arrow says that it writes them as text
        assert hash_table(frame) == hash_table(pa.Table.from_pandas(frame))


def test_a_category_is_its_values() -> None:
    text = pd.DataFrame({"c": ["a", "b", "a"]})
    for category in (
        pd.Categorical(["a", "b", "a"]),
        pd.Categorical(["a", "b", "a"], categories=["z", "b", "a"], ordered=True),
    ):
        assert hash_table(pd.DataFrame({"c": category})) == hash_table(text)


@pytest.mark.parametrize(
    "values",
    [
        pd.period_range("2020-01", periods=2, freq="M"),
        pd.interval_range(0, 2),
        pd.cut([1, 2], [0, 1, 2]),
        np.array([1 + 2j, 2]),
        np.array([1, 2], "longdouble"),
        pd.Series([object(), object()]),
        pd.Series([{1, 2}, {3}]),
        pd.Series([2**70, 1]),
        pd.Series([1, "a"]),
        pd.Series(["\udcff", "b"], dtype=object),
        pd.Categorical([frozenset([1]), frozenset([2])]),
    ],
    ids=lambda values: str(getattr(values, "dtype", ""))[:20],
)
def test_what_has_no_content_is_refused_by_its_name(values: Any) -> None:
    frame = pd.DataFrame({"fine": [1, 2], "price": values})
    with pytest.raises(BadTable, match="column 'price'"):
        hash_table(frame)


def test_an_index_is_refused_by_its_name_too() -> None:
    frame = pd.DataFrame({"x": [1]}, index=pd.Index([object()], name="key"))
    with pytest.raises(BadTable, match="column 'key'"):
        hash_table(frame)


def test_a_frame_is_not_changed() -> None:
    frame = pd.DataFrame({"x": [1.0, np.nan], "s": ["a", None]}, index=[4, 2])
    before = frame.copy(deep=True)
    hash_table(frame)
    hash_table(frame, ordered=False)
    pd.testing.assert_frame_equal(frame, before)


def test_a_series_is_a_table_of_one_column() -> None:
    assert hash_table(pd.Series([1, 2], name="x")) == hash_table(pa.table({"x": [1, 2]}))
    assert hash_table(pl.Series("x", [1, 2])) == hash_table(pa.table({"x": [1, 2]}))


# ---------------------------------------------------------------------- numpy


@pytest.mark.parametrize("dtype", ["<i8", ">i8", "<f4", ">f4", "<u2", "?", "<M8[us]", ">M8[us]", "<m8[ns]", "<f2"])
def test_the_byte_order_does_not_count(dtype: str) -> None:
    values = np.array([1, 0, 3]).astype(dtype)
    native = values.astype(values.dtype.newbyteorder("="))
    assert hash_table(values) == hash_table(native)
    assert from_numpy_column("x", values).to_pylist() == from_numpy_column("x", native).to_pylist()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array(["a", "éé"]), ["a", "éé"]),
        (np.array([b"a", b"bc"]), [b"a", b"bc"]),
        (np.array([b"a\0", b"bc"], "V2"), [b"a\0", b"bc"]),
        (np.array(["2020-01-01", "NaT"], "M8[D]"), [datetime.date(2020, 1, 1), None]),
        (np.ma.masked_array([1, 2], [False, True]), [1, None]),
        (np.ma.masked_array([1.0, 2.0], [False, True]), [1.0, None]),
        (np.array(["a", None], object), ["a", None]),
        (np.array(["a", "b"], np.dtypes.StringDType()), ["a", "b"]),
        (np.array([[1, 2], [3, 4]], "i1"), [[1, 2], [3, 4]]),
        (np.zeros((1, 2, 2)), [[[0.0, 0.0], [0.0, 0.0]]]),
        (np.array([(1, 2.5)], [("a", "i1"), ("b", "f8")]), [{"a": 1, "b": 2.5}]),
    ],
    ids=lambda each: str(getattr(each, "dtype", ""))[:20],
)
def test_each_type_of_numpy(values: Any, expected: list[Any]) -> None:
    assert from_numpy_column("x", values).to_pylist() == expected


def test_rows_and_columns_of_an_array() -> None:
    table = from_numpy(np.arange(6).reshape(3, 2))
    assert table.to_pydict() == {"0": [0, 2, 4], "1": [1, 3, 5]}
    assert from_numpy(np.arange(3)).to_pydict() == {"0": [0, 1, 2]}
    assert from_numpy(np.zeros((0, 2))).column_names == ["0", "1"]
    assert from_numpy(np.zeros((2, 0))).num_rows == 2
    masked = np.ma.masked_array([[1, 2], [3, 4]], [[0, 1], [0, 0]])
    assert from_numpy(masked).to_pydict() == {"0": [1, 3], "1": [None, 4]}
    assert hash_table(np.arange(12).reshape(3, 4)[:, ::2]) == hash_table(np.array([[0, 2], [4, 6], [8, 10]]))


def test_fields_of_an_array() -> None:
    made = np.zeros(2, [("a", "i4"), ("b", "f4", (2,)), ("c", [("d", "U3")])])
    table = from_numpy(made)
    assert table.to_pylist()[0] == {"a": 0, "b": [0.0, 0.0], "c": {"d": ""}}
    assert hash_table(made.view(np.recarray)) == hash_table(made)


@pytest.mark.parametrize("array", [np.array(1), np.zeros((2, 2, 2))], ids=["0", "3"])
def test_other_dimensions_are_no_table(array: Any) -> None:
    with pytest.raises(BadTable, match="dimensions is no table.*reshape"):
        hash_table(array)


@pytest.mark.parametrize("dtype", ["c16", "M8[h]", "m8[D]"])
def test_arrays_without_a_type_in_common_are_refused(dtype: str) -> None:
    with pytest.raises(BadTable, match="column '0'"):
        hash_table(np.zeros(2, dtype))


# ---------------------------------------------------------------------- polars


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        (pl.Int8, [1, None]),
        (pl.UInt64, [1, None]),
        (pl.Float32, [1.5, None]),
        (pl.Boolean, [True, None]),
        (pl.String, ["a", None]),
        (pl.Binary, [b"a", None]),
        (pl.Date, [datetime.date(2020, 1, 1), None]),
        (pl.Time, [datetime.time(1), None]),
        (pl.Datetime("ms", "UTC"), [datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC), None]),
        (pl.Duration("us"), [datetime.timedelta(1), None]),
        (pl.Decimal(10, 2), [1, None]),
        (pl.List(pl.Int8), [[1], None]),
        (pl.Array(pl.Int8, 2), [[1, 2], None]),
        (pl.Struct({"a": pl.Int8}), [{"a": 1}, None]),
        (pl.Categorical, ["a", None]),
        (pl.Enum(["b", "a"]), ["a", None]),
        (pl.Null, [None, None]),
    ],
    ids=str,
)
def test_each_type_of_polars(dtype: Any, values: list[Any]) -> None:
    frame = pl.DataFrame({"x": pl.Series(values, dtype=dtype, strict=False)})
    for ordered in (True, False):
        expected = hash_table(frame.to_arrow(), ordered=ordered)
        assert hash_table(frame, ordered=ordered) == hash_table(frame.lazy(), ordered=ordered) == expected


def test_python_objects_in_polars_are_refused_not_hashed_by_address() -> None:
    frame = pl.DataFrame({"fine": [1], "thing": pl.Series([object()], dtype=pl.Object)})
    for each in (frame, frame.lazy()):
        with pytest.raises(BadTable, match="column 'thing' has the type Object"):
            hash_table(each)


def test_integers_of_128_bits_are_refused() -> None:
    with pytest.raises(BadTable, match="Int128"):
        hash_table(pl.DataFrame({"x": pl.Series([2**70], dtype=pl.Int128)}))


def test_a_lazy_frame_comes_in_pieces() -> None:
    frame = pl.DataFrame({"x": range(100_000), "c": pl.Series(["a", "b"] * 50_000, dtype=pl.Categorical)})
    reader = from_polars(frame.lazy().filter(pl.col("x") >= 0))
    assert sum(batch.num_rows for batch in reader) == 100_000
    assert hash_table(frame.lazy().filter(pl.col("x") >= 0)) == hash_table(frame)

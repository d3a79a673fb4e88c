from __future__ import annotations

import datetime
import decimal
import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute
import pyarrow.dataset
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.data import hash_table, summarise_table
from samerun.errors import BadTable

_spec = importlib.util.spec_from_file_location("reference_tables", Path(__file__).with_name("reference_tables.py"))
assert _spec is not None
assert _spec.loader is not None
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)

UTC = datetime.UTC
KINDS: dict[str, Any] = {
    "int8": pa.int8(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "uint8": pa.uint8(),
    "uint16": pa.uint16(),
    "uint32": pa.uint32(),
    "uint64": pa.uint64(),
    "float16": pa.float16(),
    "float32": pa.float32(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "string": pa.string(),
    "binary": pa.binary(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "timestamp[ms]": pa.timestamp("ms"),
    "timestamp[us]": pa.timestamp("us"),
    "timestamp[us, UTC]": pa.timestamp("us", "UTC"),
    "timestamp[ns, Europe/Berlin]": pa.timestamp("ns", "Europe/Berlin"),
    "duration[ms]": pa.duration("ms"),
    "duration[us]": pa.duration("us"),
    "decimal(3)": pa.decimal128(20, 3),
    "null": pa.null(),
}
_YEARS = {"min_value": datetime.datetime(1900, 1, 1), "max_value": datetime.datetime(2200, 1, 1)}


def whole_milliseconds(moment: datetime.datetime) -> datetime.datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def values_of(kind: str) -> st.SearchStrategy[Any]:
    """Return values of a type, such as they are and with none missing."""
    if "int" in kind:
        bits = int(kind.lstrip("uint"))
        low = 0 if kind[0] == "u" else -(2 ** (bits - 1))
        return st.integers(low, low + 2**bits - 1)
    if kind.startswith("float"):
        return st.floats(width=int(kind[5:]))  # type: ignore[arg-type]
    if kind.startswith("timestamp"):
        moments = st.datetimes(**_YEARS, timezones=st.just(UTC) if "," in kind else st.none())
        return moments.map(whole_milliseconds)
    spans = st.integers(-(10**12), 10**12).map(lambda count: datetime.timedelta(milliseconds=count))
    plain: dict[str, st.SearchStrategy[Any]] = {
        "bool": st.booleans(),
        "string": st.text(max_size=8),
        "binary": st.binary(max_size=8),
        "date": st.dates(),
        "time": st.times(),
        "duration[ms]": spans,
        "duration[us]": spans,
        "decimal(3)": st.integers(-(10**18), 10**18).map(lambda count: decimal.Decimal(count).scaleb(-3)),
        "null": st.none(),
    }
    return plain[kind]


@st.composite
def kinds(draw: st.DrawFn, depth: int = 2) -> tuple[Any, Any, st.SearchStrategy[Any]]:
    """Draw a type: for the reference, for Arrow, and its values, some of them missing."""
    shape = draw(st.sampled_from(["plain", "plain", "list", "struct"])) if depth else "plain"
    if shape == "plain":
        name = draw(st.sampled_from(sorted(KINDS)))
        return name, KINDS[name], st.none() | values_of(name)
    below = [draw(kinds(depth - 1)) for _ in range(1 if shape == "list" else draw(st.integers(1, 2)))]
    if shape == "list":
        kind, arrow, values = below[0]
        return ("list", kind), pa.list_(arrow), st.none() | st.lists(values, max_size=3)
    names = ["a", 'b"'][: len(below)]
    spec = ("struct", {name: each[0] for name, each in zip(names, below, strict=True)})
    arrow = pa.struct([(name, each[1]) for name, each in zip(names, below, strict=True)])
    fields = {name: each[2] for name, each in zip(names, below, strict=True)}
    return spec, arrow, st.none() | st.fixed_dictionaries(fields)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[tuple[str, Any, list[Any]]], Any, int]:
    """Draw a table: for the reference, for Arrow, and how many rows it has."""
    rows = draw(st.integers(0, 8))
    columns, arrays = [], []
    for name in draw(st.lists(st.sampled_from(["x", "y", "é", ""]), min_size=1, max_size=3)):
        kind, arrow, values = draw(kinds())
        cells = draw(st.lists(values, min_size=rows, max_size=rows))
        columns.append((name, kind, cells))
        arrays.append(pa.array(cells, arrow))
    return columns, pa.table(arrays, names=[name for name, _, _ in columns]), rows


@settings(deadline=None, max_examples=150)
@given(tables(), st.integers(1, 9))
def test_the_hash_is_what_the_page_says_however_it_is_cut(drawn: Any, size: int) -> None:
    columns, table, rows = drawn
    assert hash_table(table) == reference.table_hash(columns, rows)
    pieces = pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=size))
    assert hash_table(pieces) == reference.table_hash(columns, rows)


@settings(deadline=None, max_examples=100)
@given(tables(), st.randoms(use_true_random=False), st.integers(1, 9))
def test_without_order_the_hash_is_what_the_page_says(drawn: Any, random: Any, size: int) -> None:
    columns, table, rows = drawn
    expected = reference.rows_hash(columns, rows)
    assert hash_table(table, ordered=False) == expected
    order = random.sample(range(rows), rows)
    shuffled = pa.table([pa.array([column[2][row] for row in order], arrow.type) for column, arrow in
                         zip(columns, table.columns, strict=True)], names=table.column_names)  # fmt: skip
    pieces = pa.RecordBatchReader.from_batches(shuffled.schema, shuffled.to_batches(max_chunksize=size))
    assert hash_table(pieces, ordered=False) == expected


@settings(deadline=None, max_examples=60)
@given(tables(), st.integers(1, 9))
def test_ranges_and_nulls_come_with_the_same_hash(drawn: Any, size: int) -> None:
    columns, table, rows = drawn
    pieces = pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=size))
    summary = summarise_table(pieces)
    assert (summary.hash, summary.rows) == (hash_table(table), rows)
    assert [each.nulls for each in summary.columns] == [sum(map(reference.is_missing, cells)) for *_, cells in columns]


# ---------------------------------------------------------------------- one content, many homes


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """A column of everything that all of these can hold, some values missing."""
    count = 300
    random = np.random.default_rng(7)
    made = pd.DataFrame(
        {
            "whole": random.integers(-100, 100, count),
            "small": random.integers(0, 200, count).astype("uint8"),
            "real": random.random(count),
            "single": random.random(count).astype("float32"),
            "flag": random.random(count) > 0.5,
            "text": [f"row {each} é" for each in range(count)],
            "moment": pd.date_range("2020-01-01", periods=count, freq="h"),
            "zoned": pd.date_range("2020-01-01", periods=count, freq="h", tz="Europe/Berlin"),
            "span": pd.to_timedelta(np.arange(count), unit="s"),
            "class": pd.Categorical(random.choice(["a", "b"], count), categories=["b", "a", "unused"]),
            "money": [decimal.Decimal(each) / 4 for each in range(count)],
            "day": [datetime.date(2020, 1, 1) + datetime.timedelta(each) for each in range(count)],
            "bytes": [bytes([each % 256]) * 3 for each in range(count)],
            "list": [[1, each, None] for each in range(count)],
            "record": [{"a": each, "b": str(each)} for each in range(count)],
        }
    )
    for column in ("text", "class", "day", "bytes", "list", "record"):
        made.loc[5:9, column] = None
    made.loc[3:7, "real"] = np.nan
    made.loc[3:7, "moment"] = pd.NaT
    return made


def write_parquet(frame: pd.DataFrame, folder: Path) -> Path:
    pq.write_table(pa.Table.from_pandas(frame), folder / "a.parquet", row_group_size=77)
    return folder / "a.parquet"


def write_compressed(frame: pd.DataFrame, folder: Path) -> Path:
    frame.to_parquet(folder / "z.parquet", compression="zstd")
    return folder / "z.parquet"


def write_feather(frame: pd.DataFrame, folder: Path) -> Path:
    frame.to_feather(folder / "a.feather")
    return folder / "a.feather"


def write_polars_parquet(frame: pd.DataFrame, folder: Path) -> Path:
    pl.from_pandas(frame).write_parquet(folder / "p.parquet")
    return folder / "p.parquet"


def write_polars_arrow(frame: pd.DataFrame, folder: Path) -> Path:
    pl.from_pandas(frame).write_ipc(folder / "p.arrow", compression="lz4")
    return folder / "p.arrow"


def write_stream(frame: pd.DataFrame, folder: Path) -> Path:
    table = pa.Table.from_pandas(frame)
    with pa.ipc.new_stream(folder / "a.arrows", table.schema) as stream:
        stream.write_table(table, max_chunksize=11)
    return folder / "a.arrows"


class Exported:
    """A stranger's table, known by nothing but Arrow's interface."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._table = pa.Table.from_pandas(frame)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._table.__arrow_c_stream__(requested_schema)


_PARTS = (slice(0, 9), slice(9, None))
HOMES: dict[str, Callable[[pd.DataFrame, Path], Any]] = {
    "arrow": lambda frame, _: pa.Table.from_pandas(frame),
    "batch": lambda frame, _: pa.RecordBatch.from_pandas(frame),
    "reader": lambda frame, _: pa.Table.from_pandas(frame).to_reader(max_chunksize=13),
    "exported": lambda frame, _: Exported(frame),
    "polars": lambda frame, _: pl.from_pandas(frame),
    "chunked polars": lambda frame, _: pl.concat([pl.from_pandas(frame)[part] for part in _PARTS], rechunk=False),
    "lazy": lambda frame, _: pl.from_pandas(frame).lazy(),
    "arrow-backed pandas": lambda frame, _: pa.Table.from_pandas(frame).to_pandas(types_mapper=pd.ArrowDtype),
    "parquet": write_parquet,
    "compressed parquet": write_compressed,
    "parquet as text": lambda frame, folder: str(write_parquet(frame, folder)),
    "feather": write_feather,
    "parquet of polars": write_polars_parquet,
    "arrow file of polars": write_polars_arrow,
    "stream": write_stream,
    "dataset": lambda frame, folder: pyarrow.dataset.dataset(write_parquet(frame, folder)),
}


@pytest.mark.parametrize("home", HOMES)
@pytest.mark.parametrize("ordered", [True, False])
def test_the_same_content_has_the_same_hash(frame: pd.DataFrame, home: str, ordered: bool, tmp_path: Path) -> None:
    assert hash_table(HOMES[home](frame, tmp_path), ordered=ordered) == hash_table(frame, ordered=ordered)


@pytest.mark.parametrize("write", ["pandas", "polars"])
@pytest.mark.parametrize("ordered", [True, False])
def test_a_csv_with_its_schema_too(frame: pd.DataFrame, write: str, ordered: bool, tmp_path: Path) -> None:
    kept = frame.drop(columns=["span", "list", "record", "bytes"])
    if write == "pandas":
        kept.to_csv(tmp_path / "a.csv", index=False)
    else:
        pl.from_pandas(kept).write_csv(tmp_path / "a.csv")
    schema = pa.Table.from_pandas(kept).schema
    assert hash_table(tmp_path / "a.csv", schema=schema, ordered=ordered) == hash_table(kept, ordered=ordered)


def test_numpy_by_columns_and_by_fields() -> None:
    matrix = np.random.default_rng(0).random((50, 3))
    assert hash_table(matrix) == hash_table(pd.DataFrame(matrix)) == hash_table(np.asfortranarray(matrix))
    fields = np.array([(1, 2.5, "a"), (2, 3.5, "bc")], [("i", "<i4"), ("f", "<f8"), ("s", "<U2")])
    same = pa.table({"i": pa.array([1, 2], pa.int32()), "f": [2.5, 3.5], "s": ["a", "bc"]})
    assert (
        hash_table(fields) == hash_table(same) == hash_table(fields.astype([("i", ">i4"), ("f", ">f8"), ("s", ">U2")]))
    )
    assert hash_table(matrix[:, 0]) == hash_table(pd.Series(matrix[:, 0])) == hash_table(pl.Series(matrix[:, 0]))


# ---------------------------------------------------------------------- what does not count


@pytest.mark.parametrize(
    "same",
    [
        pa.array(["a", None, "a"], pa.large_string()),
        pa.array(["a", None, "a"], pa.string_view()),
        pa.array(["a", None, "a"]).dictionary_encode(),
        pa.DictionaryArray.from_arrays(pa.array([1, 2, 1]), pa.array(["unused", "a", None])),
        pa.DictionaryArray.from_arrays(pa.array([0, None, 0]), pa.array(["a"], pa.string_view())),
        pa.array(["x", "a", None, "a", "y"]).slice(1, 3),
        pa.chunked_array([["a"], [], [None, "a"]]),
        pa.compute.run_end_encode(pa.array(["a", None, "a"])),
    ],
    ids=lambda each: str(each.type)[:30],
)
@pytest.mark.parametrize("ordered", [True, False])
def test_how_text_is_stored_does_not_count(same: Any, ordered: bool) -> None:
    plain = pa.table({"0": pa.array(["a", None, "a"])})
    assert hash_table(same, ordered=ordered) == hash_table(plain, ordered=ordered)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pa.binary(2), pa.large_binary()),
        (pa.binary_view(), pa.binary()),
    ],
)
def test_how_bytes_are_stored_does_not_count(one: Any, other: Any) -> None:
    assert hash_table(pa.array([b"ab", None], one)) == hash_table(pa.array([b"ab", None], other))


@pytest.mark.parametrize(
    "kind",
    [pa.large_list(pa.int8()), pa.list_(pa.int8(), 2), pa.list_view(pa.int8()), pa.large_list_view(pa.int8())],
    ids=str,
)
@pytest.mark.parametrize("ordered", [True, False])
def test_how_lists_are_stored_does_not_count(kind: Any, ordered: bool) -> None:
    values = [[1, 2], None, [3, None]]
    plain = pa.array(values, pa.list_(pa.int8()))
    assert hash_table(pa.array(values, kind), ordered=ordered) == hash_table(plain, ordered=ordered)


def test_what_lies_below_a_missing_list_or_record_does_not_count() -> None:
    hidden = pa.ListArray.from_arrays(pa.array([0, 2, 4]), pa.array([1, 2, 3, 4]), mask=pa.array([False, True]))
    assert hash_table(hidden) == hash_table(pa.array([[1, 2], None]))
    record = pa.StructArray.from_arrays([pa.array([1, 2])], ["a"], mask=pa.array([False, True]))
    for ordered in (True, False):
        assert hash_table(record, ordered=ordered) == hash_table(pa.array([{"a": 1}, None]), ordered=ordered)


def test_views_inside_of_missing_records() -> None:
    views = pa.array(["a", "b", None], pa.string_view())
    record = pa.StructArray.from_arrays([views], ["a"], mask=pa.array([False, True, False]))
    plain = pa.array([{"a": "a"}, None, {"a": None}])
    for ordered in (True, False):
        assert hash_table(record, ordered=ordered) == hash_table(plain, ordered=ordered)


def test_a_map_is_a_list_of_pairs() -> None:
    pairs = pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.int8()))
    kind = pa.list_(pa.struct([("key", pa.string()), ("value", pa.int8())]))
    assert hash_table(pairs) == hash_table(pa.array([[{"key": "a", "value": 1}], None, []], kind))


def test_metadata_and_nullability_do_not_count() -> None:
    plain = pa.table({"a": [1]})
    told = pa.table([pa.array([1])], pa.schema([pa.field("a", pa.int64(), False, {"b": "c"})], {"d": "e"}))
    assert hash_table(told) == hash_table(plain)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pa.timestamp("s"), pa.timestamp("ms")),
        (pa.timestamp("s", "+00:00"), pa.timestamp("ms", "UTC")),
        (pa.duration("s"), pa.duration("ms")),
    ],
)
def test_seconds_count_as_milliseconds(one: Any, other: Any) -> None:
    assert hash_table(pa.array([5, None]).cast(one)) == hash_table(pa.array([5000, None]).cast(other))


def test_times_count_in_nanoseconds_and_days_as_days() -> None:
    assert hash_table(pa.array([5], pa.time32("s"))) == hash_table(pa.array([5 * 10**9], pa.time64("ns")))
    assert hash_table(pa.array([86_400_000], pa.date64())) == hash_table(pa.array([1], pa.date32()))


def test_the_precision_of_decimals_is_no_content_but_the_scale_is() -> None:
    values = [decimal.Decimal("1.50"), decimal.Decimal("-2.25"), None]
    hashes = [
        hash_table(pa.array(values, kind)) for kind in (pa.decimal128(5, 2), pa.decimal128(9, 2), pa.decimal256(60, 2))
    ]
    assert len({*hashes, hash_table(pd.Series(values, dtype=object))}) == 1
    assert hash_table(pa.array(values, pa.decimal128(9, 3))) != hashes[0]


# ---------------------------------------------------------------------- what counts


def test_missing_and_nan_are_one_in_floats() -> None:
    nan = float("nan")
    same = [
        pd.DataFrame({"x": [1.0, nan]}),
        pd.DataFrame({"x": pd.array([1.0, None], dtype="Float64")}),
        pl.DataFrame({"x": [1.0, None]}),
        pl.DataFrame({"x": [1.0, nan]}),
        pa.table({"x": [1.0, None]}),
        pa.table({"x": [1.0, nan]}),
        pa.table({"x": np.array([0x3FF0000000000000, 0xFFF8000000000123], np.uint64).view(np.float64)}),
    ]
    for ordered in (True, False):
        assert len({hash_table(each, ordered=ordered) for each in same}) == 1
    assert hash_table(pa.table({"x": [1.0, 0.0]})) != hash_table(same[0])


def test_the_two_zeros_are_two() -> None:
    for ordered in (True, False):
        a, b = (hash_table(np.array([zero]), ordered=ordered) for zero in (0.0, -0.0))
        assert a != b


@pytest.mark.parametrize("kind", ["int8", "int16", "int32", "uint64", "float16", "float32", "float64", "bool", "str"])
@pytest.mark.parametrize("ordered", [True, False])
def test_the_type_counts(kind: str, ordered: bool) -> None:
    frame = pd.DataFrame({"x": [0, 1, 0]})
    assert hash_table(frame.astype(kind), ordered=ordered) != hash_table(frame, ordered=ordered)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pa.timestamp("us"), pa.timestamp("ns")),
        (pa.timestamp("us"), pa.timestamp("us", "UTC")),
        (pa.timestamp("us", "Europe/Berlin"), pa.timestamp("us", "UTC")),
        (pa.timestamp("us"), pa.duration("us")),
        (pa.timestamp("us"), pa.int64()),
        (pa.list_(pa.int8()), pa.list_(pa.int16())),
        (pa.struct([("a", pa.int8())]), pa.struct([("b", pa.int8())])),
        (pa.string(), pa.binary()),
        (pa.null(), pa.int8()),
    ],
)
def test_units_zones_names_and_kinds_count(one: Any, other: Any) -> None:
    assert hash_table(pa.nulls(3, one)) != hash_table(pa.nulls(3, other))


def test_where_text_ends_counts() -> None:
    tables = [pa.table({"a": pair}) for pair in (["ab", "c"], ["a", "bc"], ["abc", ""], ["abc", None])]
    for ordered in (True, False):
        assert len({hash_table(each, ordered=ordered) for each in tables}) == len(tables)
    assert hash_table(pa.table({"a": ["", "abc"]})) != hash_table(pa.table({"a": ["abc", ""]}))


def test_which_column_and_which_row_a_value_stands_in_counts() -> None:
    base = pa.table({"a": [1, 2], "b": [3, 4]})
    assert hash_table(pa.table({"a": [3, 4], "b": [1, 2]})) != hash_table(base)
    assert hash_table(pa.table({"a": [2, 1], "b": [4, 3]})) != hash_table(base)
    assert hash_table(pa.table({"a": [2, 1], "b": [4, 3]}), ordered=False) == hash_table(base, ordered=False)
    assert hash_table(pa.table({"a": [2, 1], "b": [3, 4]}), ordered=False) != hash_table(base, ordered=False)


def test_rows_count_as_often_as_they_come() -> None:
    sets = [["a", "a"], ["b", "b"], ["a", "b"], ["a"], ["a", "a", "a"], [], ["a"] * 3 + ["b"], ["a"] + ["b"] * 3]
    assert len({hash_table(pa.table({"x": pa.array(each, pa.string())}), ordered=False) for each in sets}) == len(sets)


def test_65_536_equal_rows_are_not_as_good_as_none() -> None:
    many = [np.repeat(np.array(each, np.int8), 65_536) for each in ([0, 1], [0, 0])]
    assert hash_table(many[0], ordered=False) != hash_table(many[1], ordered=False)


def test_the_order_of_columns_by_choice() -> None:
    a, b = pd.DataFrame({"x": [1], "y": [2]}), pd.DataFrame({"y": [2], "x": [1]})
    assert hash_table(a) != hash_table(b)
    assert hash_table(a, column_order=False) == hash_table(b, column_order=False)
    assert hash_table(a, ordered=False) == hash_table(b, ordered=False)
    assert hash_table(a, ordered=False, column_order=True) != hash_table(b, ordered=False, column_order=True)


def test_tables_without_rows_or_columns() -> None:
    none = [pa.table({}), pa.table({"a": pa.array([], pa.int8())}), pa.table({"a": pa.array([], pa.int16())})]
    none += [pa.table({"b": pa.array([], pa.int8())}), pa.table([pa.nulls(3)], names=["x"]).select([])]
    for ordered in (True, False):
        assert len({hash_table(each, ordered=ordered) for each in none}) == len(none)
    assert hash_table(pd.DataFrame(index=range(3))) == hash_table(none[-1])
    assert hash_table(pd.DataFrame()) == hash_table(none[0]) == hash_table(pl.DataFrame())
    assert hash_table(np.zeros((0, 2))) == hash_table(pd.DataFrame(np.zeros((0, 2))))


def test_two_columns_of_one_name() -> None:
    arrow = pa.table([[1], [2]], names=["a", "a"])
    pandas = pd.DataFrame([[1, 2]], columns=["a", "a"])
    assert hash_table(arrow) == hash_table(pandas)
    assert hash_table(arrow) != hash_table(pa.table([[2], [1]], names=["a", "a"]))


# ---------------------------------------------------------------------- what it costs

# The peak of this process alone: ru_maxrss begins with what the parent had when it forked.
_PEAK = """
import sys
from samerun.data import hash_table
import pyarrow.parquet
def peak():
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
for ordered in (True, False):
    hash_table(pyarrow.table({"text": ["a"], "x": [1.0]}), ordered=ordered)  # what the libraries take for themselves
before = peak()
hash_table(sys.argv[1], ordered=sys.argv[2] == "ordered")
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read from /proc")
@pytest.mark.parametrize(("order", "groups"), [("ordered", 1), ("ordered", 8), ("unordered", 1)])
def test_a_file_many_times_larger_than_what_is_held(order: str, groups: int, tmp_path: Path) -> None:
    rows = 250_000
    path = tmp_path / "large.parquet"
    text = pa.array([f"{each:0>1000}" for each in range(1000)]).take(pa.array(np.arange(rows) % 1000))
    table = pa.table({"text": text, "x": np.random.default_rng(0).random(rows)})
    size = table.nbytes
    pq.write_table(table, path, row_group_size=rows // groups, use_dictionary=False, compression="none")
    del table, text
    command = [sys.executable, "-c", _PEAK, str(path), order]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)})
    assert size > 250e6
    assert int(done.stdout) < 85e6


def test_numbers_are_hashed_at_the_speed_of_memory_not_of_python() -> None:
    values = np.random.default_rng(0).random(4_000_000)
    ratios = []
    for _ in range(5):
        start = time.perf_counter()
        blake3(values.view(np.uint8)).digest()
        middle = time.perf_counter()
        hash_table(values)
        ratios.append((time.perf_counter() - middle) / (middle - start))
    assert min(ratios) < 20  # a loop over the values in Python is some hundred times slower


def test_a_reader_that_breaks_off_is_told() -> None:
    def batches() -> Any:
        yield pa.record_batch({"a": [1]})
        raise pa.ArrowInvalid("the wire was cut")

    reader = pa.RecordBatchReader.from_batches(pa.schema([("a", pa.int64())]), batches())
    with pytest.raises(BadTable, match="the wire was cut"):
        hash_table(reader)

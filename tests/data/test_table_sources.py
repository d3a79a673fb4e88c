from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from samerun.data import hash_table
from samerun.data.table_sources import IN_MEMORY, open_table
from samerun.errors import BadOption, BadTable, MissingData

TABLE = pa.table({"x": [1, 2], "s": ["a", None]})


@pytest.mark.parametrize(
    "table",
    [
        TABLE,
        TABLE.to_batches()[0],
        TABLE.to_reader(),
        TABLE.to_pandas(),
        pl.from_arrow(TABLE),
        pl.from_arrow(TABLE).lazy(),
        np.array([(1, "a"), (2, "b")], [("x", "i8"), ("s", "U1")]),
    ],
    ids=lambda table: type(table).__module__.split(".")[0] + "." + type(table).__name__,
)
def test_a_schema_and_batches_of_everything(table: Any) -> None:
    source = open_table(table)
    assert source.schema.names == ["x", "s"]
    batches = list(source.batches())
    assert all(isinstance(batch, pa.RecordBatch) for batch in batches)
    assert sum(batch.num_rows for batch in batches) == 2


@pytest.mark.parametrize(
    "column", [pa.array([1, 2]), pa.chunked_array([[1], [2]]), pd.Series([1, 2]), pl.Series([1, 2])]
)
def test_a_column_alone_is_a_table(column: Any) -> None:
    assert hash_table(column) == hash_table(pa.table({"0": [1, 2]}))


def test_subclasses_are_tables_too() -> None:
    class Frame(pd.DataFrame):
        pass

    assert hash_table(Frame({"x": [1]})) == hash_table(pd.DataFrame({"x": [1]}))


def test_a_tensor_is_an_array() -> None:
    class Tensor:
        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            return np.arange(4.0).reshape(2, 2)

    assert hash_table(Tensor()) == hash_table(np.arange(4.0).reshape(2, 2))


def test_a_tensor_with_gradients_is_told() -> None:
    class Tensor:
        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            raise RuntimeError("it requires grad")

    with pytest.raises(BadTable, match="requires grad.*detach"):
        hash_table(Tensor())


@pytest.mark.parametrize(
    "schema",
    [
        pd.DataFrame({"i": [1], "s": ["a"], "t": pd.to_datetime(["2020-01-01"])}),
        pd.DataFrame({"i": [1], "s": ["a"], "t": pd.to_datetime(["2020-01-01"])}).dtypes,
        pl.DataFrame({"i": [1], "s": ["a"], "t": [datetime.datetime(2020, 1, 1)]}),
        pl.Schema({"i": pl.Int64, "s": pl.String, "t": pl.Datetime("us")}),
        pa.table({"i": [1], "s": ["a"], "t": pa.array([0], pa.timestamp("us"))}),
        {"i": "int64", "s": "string", "t": "timestamp[us]"},
    ],
    ids=lambda schema: f"{type(schema).__module__.split('.')[0]}.{type(schema).__name__}",
)
def test_the_schema_of_a_csv_from_everywhere(schema: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("i,s,t\n1,a,2020-01-01 00:00:00\n", "utf-8")
    same = pl.DataFrame({"i": [1], "s": ["a"], "t": [datetime.datetime(2020, 1, 1)]})
    assert hash_table(tmp_path / "a.csv", schema=schema) == hash_table(same)


def test_large_tables_come_in_pieces() -> None:
    table = pa.table({"x": pa.nulls(IN_MEMORY + 5, pa.int8())})
    assert [batch.num_rows for batch in open_table(table).batches()] == [IN_MEMORY, 5]


@pytest.mark.parametrize(
    "thing", [None, 1, {"a": [1]}, [[1, 2]], object(), iter([1])], ids=lambda each: type(each).__name__
)
def test_what_is_no_table_is_refused_with_what_would_be(thing: Any) -> None:
    with pytest.raises(BadTable, match=f"{type(thing).__name__} is no table.*pandas, polars or Arrow"):
        open_table(thing)


def test_a_schema_for_what_has_one() -> None:
    with pytest.raises(BadOption, match="types of its own"):
        open_table(TABLE, {"x": "int64"})


def test_paths_as_text_and_as_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pq.write_table(TABLE, tmp_path / "a.parquet")
    monkeypatch.chdir(tmp_path)
    assert hash_table("a.parquet") == hash_table(Path("a.parquet")) == hash_table(TABLE)
    with pytest.raises(MissingData, match="b.parquet"):
        hash_table("b.parquet")


@pytest.mark.parametrize("missing", ["pandas", "polars"])
def test_a_library_that_is_not_there_is_not_needed(missing: str) -> None:
    program = f"""
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {missing!r}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
import pyarrow as pa
from samerun.data import hash_table, summarise_table
print(hash_table(pa.table({{"x": [1, 2], "s": ["a", None]}})), hash_table(pa.table({{"x": [1]}}), ordered=False))
summarise_table(pa.table({{"x": [1]}}))
"""
    environment = {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert done.stdout.split()[:1] == [hash_table(TABLE)], done.stderr


def test_without_pyarrow_the_extra_is_named() -> None:
    program = """
import sys
sys.modules["pyarrow"] = None
from samerun.data import hash_table
try:
    hash_table("a.parquet")
except Exception as error:
    print(type(error).__name__, error)
"""
    environment = {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert done.stdout.startswith("MissingExtra"), done.stderr
    assert "samerun[data]" in done.stdout


def test_naming_the_functions_loads_no_library() -> None:
    program = """
import sys
import samerun.data
samerun.data.split, samerun.data.check_leakage, samerun.data.hash_table
print(sorted({"numpy", "pandas", "polars", "pyarrow", "torch"} & set(sys.modules)))
"""
    environment = {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == "[]", done.stderr

"""Rows are told apart by what they hold, whatever file they lie in, and can be had one by one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from samerun.data.row_sources import ROWS, Rows, array_rows, open_rows, table_rows
from samerun.outputs import sqlite_database
from samerun.outputs.arrays import plain

TABLE = pa.table(
    {"id": [1, 2, 3, 2], "name": ["a", "b", None, "b"], "d": pa.array(["x", "y", "x", "y"]).dictionary_encode()}
)


def opened(path: Path, kind: str) -> Rows:
    rows = open_rows(path, kind)
    assert rows is not None
    return rows


@pytest.fixture(params=["csv", "jsonl", "parquet", "feather"])
def rows(request: pytest.FixtureRequest, tmp_path: Path) -> Rows:
    """The same table in each kind of file."""
    path = tmp_path / f"t.{request.param}"
    if request.param == "csv":
        path.write_text('id,name,d\n1,"a",x\n2,b,y\n\n3,,x\n2,"b",y\n')
    elif request.param == "jsonl":
        path.write_text('{"id": 1, "name": "a"}\n{"id": 2}\n\n{"id": 3}\n{"id": 2}\n')
    elif request.param == "parquet":
        pq.write_table(TABLE, path, row_group_size=2)
    else:
        feather.write_feather(TABLE, str(path), chunksize=3)
    return opened(path, request.param)


def test_the_same_rows_have_the_same_digests(rows: Rows) -> None:
    digests = list(rows.digests(list(rows.columns)))
    assert len(digests) == 4
    assert digests[1] == digests[3]
    assert len({*digests}) == 3
    assert digests == list(rows.digests(list(rows.columns))), "they can be read again"


def test_some_rows_are_picked(rows: Rows) -> None:
    found = rows.pick([2, 0, 9], list(rows.columns))
    assert sorted(found) == [0, 2]
    assert [str(found[number]["id"]) for number in (0, 2)] == ["1", "3"]
    assert rows.pick([], list(rows.columns)) == {}


def test_columns_can_be_left_out(tmp_path: Path) -> None:
    pq.write_table(TABLE, tmp_path / "t.parquet")
    rows = opened(tmp_path / "t.parquet", "parquet")
    assert rows.columns == {"id": "int64", "name": "string", "d": "dictionary<values=string, indices=int32, ordered=0>"}
    first, _, third, _ = rows.digests(["d"])
    assert first == third
    assert rows.pick([0], ["d"]) == {0: {"d": "x"}}


def test_tabs_and_rows_that_are_no_documents(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text("a\tb\n1\t2,3\n")
    assert opened(tmp_path / "t.tsv", "csv").pick([0], ["a", "b"]) == {0: {"a": "1", "b": "2,3"}}
    (tmp_path / "t.jsonl").write_text('{"a": 1}\n{"torn')
    assert opened(tmp_path / "t.jsonl", "jsonl").pick([1], []) == {1: '{"torn'}


def test_other_kinds_have_no_rows(tmp_path: Path) -> None:
    assert open_rows(tmp_path / "a.bin", "binary") is None


def test_items_of_an_array(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([[1, 2], [3, 4], [1, 2]], ">f4"))
    rows = opened(tmp_path / "a.npy", "npy")
    first, second, third = rows.digests(list(rows.columns))
    assert first == third != second
    assert rows.pick([1, 7], []) == {1: [3.0, 4.0]}
    assert (rows.numbering.label(1), ROWS.label(1_000)) == ("[1]", "row 1,001")
    assert [array_rows(other) for other in (plain(np.array(3)), np.arange(3), "x")] == [None, None, None]


def test_rows_of_a_database(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("CREATE TABLE t (a, b)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(1, "x"), (None, b"y"), (1, "x")])
        connection.commit()
    with sqlite_database.opened(tmp_path / "a.db") as connection:
        rows = table_rows(connection, "table t")
        assert rows is not None
        first, second, third = rows.digests(["a", "b"])
        assert first == third != second
        assert rows.pick([1], ["b"]) == {1: {"b": b"y"}}
        assert table_rows(connection, "table u") is None


def test_columns_of_one_name_cannot_be_told_apart(tmp_path: Path) -> None:
    for name, columns in (("two", ["a", "a"]), ("none", [])):
        arrays = [pa.array([1, 2]) for _ in columns]
        pq.write_table(pa.Table.from_arrays(arrays, names=columns), tmp_path / f"{name}.parquet")
        assert open_rows(tmp_path / f"{name}.parquet", "parquet") is None

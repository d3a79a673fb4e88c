from __future__ import annotations

import bz2
import datetime
import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from samerun.data import hash_table
from samerun.data.table_files import BATCH_BYTES, BATCH_ROWS, is_text_file, open_table_file, rows_at_once
from samerun.errors import BadOption, BadTable, MissingData

TABLE = pa.table({"a": [1, 2, None], "b": ["x", None, "é"]})


def rows(path: Path, schema: Any = None) -> list[dict[str, Any]]:
    found, batches = open_table_file(path, schema)
    return pa.Table.from_batches(batches(), found).to_pylist()


def csv(folder: Path, text: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8", newline="")
    return path


# ---------------------------------------------------------------------- binary files


def test_each_kind_is_known_by_its_bytes_not_its_name(tmp_path: Path) -> None:
    pq.write_table(TABLE, tmp_path / "one.bin")
    pyarrow.feather.write_feather(TABLE, tmp_path / "two.bin")
    with pa.ipc.new_stream(tmp_path / "three.bin", TABLE.schema) as stream:
        stream.write_table(TABLE)
    for name in ("one", "two", "three"):
        assert rows(tmp_path / f"{name}.bin") == TABLE.to_pylist()


@pytest.mark.parametrize("groups", [1, 2, 7, 1000])
@pytest.mark.parametrize("codec", ["none", "snappy", "zstd"])
def test_row_groups_and_compression_do_not_count(tmp_path: Path, groups: int, codec: str) -> None:
    table = pa.table({"x": np.arange(1000), "s": [str(each) for each in range(1000)]})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=1000 // groups, compression=codec)
    assert hash_table(tmp_path / "a.parquet") == hash_table(table)


@pytest.mark.parametrize("size", [1, 3, 64, 999, 5000])
def test_the_size_of_batches_does_not_count(tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    table = pa.table({"x": np.arange(1000.0), "s": [str(each) for each in range(1000)]})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=300)
    monkeypatch.setattr("samerun.data.table_files.BATCH_ROWS", size)
    for ordered in (True, False):
        assert hash_table(tmp_path / "a.parquet", ordered=ordered) == hash_table(table, ordered=ordered)


def group_of(path: Path) -> Any:
    return pq.read_metadata(path).row_group(0)


def test_wide_rows_come_in_small_batches(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": np.arange(10)}), tmp_path / "small.parquet")
    wide = pa.table({"s": [os.urandom(1 << 20) for _ in range(4)]})
    pq.write_table(wide, tmp_path / "wide.parquet", use_dictionary=False)
    assert rows_at_once(group_of(tmp_path / "small.parquet")) == BATCH_ROWS
    assert rows_at_once(group_of(tmp_path / "small.parquet"), 1000.0) == BATCH_BYTES // 1000
    assert rows_at_once(group_of(tmp_path / "wide.parquet")) == 3
    assert rows_at_once(group_of(tmp_path / "wide.parquet"), 1e12) == 1


def test_a_file_without_rows(tmp_path: Path) -> None:
    for groups in ({}, {"row_group_size": 1}):
        pq.write_table(TABLE.slice(0, 0), tmp_path / "empty.parquet", **groups)
        assert hash_table(tmp_path / "empty.parquet") == hash_table(TABLE.slice(0, 0))


def test_a_small_file_of_large_texts_is_read_in_pieces(tmp_path: Path) -> None:
    texts = pa.array([letter * 100_000 for letter in "ab"], pa.large_string())
    table = pa.table({"s": texts.take(pa.array([0, 1] * 500))})  # 100 MB
    pq.write_table(table, tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 1 << 20
    _, batches = open_table_file(tmp_path / "a.parquet")
    assert max(batch.nbytes for batch in batches()) <= BATCH_BYTES * 1.1
    assert hash_table(tmp_path / "a.parquet") == hash_table(table)


@pytest.mark.parametrize("cut", [4, 8, 20, 100, -1, -8, -40])
@pytest.mark.parametrize("kind", ["parquet", "feather"])
def test_a_file_that_is_cut_short_is_told(tmp_path: Path, kind: str, cut: int) -> None:
    path = tmp_path / f"a.{kind}"
    if kind == "parquet":
        pq.write_table(TABLE, path)
    else:
        pyarrow.feather.write_feather(TABLE, path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(BadTable, match=f"a.{kind} "):
        hash_table(path)


@pytest.mark.parametrize("kind", ["parquet", "feather"])
def test_a_damaged_file_is_told_or_hashed_but_never_ends_the_process(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    table = pa.table({"s": [f"text {each}" for each in range(50)], "l": [[each] for each in range(50)]})
    if kind == "parquet":
        pq.write_table(table, path, compression="none")
    else:
        pyarrow.feather.write_feather(table, path, compression="uncompressed")
    whole = path.read_bytes()
    random = np.random.default_rng(3)
    told = 0
    for _ in range(150):
        damaged = bytearray(whole)
        for place in random.integers(8, len(whole), 3):
            damaged[place] = random.integers(0, 256)
        path.write_bytes(damaged)
        try:
            hash_table(path)
        except BadTable:
            told += 1
    assert told > 10


def test_what_is_no_table_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\x93NUMPY...")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "old.feather").write_bytes(b"FEA1....")
    for name, words in (("a.bin", "no Parquet"), ("empty", "no Parquet"), ("old.feather", "version 1")):
        with pytest.raises(BadTable, match=words):
            open_table_file(tmp_path / name)


@pytest.mark.parametrize("name", ["none.parquet", "folder", "none.csv"])
def test_what_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(MissingData, match=name):
        open_table_file(tmp_path / name, {"a": "int8"} if name.endswith("csv") else None)


# ---------------------------------------------------------------------- text


def test_text_files_are_known_by_name() -> None:
    assert is_text_file("a.CSV")
    assert is_text_file(Path("a.tsv"))
    assert not is_text_file("a.parquet")
    assert not is_text_file(pd.DataFrame())


def test_text_needs_a_schema_and_nothing_else_takes_one(tmp_path: Path) -> None:
    with pytest.raises(BadOption, match="does not say which types"):
        open_table_file(csv(tmp_path, "a\n1\n"))
    pq.write_table(TABLE, tmp_path / "a.parquet")
    with pytest.raises(BadOption, match="types of its own"):
        open_table_file(tmp_path / "a.parquet", {"a": "int64"})


KINDS = {
    "i": ("int16", "-3", -3),
    "u": ("uint64", "18446744073709551615", 2**64 - 1),
    "f": ("float64", "0.1", 0.1),
    "g": ("float32", "0.1", float(np.float32(0.1))),
    "b": ("bool", "True", True),
    "s": ("string", '"a,""b"""', 'a,"b"'),
    "n": ("string", '"two\nlines"', "two\nlines"),
    "d": ("date32", "2020-02-29", datetime.date(2020, 2, 29)),
    "t": ("timestamp[us]", "2020-02-29 12:30:00.25", datetime.datetime(2020, 2, 29, 12, 30, 0, 250_000)),
}


def test_each_type_by_its_name(tmp_path: Path) -> None:
    text = ",".join(KINDS) + "\n" + ",".join(cell for _, cell, _ in KINDS.values()) + "\n"
    found = rows(csv(tmp_path, text), {name: kind for name, (kind, _, _) in KINDS.items()})
    assert found == [{name: value for name, (_, _, value) in KINDS.items()}]


def test_empty_cells_are_missing_quoted_ones_are_empty_and_words_are_words(tmp_path: Path) -> None:
    path = csv(tmp_path, 's,x\n"",1.5\n,\nNA,nan\nnull,inf\n')
    found = rows(path, {"s": "string", "x": "float64"})
    assert [row["s"] for row in found] == ["", None, "NA", "null"]
    same = pd.DataFrame({"s": ["", None, "NA", "null"], "x": [1.5, None, np.nan, np.inf]})
    assert hash_table(path, schema=pa.Schema.from_pandas(same)) == hash_table(same)


def test_a_column_alone_has_its_missing_cells_quoted_by_pandas(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": [1.5, None, 2.5]})
    frame.to_csv(tmp_path / "a.csv", index=False)
    assert '""' in (tmp_path / "a.csv").read_text()
    assert hash_table(tmp_path / "a.csv", schema={"x": "float64"}) == hash_table(frame)


@pytest.mark.parametrize("values", [[None, "a", None], [1, None, 3], [1.5, None]])
def test_an_empty_line_of_a_column_alone_is_a_missing_value(tmp_path: Path, values: list[Any]) -> None:
    frame = pl.DataFrame({"x": values})
    frame.write_csv(tmp_path / "a.csv")
    assert '""' not in (tmp_path / "a.csv").read_text()
    assert hash_table(tmp_path / "a.csv", schema=frame.schema) == hash_table(frame) != hash_table(frame.drop_nulls())


def test_empty_lines_of_several_columns_are_nothing(tmp_path: Path) -> None:
    assert rows(csv(tmp_path, "a,b\n1,2\n\n3,4\n\n"), {"a": "int8", "b": "int8"}) == [
        {"a": 1, "b": 2},
        {"a": 3, "b": 4},
    ]


def test_tabs_byte_order_marks_and_line_ends(tmp_path: Path) -> None:
    expected = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    schema = {"a": "int64", "b": "string"}
    assert rows(csv(tmp_path, "a\tb\n1\tx\n2\ty\n", "a.tsv"), schema) == expected
    assert rows(csv(tmp_path, "\ufeffa,b\r\n1,x\r\n2,y"), schema) == expected


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
def test_packed_text(tmp_path: Path, suffix: str, pack: Any) -> None:
    path = tmp_path / f"a.tsv{suffix}"
    path.write_bytes(pack(b"a\tb\n1\tx\n"))
    assert rows(path, {"a": "int64", "b": "string"}) == [{"a": 1, "b": "x"}]
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(BadTable, match="a.tsv"):
        hash_table(path, schema={"a": "int64", "b": "string"})


def test_views_and_dictionaries_in_a_schema(tmp_path: Path) -> None:
    path = csv(tmp_path, "s,c\na,b\n")
    kinds = [
        pa.schema([("s", pa.string_view()), ("c", pa.dictionary(pa.int8(), pa.large_string()))]),
        pa.schema([("s", pa.string()), ("c", pa.string())]),
        {"s": pa.large_string(), "c": "string"},
    ]
    assert len({hash_table(path, schema=kind) for kind in kinds}) == 1


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"a": "int64"}, "has \\['b'\\], which"),
        ({"a": "int64", "b": "int64", "c": "int64"}, "lacks \\['c'\\]"),
        ({"a": "int64", "b": "integer"}, "'integer' is no type for the column 'b'"),
        (["a", "b"], "a pyarrow.Schema or a dict"),
        ({"a": "int64", "b": "null"}, "which type the column 'b' has"),
    ],
)
def test_a_schema_that_does_not_fit_is_told(tmp_path: Path, schema: Any, words: str) -> None:
    with pytest.raises(BadOption, match=words):
        open_table_file(csv(tmp_path, "a,b\n1,2\n"), schema)


def test_the_index_that_pandas_wrote_is_told(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1]}).to_csv(tmp_path / "a.csv")
    with pytest.raises(BadOption, match="index=False"):
        open_table_file(tmp_path / "a.csv", {"a": "int64"})


@pytest.mark.parametrize("text", ["a\nx\n", "a\n1.5\n", "a\n1,2\n", "a\n300\n", ""])
def test_cells_that_are_no_such_numbers_are_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadTable, match="a.csv cannot be read as a table"):
        hash_table(csv(tmp_path, text), schema={"a": "uint8"})


def test_text_that_is_no_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a\n\xff\xfe\n")
    with pytest.raises(BadTable, match="UTF8"):
        hash_table(tmp_path / "a.csv", schema={"a": "string"})


def test_a_csv_of_several_blocks(tmp_path: Path) -> None:
    frame = pl.DataFrame({"x": range(200_000), "s": [f"some text {each}" * 3 for each in range(200_000)]})
    frame.write_csv(tmp_path / "a.csv")
    assert (tmp_path / "a.csv").stat().st_size > 8 << 20
    assert hash_table(tmp_path / "a.csv", schema={"x": "int64", "s": "string"}) == hash_table(frame)


@pytest.mark.parametrize(
    "kind", [pa.time32("s"), pa.time64("us"), pa.timestamp("s"), pa.timestamp("s", "Europe/Berlin")]
)
def test_a_csv_with_more_digits_than_the_unit_has(tmp_path: Path, kind: pa.DataType) -> None:
    table = pa.table({"t": pa.array([0, 61, None], kind)})
    pl.DataFrame(table).write_csv(tmp_path / "a.csv")  # polars writes nanoseconds and milliseconds
    assert hash_table(tmp_path / "a.csv", schema=table.schema) == hash_table(table)


def test_a_fixed_offset_is_one_zone_in_every_library() -> None:
    table = pa.table({"t": pa.array([0, None], pa.timestamp("us", "+02:00"))})
    assert hash_table(pl.from_arrow(table)) == hash_table(table)

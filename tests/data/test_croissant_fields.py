"""Columns are told only as far as they hold for every row."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from samerun.data import croissant_fields
from samerun.data.croissant_fields import croissant_type, fields_of

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def told(tmp_path: Path, text: str, name: str = "t.csv") -> dict[str, str] | None:
    (tmp_path / name).write_bytes(text.encode())
    fields = fields_of(tmp_path / name)
    return None if fields is None else {field.name: field.type.removeprefix("sc:") for field in fields}


def test_a_csv(tmp_path: Path) -> None:
    text = "id,label,x,ok,day,at\n1,cat,1.5,true,2020-01-01,2020-01-01 10:00:00\n"
    text += "2,dog,2,false,2020-01-02,2020-01-02 10:00:00\n"
    assert told(tmp_path, text) == {
        "id": "Integer",
        "label": "Text",
        "x": "Float",
        "ok": "Boolean",
        "day": "Date",
        "at": "DateTime",
    }
    assert told(tmp_path, "a\tb\n1\tx\n", "t.tsv") == {"a": "Integer", "b": "Text"}


def test_a_type_that_only_the_first_rows_have_is_not_told(tmp_path: Path) -> None:
    rows = "".join(f"{number},{number}\n" for number in range(400_000))
    assert told(tmp_path, "a,b\n" + rows) == {"a": "Integer", "b": "Integer"}
    assert told(tmp_path, "a,b\n" + rows + "x,1\n") == {"a": "Text", "b": "Text"}


@pytest.mark.parametrize("text", ["", "a,a\n1,2\n", ",b\n1,2\n", "a,b\n1,2,3\n", "a,b\n1\n"])
def test_what_is_no_table_of_named_columns(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text) is None


def test_a_column_without_values_is_text(tmp_path: Path) -> None:
    assert told(tmp_path, "a,b\n,1\n,2\n") == {"a": "Text", "b": "Integer"}


def test_a_parquet(tmp_path: Path) -> None:
    day = datetime.date(2020, 1, 1)
    pq.write_table(pa.table({"i": [1], "s": ["x"], "d": [day]}), tmp_path / "t.parquet")
    assert [field.type for field in fields_of(tmp_path / "t.parquet") or ()] == ["sc:Integer", "sc:Text", "sc:Date"]
    pq.write_table(pa.table({"i": [[1]]}), tmp_path / "l.parquet")
    assert fields_of(tmp_path / "l.parquet") is None
    (tmp_path / "bad.parquet").write_bytes(b"PAR1")
    assert fields_of(tmp_path / "bad.parquet") is None


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (pa.int8(), "sc:Integer"),
        (pa.uint64(), "sc:Integer"),
        (pa.float16(), "sc:Float"),
        (pa.large_string(), "sc:Text"),
        (pa.dictionary(pa.int8(), pa.string()), "sc:Text"),
        (pa.timestamp("ns", "UTC"), "sc:DateTime"),
        (pa.binary(), ""),
        (pa.struct([]), ""),
    ],
)
def test_types(kind: object, name: str) -> None:
    assert croissant_type(kind) == name


def test_without_pyarrow_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ImportError("pyarrow")

    monkeypatch.setattr(croissant_fields, "_of_text", fail)
    assert told(tmp_path, "a\n1\n") is None

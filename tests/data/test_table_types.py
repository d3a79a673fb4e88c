from __future__ import annotations

import datetime
import decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from samerun.data.table_types import (
    fixed_width,
    is_bytes,
    is_list,
    is_text,
    item_type,
    plain_array,
    storage_type,
    type_text,
)
from samerun.errors import BadTable

TEXTS = [
    (pa.int8(), "int8"),
    (pa.uint64(), "uint64"),
    (pa.float16(), "float16"),
    (pa.float32(), "float32"),
    (pa.float64(), "float64"),
    (pa.bool_(), "bool"),
    (pa.null(), "null"),
    (pa.string(), "string"),
    (pa.large_string(), "string"),
    (pa.string_view(), "string"),
    (pa.binary(), "binary"),
    (pa.binary(7), "binary"),
    (pa.large_binary(), "binary"),
    (pa.binary_view(), "binary"),
    (pa.date32(), "date"),
    (pa.date64(), "date"),
    (pa.time32("s"), "time"),
    (pa.time64("ns"), "time"),
    (pa.timestamp("s"), "timestamp[ms]"),
    (pa.timestamp("ms"), "timestamp[ms]"),
    (pa.timestamp("ns", "UTC"), "timestamp[ns, UTC]"),
    (pa.timestamp("us", "+00:00"), "timestamp[us, UTC]"),
    (pa.timestamp("us", "Etc/UTC"), "timestamp[us, UTC]"),
    (pa.timestamp("us", "Etc/GMT+0"), "timestamp[us, UTC]"),
    (pa.timestamp("us", "+01:00"), "timestamp[us, +01:00]"),
    (pa.timestamp("us", "Etc/GMT-1"), "timestamp[us, +01:00]"),
    (pa.timestamp("us", "Etc/GMT+11"), "timestamp[us, -11:00]"),
    (pa.timestamp("us", "Europe/Berlin"), "timestamp[us, Europe/Berlin]"),
    (pa.duration("s"), "duration[ms]"),
    (pa.duration("ns"), "duration[ns]"),
    (pa.decimal128(10, 2), "decimal(2)"),
    (pa.decimal256(70, 0), "decimal(0)"),
    (pa.decimal32(5, 1), "decimal(1)"),
    (pa.dictionary(pa.int8(), pa.string()), "string"),
    (pa.run_end_encoded(pa.int32(), pa.int64()), "int64"),
    (pa.list_(pa.int8()), "list<int8>"),
    (pa.list_(pa.int8(), 3), "list<int8>"),
    (pa.large_list(pa.list_view(pa.string_view())), "list<list<string>>"),
    (pa.struct([("a", pa.int8()), ('"b', pa.date32())]), 'struct<"a": int8, "\\"b": date>'),
    (pa.struct([]), "struct<>"),
    (pa.map_(pa.string(), pa.int8()), 'list<struct<"key": string, "value": int8>>'),
    (pa.uuid(), "binary"),
]


@pytest.mark.parametrize(("kind", "text"), TEXTS, ids=lambda each: str(each)[:30])
def test_the_text_of_each_type(kind: Any, text: str) -> None:
    assert type_text(kind) == text


@pytest.mark.parametrize(
    "kind",
    [
        pa.month_day_nano_interval(),
        pa.sparse_union([pa.field("a", pa.int8())]),
        pa.list_(pa.dense_union([pa.field("a", pa.int8())])),
        pa.struct([("a", pa.month_day_nano_interval())]),
    ],
    ids=lambda kind: str(kind)[:30],
)
def test_what_has_no_text_is_refused_by_its_column(kind: Any) -> None:
    with pytest.raises(BadTable, match=r"column 'price' has the type .* Convert it") as caught:
        type_text(kind, "price")
    assert caught.value.facts["column"] == "price"


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("int8", 1),
        ("uint16", 2),
        ("float16", 2),
        ("int32", 4),
        ("float32", 4),
        ("uint64", 8),
        ("float64", 8),
        ("bool", 1),
        ("date", 4),
        ("time", 8),
        ("timestamp[us, Europe/Berlin]", 8),
        ("duration[ms]", 8),
        ("decimal(3)", 32),
        ("string", 0),
        ("binary", 0),
        ("null", 0),
        ("list<int8>", 0),
        ("list<timestamp[us]>", 0),
        ('struct<"int8": int8>', 0),
    ],
)
def test_the_width_of_each_type(text: str, width: int) -> None:
    assert fixed_width(text) == width


def test_kinds_are_told_apart() -> None:
    assert is_text(pa.string_view())
    assert not is_text(pa.binary())
    assert is_bytes(pa.binary(4))
    assert not is_bytes(pa.decimal128(4))  # to Arrow a kind of bytes of fixed size
    assert is_list(pa.map_(pa.string(), pa.int8()))
    assert not is_list(pa.struct([]))
    assert item_type(pa.list_(pa.int8(), 2)) == pa.int8()
    assert storage_type(pa.dictionary(pa.int8(), pa.uuid())) == pa.binary(16)


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (pa.array(["a", None], pa.string_view()), pa.large_binary()),
        (pa.array([b"ab"], pa.binary(2)), pa.large_binary()),
        (pa.array([1], pa.date64()), None),
        (pa.array([datetime.date(2020, 1, 1)], pa.date64()), pa.date32()),
        (pa.array([3], pa.time32("ms")), pa.time64("ns")),
        (pa.array([3], pa.timestamp("s", "UTC")), pa.timestamp("ms", "UTC")),
        (pa.array([3], pa.timestamp("ns")), pa.timestamp("ns")),
        (pa.array([3], pa.duration("s")), pa.duration("ms")),
        (pa.array([decimal.Decimal("1.5")], pa.decimal32(3, 1)), pa.decimal256(76, 1)),
        (pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int8())), None),
        (pa.array(["a"]).dictionary_encode(), pa.large_binary()),
        (pc.run_end_encode(pa.array([1, 1])), pa.int64()),
        (pa.array([1], pa.int8()), pa.int8()),
    ],
    ids=lambda each: str(getattr(each, "type", ""))[:30],
)
def test_the_plain_form(array: Any, kind: Any) -> None:
    if kind is None and pa.types.is_date(array.type):
        with pytest.raises(pa.ArrowInvalid):  # a date that is no whole day
            plain_array(array)
        return
    plain = plain_array(array)
    assert plain.type == kind if kind is not None else is_list(plain.type)
    assert plain.is_null().to_pylist() == array.is_null().to_pylist()


def test_seconds_beyond_milliseconds_are_refused_not_wrapped() -> None:
    with pytest.raises(pa.ArrowInvalid):
        plain_array(pa.array([2**62], pa.int64()).cast(pa.timestamp("s")))


def test_a_dictionary_with_a_missing_value_of_its_own() -> None:
    array = pa.DictionaryArray.from_arrays(pa.array([0, 1, None]), pa.array(["a", None]))
    assert plain_array(array).to_pylist() == [b"a", None, None]

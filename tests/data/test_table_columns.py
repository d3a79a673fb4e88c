from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from blake3 import blake3

from samerun.data.table_columns import Column, Stream, hash_columns
from samerun.errors import BadTable


def column(*pieces: Any, name: str = "x") -> Column:
    made = Column(pieces[0].type, name)
    for piece in pieces:
        made.add(piece)
    return made


def test_a_stream_is_blake3_however_it_is_cut() -> None:
    data = np.random.default_rng(0).bytes(10_000_000)
    for sizes in ([10_000_000], [1, 9_999_999], [5_000_000, 0, 5_000_000]):
        stream, start = Stream(), 0
        for size in sizes:
            stream.add(data[start : start + size])
            start += size
        assert stream.digest() == blake3(data).digest()
    assert Stream().digest() == blake3(b"").digest()


def test_a_digest_can_be_taken_on_the_way() -> None:
    one = column(pa.array([1, 2]))
    first = one.digest()
    assert first == one.digest() == column(pa.array([1]), pa.array([2])).digest()
    one.add(pa.array([3]))
    assert one.digest() == column(pa.array([1, 2, 3])).digest() != first


NESTED = pa.struct([("a", pa.list_(pa.string())), ("b", pa.struct([("c", pa.float32())]))])
VALUES = [
    {"a": ["x", None], "b": {"c": 1.5}},
    None,
    {"a": None, "b": None},
    {"a": [], "b": {"c": None}},
    {"a": ["y"], "b": {"c": 2.5}},
    None,
]


@pytest.mark.parametrize("cut", range(7))
def test_nested_columns_do_not_see_where_they_are_cut(cut: int) -> None:
    array = pa.array(VALUES, NESTED)
    assert column(array[:cut], array[cut:]).digest() == column(array).digest()


def test_which_row_of_a_nested_column_is_missing_counts() -> None:
    digests = {column(pa.array(VALUES[turn:] + VALUES[:turn], NESTED)).digest() for turn in range(6)}
    assert len(digests) == 6


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([[1], []], [[], [1]]),
        ([[1, 2]], [[1], [2]]),
        ([None, []], [[], None]),
        ([[None]], [[]]),
        ([[None], [1]], [[1], [None]]),
    ],
)
def test_lists_that_hold_the_same_items_otherwise_differ(one: Any, other: Any) -> None:
    kind = pa.list_(pa.int8())
    assert column(pa.array(one, kind)).digest() != column(pa.array(other, kind)).digest()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([{"a": None}], [None]),
        ([{"a": 1}, None], [None, {"a": 1}]),
        ([{"a": None}, {"a": 1}], [None, {"a": 1}]),
    ],
)
def test_a_missing_record_is_no_record_of_missing_values(one: Any, other: Any) -> None:
    kind = pa.struct([("a", pa.int8())])
    assert column(pa.array(one, kind)).digest() != column(pa.array(other, kind)).digest()


def test_missing_values_are_counted() -> None:
    assert column(pa.array([1.0, None, float("nan")])).nulls == 2
    assert column(pa.array(["a", None]), pa.array([None, None], pa.string())).nulls == 3
    assert column(pa.nulls(4)).nulls == 4
    assert column(pa.array([1])).nulls == 0


def test_the_zeros_below_nulls_do_not_count() -> None:
    one = pa.array(np.array([1, 7, 3]), mask=np.array([False, True, False]))
    other = pa.array(np.array([1, 8, 3]), mask=np.array([False, True, False]))
    assert column(one).digest() == column(other).digest() == column(pa.array([1, None, 3])).digest()
    assert column(one).digest() != column(pa.array([1, 0, 3])).digest()


def test_a_column_that_cannot_be_hashed_is_named() -> None:
    with pytest.raises(BadTable, match="'price'"):
        Column(pa.month_day_nano_interval(), "price")


def test_names_and_numbers_of_rows_count_in_the_hash_of_the_table() -> None:
    made = column(pa.array([1]))
    hashes = {
        hash_columns(["a"], [made], 1),
        hash_columns(["b"], [made], 1),
        hash_columns(["a"], [made], 2),
        hash_columns(["a", "a"], [made, made], 1),
        hash_columns([], [], 0),
        hash_columns([], [], 1),
    }
    assert len(hashes) == 6
    assert all(len(each) == 64 for each in hashes)


def test_a_golden_hash_for_ever() -> None:
    arrays = [pa.array([1, None, 3]), pa.array(["a", "é", None]), pa.array([0.5, float("nan"), -0.0])]
    columns = [column(array) for array in arrays]
    assert hash_columns(["i", "s", "f"], columns, 3) == GOLDEN


GOLDEN = "032fd22de9836ee04047be3c0439de064b0e9837dd0ad591f72f88bbfc2fda5a"

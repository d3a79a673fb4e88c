from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from blake3 import blake3

from samerun.data.table_rows import RowSum, encode_rows, hash_rows, row_digests


def encoded(*arrays: Any) -> list[bytes]:
    return [bytes(each) for each in encode_rows(list(arrays), len(arrays[0])).to_pylist()]


def u64(value: int) -> bytes:
    return value.to_bytes(8, "little")


def test_cells_of_one_width() -> None:
    assert encoded(pa.array([1, None, -1], pa.int8())) == [b"\1\1", b"\0\0", b"\1\xff"]
    assert encoded(pa.array([True, False, None])) == [b"\1\1", b"\1\0", b"\0\0"]
    assert encoded(pa.array([1.0, float("nan")])) == [b"\1" + np.float64(1).tobytes(), bytes(9)]
    assert encoded(pa.nulls(2)) == [b"\0", b"\0"]


def test_text_has_its_length_before_it() -> None:
    assert encoded(pa.array(["é", None, ""])) == [b"\1" + u64(2) + "é".encode(), b"\0" + u64(0), b"\1" + u64(0)]


def test_a_row_is_its_cells_side_by_side() -> None:
    one, two, three = pa.array([1], pa.int8()), pa.array(["a"]), pa.array([2], pa.int16())
    assert encoded(one, two, three) == [b"\1\1" + b"\1" + u64(1) + b"a" + b"\1\2\0"]
    assert encoded(two, one) == [b"\1" + u64(1) + b"a" + b"\1\1"]
    assert encoded(one, three) == [b"\1\1\1\2\0"]


def test_lists_and_records() -> None:
    lists = pa.array([[1, None], None, []], pa.list_(pa.int8()))
    assert encoded(lists) == [b"\1" + u64(2) + b"\1\1\0\0", b"\0" + u64(0), b"\1" + u64(0)]
    texts = pa.array([["a", "bc"], ["d"]])
    assert encoded(texts)[0] == b"\1" + u64(2) + b"\1" + u64(1) + b"a" + b"\1" + u64(2) + b"bc"
    records = pa.array([{"a": 1, "b": "x"}, None], pa.struct([("a", pa.int8()), ("b", pa.string())]))
    assert encoded(records) == [b"\1\1\1\1" + u64(1) + b"x", b"\0\0\0\0" + u64(0)]


def test_a_piece_of_a_column_is_encoded_as_it_is_alone() -> None:
    lists = pa.array([[[1], None], [[2, 3]], None, [[], [4]]], pa.list_(pa.list_(pa.int16())))
    for start in range(4):
        assert encoded(lists.slice(start, 1)) == [encoded(lists)[start]]
        assert encoded(lists.slice(start)) == encoded(lists)[start:]


def test_empty_pieces_and_no_columns() -> None:
    for kind in (pa.int8(), pa.string(), pa.list_(pa.string()), pa.struct([("a", pa.int8())])):
        assert encode_rows([pa.array([], kind)], 0).to_pylist() == []
    assert encode_rows([], 3).to_pylist() == [b"", b"", b""]
    assert encode_rows([], 0).to_pylist() == []


@pytest.mark.parametrize("rows", [0, 1, 16_384, 16_385, 40_000])
def test_each_row_has_its_own_digest(rows: int) -> None:
    numbers = pa.array(np.arange(rows))
    joined = b"".join(row_digests([numbers], rows, 16))
    assert len(joined) == 16 * rows
    assert len({joined[at : at + 16] for at in range(0, len(joined), 16)}) == rows
    if rows:
        assert joined[:16] == blake3(b"\1" + bytes(8)).digest(16)


def test_the_sum_does_not_know_the_order_but_the_number() -> None:
    def total(*values: int) -> bytes:
        made = RowSum()
        for value in values:
            made.add([pa.array([value])], 1)
        return made.digest()

    assert total(1, 2, 2) == total(2, 1, 2) != total(1, 1, 2)
    assert total(1, 1) != total(2, 2) != total()
    assert total() == bytes(256)


def test_the_sum_is_what_it_says() -> None:
    made = RowSum()
    made.add([pa.array(np.arange(1000))], 1000)
    expected = sum(
        int.from_bytes(blake3(b"\1" + np.int64(value).tobytes()).digest(256), "little") for value in range(1000)
    )
    assert made.digest() == (expected % 2**2048).to_bytes(256, "little")


def test_names_types_and_rows_count_in_the_hash() -> None:
    empty = RowSum()
    hashes = {
        hash_rows(["a"], ["int8"], 0, empty),
        hash_rows(["b"], ["int8"], 0, empty),
        hash_rows(["a"], ["int16"], 0, empty),
        hash_rows(["a"], ["int8"], 1, empty),
        hash_rows([], [], 0, empty),
    }
    assert len(hashes) == 5

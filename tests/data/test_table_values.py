from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from samerun.data.table_types import plain_array
from samerun.data.table_values import fixed_values, list_parts, missing, text_parts


def absent(array: Any, text: str) -> list[bool] | None:
    found = missing(plain_array(array), text)
    return None if found is None else found.tolist()


def test_nothing_is_missing_where_nothing_is() -> None:
    assert absent(pa.array([1, 2]), "int64") is None
    assert absent(pa.array([1.0, float("inf"), -0.0]), "float64") is None
    assert absent(pa.array([], pa.float64()), "float64") is None


@pytest.mark.parametrize("width", [16, 32, 64])
def test_nan_and_null_are_missing_in_floats(width: int) -> None:
    values = np.array([-1.0, np.nan, -np.nan, -np.inf], f"float{width}")
    assert absent(pa.array(values), f"float{width}") == [False, True, True, False]
    masked = pa.array(values, mask=np.array([True, False, False, False]))
    assert absent(masked, f"float{width}") == [True, True, True, False]
    assert absent(masked.slice(2), f"float{width}") == [True, False]


def test_payloads_of_nan_do_not_matter() -> None:
    bits = np.array([0x7FF0000000000001, 0xFFFFFFFFFFFFFFFF, 0x7FF0000000000000], np.uint64)
    assert absent(pa.array(bits.view(np.float64)), "float64") == [True, True, False]


def test_all_missing() -> None:
    assert absent(pa.nulls(3, pa.float32()), "float32") == [True] * 3
    assert absent(pa.nulls(2), "null") == [True] * 2


@pytest.mark.parametrize("dtype", ["int8", "uint16", "int32", "uint64", "float16", "float32", "float64"])
def test_the_bytes_of_numbers_wherever_a_piece_starts(dtype: str) -> None:
    values = np.arange(10).astype(dtype)
    array = pa.array(values)
    for start, count in ((0, 10), (3, 4), (9, 1), (10, 0)):
        found = fixed_values(array.slice(start, count), dtype)
        assert found.tobytes() == values[start : start + count].tobytes()


def test_booleans_are_a_byte_each() -> None:
    array = pa.array([True, None, False, True, True])
    assert fixed_values(array.slice(1), "bool").tolist() == [0, 0, 1, 1]
    assert fixed_values(pa.array([], pa.bool_()), "bool").tolist() == []


def test_numbers_in_memory_are_not_copied() -> None:
    values = np.arange(1000.0)
    found = fixed_values(pa.array(values), "float64")
    assert np.shares_memory(found, values)


def test_the_parts_of_text() -> None:
    array = plain_array(pa.array(["x", "é", None, "", "abc"])).slice(1)
    lengths, content = text_parts(array)
    assert lengths.tolist() == [2, 0, 0, 3]
    assert bytes(content) == "éabc".encode()
    lengths, content = text_parts(array.slice(4))
    assert (lengths.tolist(), bytes(content)) == ([], b"")
    lengths, content = text_parts(pa.nulls(2, pa.large_binary()))
    assert (lengths.tolist(), bytes(content)) == ([0, 0], b"")


@pytest.mark.parametrize("kind", [pa.list_(pa.int8()), pa.large_list(pa.int8()), pa.list_view(pa.int8())], ids=str)
def test_the_parts_of_lists(kind: Any) -> None:
    array = pa.array([[9], [1, 2], None, [], [3]], kind).slice(1)
    lengths, items = list_parts(array)
    assert lengths.tolist() == [2, 0, 0, 1]
    assert items.to_pylist() == [1, 2, 3]


def test_lists_of_fixed_size_skip_what_lies_below_a_null() -> None:
    lengths, items = list_parts(pa.array([[1, 2], None, [3, 4]], pa.list_(pa.int8(), 2)))
    assert (lengths.tolist(), items.to_pylist()) == ([2, 0, 2], [1, 2, 3, 4])

"""Numbers come back with the same bits, whoever made them."""

from __future__ import annotations

import json
import struct
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.basics.exact import decode_number, encode_number, number_of, path_of, plain, plain_text


def bits(value: float) -> bytes:
    return struct.pack(">d", value)


@given(st.integers(0, 2**64 - 1))
@settings(deadline=None, max_examples=500)
def test_all_bits_of_a_float_come_back(pattern: int) -> None:
    value = struct.unpack(">d", pattern.to_bytes(8, "big"))[0]
    written = msgspec.json.encode(encode_number(value))
    json.loads(written, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert bits(decode_number(msgspec.json.decode(written))) == bits(value)


@given(st.integers(-(10**60), 10**60))
@settings(deadline=None, max_examples=200)
def test_integers_keep_all_digits(value: int) -> None:
    assert decode_number(msgspec.json.decode(msgspec.json.encode(encode_number(value)))) == value


def test_large_integers_and_truth_values() -> None:
    for value in (10**5000, -(10**5000), True, False, 0, 2**63, 2**64, -(2**63) - 1):
        back = decode_number(msgspec.json.decode(msgspec.json.encode(encode_number(value))))
        assert back == value
        assert type(back) is type(value)


class Level(IntEnum):
    HIGH = 3


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (np.float32(0.1), float(np.float32(0.1))),
        (np.float64(-0.0), -0.0),
        (np.float16(1.5), 1.5),
        (np.int64(7), 7),
        (np.bool_(True), True),
        (np.array(2.5), 2.5),
        (np.array([2.5]), 2.5),
        (Decimal("0.25"), 0.25),
        (Fraction(1, 4), 0.25),
        (Level.HIGH, 3),
    ],
)
def test_numbers_of_libraries_are_plain(value: Any, number: Any) -> None:
    found = number_of(value)
    assert type(found) in (int, float, bool)
    assert found == number
    assert str(found) == str(number)


def test_tensors_of_one_element_are_numbers() -> None:
    torch = pytest.importorskip("torch")
    assert number_of(torch.tensor(0.1)) == float(np.float32(0.1))
    assert number_of(torch.tensor([3])) == 3
    assert number_of(torch.tensor(0.1, dtype=torch.bfloat16)) == float(torch.tensor(0.1, dtype=torch.bfloat16))
    with pytest.raises(TypeError, match="several"):
        number_of(torch.zeros(2))


@pytest.mark.parametrize("value", ["1.5", b"1", 1j, None, object(), [1], {}, np.zeros(3)])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        number_of(value)


@pytest.mark.parametrize("text", ["nan", "1.5", "NaN:", "NaN:3ff0000000000000", "0xzz", "inf", [], {}, None])
def test_what_was_not_written_is_not_read(text: Any) -> None:
    with pytest.raises(ValueError):
        decode_number(text)


def test_a_plain_document_can_be_written_and_read_by_anyone() -> None:
    document = {"a": [float("nan"), (1, float("-inf"))], 3: "\udcff", "b": {"c": None, "d": True}}
    assert plain(document) == {"a": ["NaN", [1, "-Infinity"]], "3": "\\xff", "b": {"c": None, "d": True}}


@given(st.text())
@settings(deadline=None, max_examples=200)
def test_a_plain_text_can_be_encoded_and_ordinary_text_is_kept(text: str) -> None:
    assert plain_text(text) == text
    plain_text(text + "\udc80\ud800").encode()


@pytest.mark.parametrize(
    "path", ["a", "\udcff", "data/\udce9t\udce9.csv", "back\\slash", "é", "\\n", "a\nb", "\\x41", "\\xy"]
)
def test_a_path_comes_back_from_its_text(path: str) -> None:
    assert path_of(plain_text(path)) == path

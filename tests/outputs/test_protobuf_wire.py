from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.outputs.protobuf_wire import fields, message, number, signed, text
from samerun.outputs.reading import Unreadable


def read(data: bytes) -> list[tuple[int, object]]:
    return [(field, value if isinstance(value, int) else bytes(value)) for field, value in fields(memoryview(data))]


def test_each_kind_of_field() -> None:
    data = b"\x08\x96\x01" + b"\x12\x02hi" + b"\x1d" + struct.pack("<f", 0.5) + b"\x21" + struct.pack("<d", 0.25)
    assert read(data)[:2] == [(1, 150), (2, b"hi")]
    values = [value for _, value in fields(memoryview(data))]
    assert (text(values[1]), number(values[2]), number(values[3])) == ("hi", 0.5, 0.25)
    assert signed((1 << 64) - 3) == -3


@pytest.mark.parametrize("data", [b"\x08", b"\x12\x05hi", b"\x0b", b"\x80" * 12, b"\x1d\0\0"])
def test_what_is_cut_or_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data)


def test_kinds_are_checked() -> None:
    with pytest.raises(Unreadable):
        message(3)
    with pytest.raises(Unreadable):
        signed(memoryview(b"x"))


@pytest.mark.parametrize("raw", [b"", b"x", b"abc", b"12345", b"123456789"])
def test_a_number_of_another_width_is_refused(raw: bytes) -> None:
    with pytest.raises(Unreadable, match=f"a number of {len(raw)} bytes"):
        number(memoryview(raw))


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80]) + varint(value >> 7)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(1, 2**29 - 1), st.integers(-(2**63), 2**63 - 1) | st.binary(max_size=20))))
def test_what_was_written_comes_back_in_order(written: list[tuple[int, int | bytes]]) -> None:
    data = b"".join(
        varint(field << 3) + varint(value)
        if isinstance(value, int)
        else varint(field << 3 | 2) + varint(len(value)) + value
        for field, value in written
    )
    found = [(field, signed(v) if isinstance(v, int) else bytes(v)) for field, v in fields(memoryview(data))]
    assert found == written


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read(data)
    except Unreadable:
        pass

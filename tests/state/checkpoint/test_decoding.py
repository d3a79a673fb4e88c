from __future__ import annotations

import os
import pickle
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.state.checkpoint.decoding import Unreadable, decode
from samerun.state.checkpoint.encoding import encode

GOOD, STORAGES = encode({"w": torch.arange(6.0).reshape(2, 3), "n": [1, "a", (2.0, None)], "s": {1, 2}})
BYTES = [each.view(torch.uint8) for each in STORAGES]


class Evil:
    """What unpickling would run."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._call = (function, arguments)

    def __reduce__(self) -> Any:
        return self._call


def test_it_reads_what_was_written() -> None:
    assert decode(GOOD, BYTES)["w"].tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("function", [os.system, eval, exec, print, __import__, getattr, open])
def test_nothing_is_called(protocol: int, function: Any) -> None:
    for value in (Evil(function, "touch owned"), {"a": [Evil(function, "touch owned")]}):
        with pytest.raises(Unreadable):
            decode(pickle.dumps(value, protocol), [])
    assert not os.path.exists("owned")


@pytest.mark.parametrize(
    "body",
    [
        b"ctorch\nload\n(X\x01\x00\x00\x00ptR",
        b"ctorch.hub\nload\n)R",
        b"c__builtin__\neval\n(X\x01\x00\x00\x001tR",
        b"ctorch._utils\n_rebuild_tensor_v2\n",  # a name alone is no value
        b"](ctorch\nFloatStorage\ne",
        b"}(X\x01\x00\x00\x00actorch._utils\n_rebuild_tensor_v2\nu",
        b"(ctorch\nFloatStorage\nt",
        b"X\x01\x00\x00\x00aX\x01\x00\x00\x00bR",  # a call of text
        b"ccollections\nOrderedDict\n)R}(X\x09\x00\x00\x00__class__K\x01ub",  # a state that sets anything
        b"ccollections\nOrderedDict\n(K\x01tR",
        b"ccollections\nCounter\n(X\x01\x00\x00\x00atR",
        b"c_codecs\nencode\n(X\x01\x00\x00\x00aX\x05\x00\x00\x00idna1tR",
        b"c_codecs\nencode\n(X\x04\x00\x00\x00aaaaX\x03\x00\x00\x00rottR",
        b"}(K\x01K\x02K\x01K\x03u",  # a key twice
        b"}(](ek\x01u",
        b"K\x01K\x02",
        b"(K\x01",
        b"",
        b"X\xff\xff\xff\xffa",
        b"\x8a\xff\x01",
        b"J\x00",
        b"NNNt",
        b"cnonsense",
        b"(" * 100_000 + b"t" * 100_000,
        b"N" + b"\x85" * 100_000,
        b"](" * 300 + b"e" * 300,
        b"}(X\x0c\x00\x00\x00samerun.typeX\x04\x00\x00\x00evilu",
        b"}(X\x0c\x00\x00\x00samerun.typeX\x05\x00\x00\x00numpyu",
    ],
)
def test_another_form_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(b"\x80\x02" + body + b".", BYTES)


def numpy_of(dtype: str, shape: Any, size: int) -> bytes:
    facts = {
        "samerun": "numpy",
        "dtype": dtype,
        "shape": shape,
        "scalar": False,
        "data": torch.zeros(size, dtype=torch.uint8),
    }
    return encode(facts)[0].replace(b"X\x07\x00\x00\x00samerun", b"X\x0c\x00\x00\x00samerun.type")


@pytest.mark.parametrize(
    ("dtype", "shape"),
    [("|O", (1,)), ("<f8", (2,)), ("<f8", (-1,)), ("f8,O", (1,)), ("<f8", (10**18, 10**18)), ("", (1,)), ("<V8", (1,))],
)
def test_an_array_is_only_what_its_bytes_hold(dtype: str, shape: Any) -> None:
    data = torch.zeros(8, dtype=torch.uint8)
    assert decode(numpy_of("<f8", (1,), 8), [data]).tolist() == [0.0]
    with pytest.raises(Unreadable):
        decode(numpy_of(dtype, shape, 8), [data])


def tensor_of(shape: str, stride: str, offset: bytes = b"K\x00", kind: bytes = b"Float", key: bytes = b"0") -> bytes:
    numbers = [
        b"(" + b"".join(b"J" + int(n).to_bytes(4, "little", signed=True) for n in t.split()) + b"t"
        for t in (shape, stride)
    ]
    reference = b"(X\x07\x00\x00\x00storagectorch\n%sStorage\nX%s%sX\x03\x00\x00\x00cpuK\x06tQ" % (
        kind,
        len(key).to_bytes(4, "little"),
        key,
    )
    head = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + reference + offset
    return head + b"".join(numbers) + b"\x89ccollections\nOrderedDict\n)RtR."


def test_a_tensor_fills_its_storage_exactly() -> None:
    assert decode(tensor_of("2 3", "3 1"), BYTES).shape == (2, 3)
    wrong = [("2 4", "4 1"), ("2 3", "4 1"), ("6", "2"), ("1000000 1000000", "0 0"), ("-6", "1"), ("6", "-1")]
    for shape, stride in [*wrong, ("5", "1"), ("2147483647 2147483647 2147483647", "1 1 1"), ("6", "1 1")]:
        with pytest.raises(Unreadable):
            decode(tensor_of(shape, stride), BYTES)
    for other in (tensor_of("6", "1", b"K\x01"), tensor_of("6", "1", kind=b"Double"), tensor_of("6", "1", key=b"9")):
        with pytest.raises(Unreadable):
            decode(other, BYTES)
    with pytest.raises(Unreadable):
        decode(tensor_of("6", "1", key=b"-1"), BYTES)


@settings(deadline=None, max_examples=400)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_flip_is_refused_or_another_plain_value(place: int, bits: int) -> None:
    data = bytearray(GOOD)
    data[place] ^= bits
    try:
        decode(bytes(data), BYTES)
    except Unreadable:
        pass


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=60))
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(b"\x80\x02" + data, BYTES)


def test_every_truncation_is_refused() -> None:
    for length in range(len(GOOD)):
        with pytest.raises(Unreadable):
            decode(GOOD[:length], BYTES)

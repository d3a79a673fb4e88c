from __future__ import annotations

import numpy as np
import pytest
import torch

from samerun.state.tensor_bytes import array_pieces, bits_of, tensor_pieces


def test_bits_are_those_of_memory_without_a_cast() -> None:
    tensor = torch.tensor([1.0, -0.0, float("inf")], dtype=torch.bfloat16)
    assert bits_of(tensor).tobytes() == b"\x80\x3f\x00\x80\x80\x7f"
    assert bits_of(torch.tensor([True, False])).tolist() == [1, 0]
    assert bits_of(torch.zeros(0, 3)).size == 0
    assert bits_of(torch.tensor(7, dtype=torch.int16)).tolist() == [7, 0]


def test_contiguous_bits_are_not_copied() -> None:
    tensor = torch.zeros(4, dtype=torch.uint8)
    bits = bits_of(tensor)
    tensor[0] = 9
    assert bits[0] == 9


def test_a_tensor_that_asks_for_gradients_is_read_without_them() -> None:
    weight = torch.ones(2, requires_grad=True)
    kind, bits = tensor_pieces(weight * 2)
    assert kind == "torch.float32 (2,) torch.strided"
    assert isinstance(bits, np.ndarray)


def test_sparse_tensors_give_their_places_and_values() -> None:
    texts = [piece for piece in tensor_pieces(torch.eye(2).to_sparse()) if isinstance(piece, str)]
    assert texts == [
        "torch.float32 (2, 2) torch.sparse_coo",
        "torch.int64 (2, 2) torch.strided",
        "torch.float32 (2,) torch.strided",
    ]


def test_the_bytes_between_fields_do_not_count() -> None:
    kind = np.dtype([("x", "i1"), ("y", "f8")], align=True)
    arrays = [np.frombuffer(bytes([1, *[filler] * 7, *[0] * 8]), kind) for filler in (0, 9)]
    one, other = ([bytes(p) if not isinstance(p, str) else p for p in array_pieces(a)] for a in arrays)
    assert one == other


@pytest.mark.skipif(not hasattr(np.dtypes, "StringDType"), reason="this numpy has no text of variable width")
def test_text_of_variable_width_is_read_as_text() -> None:
    array = np.array(["a", "long enough not to be kept in place"], np.dtypes.StringDType())
    assert list(array_pieces(array))[1:] == ["a", "long enough not to be kept in place"]

"""How far two tensors or arrays are apart that should have had the same bits."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from samerun.state.tensor_bytes import bits_of


@dataclass(frozen=True)
class Apart:
    """The distance of two arrays of the same shape and type.

    Attributes:
        count: how many elements differ in their bits.
        total: how many elements there are.
        largest: the largest absolute difference; None where a NaN or an infinity differs.
        ulps: the most representable numbers that lie between two elements; None for other than real floats.
    """

    count: int
    total: int
    largest: float | None
    ulps: int | None

    def __str__(self) -> str:
        far = "a NaN or an infinity among them" if self.largest is None else f"by at most {self.largest:.6g}"
        ulps = f" ({self.ulps:,} ulp)" if self.ulps is not None else ""
        return f"{self.count:,} of {self.total:,} values differ, {far}{ulps}"


def apart(a: object, b: object) -> Apart | None:
    """Return how far ``a`` and ``b`` are apart; None if they are no numbers of one shape and type.

    Args:
        a: a tensor, an array or a number.
        b: the other.
    """
    one, other = _numbers(a), _numbers(b)
    if one is None or other is None or one[0].shape != other[0].shape or one[0].dtype != other[0].dtype:
        return None
    (left, left_bits), (right, right_bits) = one, other
    differ = left_bits != right_bits
    with np.errstate(all="ignore"):
        gap = np.abs(left[differ].astype(_wide(left)) - right[differ].astype(_wide(left)))
    largest = float(gap.max()) if gap.size and np.isfinite(gap).all() else None if gap.size else 0.0
    return Apart(int(differ.sum()), int(differ.size), largest, _most_ulps(left, left_bits[differ], right_bits[differ]))


def _wide(array: np.ndarray[Any, Any]) -> type:
    return np.complex128 if array.dtype.kind == "c" else np.float64


def _numbers(value: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None:
    """Return the numbers and the bits of each as one whole number, both flat."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        if value.layout != torch.strided or value.is_quantized or value.is_nested or value.is_meta:
            return None
        narrow = value.dtype.is_floating_point and value.dtype.itemsize < 4
        bits = bits_of(value.detach()).view(f"u{value.dtype.itemsize}") if narrow else None
        value = (value.detach().float() if narrow else value.detach()).cpu().resolve_conj().resolve_neg().numpy()
        return _flat(value, bits)
    if not isinstance(value, np.ndarray | np.generic | int | float):
        return None
    array = np.asarray(value)
    return _flat(array, None) if array.dtype.kind in "biufc" and array.dtype.itemsize <= 16 else None


def _flat(
    array: np.ndarray[Any, Any], bits: np.ndarray[Any, Any] | None
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    flat = np.ascontiguousarray(array).reshape(-1)
    size = flat.dtype.itemsize
    own = flat.view(f"u{size}") if size <= 8 else flat.view([("a", "u8"), ("b", "u8")])
    return flat, own if bits is None else bits


def _most_ulps(like: np.ndarray[Any, Any], a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> int | None:
    """Return the largest distance of two floats, given by their bits, on the line of all floats."""
    if like.dtype.kind != "f" or a.dtype.kind != "u" or not a.size:
        return None
    one, other = _places(a), _places(b)
    # In floats the farthest pair is found without an overflow; its distance is then taken exactly.
    farthest = int(np.argmax(np.abs(one.astype(np.float64) - other.astype(np.float64))))
    return abs(int(one[farthest]) - int(other[farthest]))


def _places(bits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the place of each float among all in order; both zeros are at 0."""
    sign = 1 << (8 * bits.dtype.itemsize - 1)
    magnitude = (bits & np.array(sign - 1, bits.dtype)).astype(np.int64)
    negative = (bits & np.array(sign, bits.dtype)) != 0
    return np.asarray(np.where(negative, -magnitude, magnitude))

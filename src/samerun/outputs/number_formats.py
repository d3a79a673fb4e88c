"""Number formats as bits: how many representable numbers lie between two, and the small floats numpy lacks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from samerun.outputs.late import Late

if TYPE_CHECKING:
    import numpy as np

    Vector = np.ndarray[Any, Any]
else:
    np = Late("numpy")  # the table of types is read by commands that compare no array


class SmallFloat(NamedTuple):
    """A float of one or two bytes: ``special`` says which bit patterns are infinite or not a number."""

    exponent: int
    mantissa: int
    bias: int
    special: str


SMALL_FLOATS = {
    "bfloat16": SmallFloat(8, 7, 127, "ieee"),
    "float8_e5m2": SmallFloat(5, 2, 15, "ieee"),
    "float8_e4m3fn": SmallFloat(4, 3, 7, "top"),
    "float8_e4m3fnuz": SmallFloat(4, 3, 8, "negative-zero"),
    "float8_e5m2fnuz": SmallFloat(5, 2, 16, "negative-zero"),
    "float8_e8m0fnu": SmallFloat(8, 0, 127, "scale"),
}
"""Formats that arrive as unsigned integers, by the names that torch and safetensors readers here use."""


def decode(bits: Vector, dtype: str) -> Vector:
    """Return the numbers that the bit patterns of a small float stand for, as float64."""
    if dtype == "bfloat16":  # the upper half of a float32
        with np.errstate(invalid="ignore"):  # a NaN that signals
            found: Vector = (bits.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    else:
        found = _table(dtype)[bits]
    return found


@cache
def _table(dtype: str) -> Vector:
    form = SMALL_FLOATS[dtype]
    return np.array([_value(bits, form) for bits in range(256)], dtype=np.float64)


def _value(bits: int, form: SmallFloat) -> float:
    """Return what one bit pattern of an 8-bit float stands for."""
    if form.special == "scale":  # a power of two without a sign
        return float("nan") if bits == 0xFF else 2.0 ** (bits - form.bias)
    sign = -1.0 if bits & 0x80 else 1.0
    exponent = (bits & 0x7F) >> form.mantissa
    mantissa = bits & ((1 << form.mantissa) - 1)
    top = exponent == (1 << form.exponent) - 1
    if form.special == "negative-zero" and bits == 0x80:
        return float("nan")
    if form.special == "top" and bits & 0x7F == 0x7F:
        return float("nan")
    if form.special == "ieee" and top:
        return float("nan") if mantissa else sign * float("inf")
    fraction = mantissa / (1 << form.mantissa) + (1 if exponent else 0)
    return float(sign * fraction * 2.0 ** (max(exponent, 1) - form.bias))


def ranks(bits: Vector) -> Vector:
    """Return unsigned integers in the order of the floats whose bits are given; both zeros get the same.

    Args:
        bits: sign, exponent and mantissa as unsigned integers of 1, 2, 4 or 8 bytes.
    """
    half = np.array(1 << (bits.dtype.itemsize * 8 - 1), dtype=bits.dtype)
    magnitude = bits & (half - np.array(1, dtype=bits.dtype))
    found: Vector = np.where(bits & half, half - magnitude, half + magnitude)
    return found


def ulps(x: Vector, y: Vector) -> Vector:
    """Return how many representable numbers lie between the floats whose bits are given, one by one."""
    first, second = ranks(x), ranks(y)
    found: Vector = np.where(first > second, first - second, second - first)
    return found


def apart(x: Vector, y: Vector) -> Vector:
    """Return the exact distances between integers of one type, as unsigned integers (they may not fit a signed one)."""
    wide = np.uint64 if x.dtype.kind == "u" else np.int64
    x, y = x.astype(wide), y.astype(wide)
    found: Vector = np.maximum(x, y).view(np.uint64) - np.minimum(x, y).view(np.uint64)
    return found

"""Numbers: how far apart two are, and whether that is near enough.

NaN equals NaN whatever its payload; -0.0 and 0.0 are the same number with other bits.
"""

from __future__ import annotations

import math
import struct
import sys
from fractions import Fraction

LARGEST = sys.float_info.max
"""What a difference beyond the range of floats is reported as, so that it stays a number in JSON."""

_EXACT = 2**53
_SIGN = 1 << 63


def same_bits(a: float, b: float) -> bool:
    """Say whether two floats have the same bits; any NaN counts as the same as any other."""
    if a != a or b != b:
        return a != a and b != b
    return a == b and math.copysign(1.0, a) == math.copysign(1.0, b)


def ulps(a: float, b: float) -> int:
    """Return how many representable 64-bit floats lie between ``a`` and ``b``.

    Args:
        a: one float; infinities count as the neighbours of the largest floats.
        b: the other.

    Returns:
        0 for equal numbers (so for -0.0 and 0.0, and for two NaN), 1 for neighbours; no meaningful count where just
        one of them is NaN.
    """
    if a != a and b != b:
        return 0
    return abs(_place(a) - _place(b))


def agree(a: float, b: float, rtol: float = 0.0, atol: float = 0.0) -> bool:
    """Say whether ``|a - b| <= atol + rtol * max(|a|, |b|)``.

    Args:
        a: one number; integers of any size are exact.
        b: the other.
        rtol: tolerance relative to the larger magnitude.
        atol: absolute tolerance.

    Returns:
        With both tolerances 0, whether they are bit for bit the same (-0.0 is not 0.0, NaN is NaN). An infinity agrees
        with itself alone.
    """
    if rtol == 0 and atol == 0:
        return a == b if isinstance(a, int) or isinstance(b, int) else same_bits(a, b)
    if a != a or b != b:
        return a != a and b != b
    if a == b:
        return True
    if math.isinf(rtol) or math.isinf(atol):
        return True
    if not (_finite(a) and _finite(b)):
        return False
    return _near(a, b, rtol, atol)


def deviation(a: float, b: float) -> tuple[float, float, int | None] | None:
    """Return how far apart two numbers are.

    Args:
        a: one number.
        b: the other.

    Returns:
        The absolute difference, the difference relative to the larger magnitude, and the ulps between them (None for
        two integers); None where either is NaN or infinite and they are not the same: no distance has a meaning then.
    """
    if not (_finite(a) and _finite(b)):
        return (0.0, 0.0, 0) if agree(a, b) else None
    if type(a) is float and type(b) is float:
        return (*_gap_of_floats(a, b), ulps(a, b))
    gap = abs(Fraction(a) - Fraction(b))
    largest = max(abs(Fraction(a)), abs(Fraction(b)))
    whole = isinstance(a, int) and isinstance(b, int)
    relative = _as_float(gap / largest) if largest else 0.0
    return _as_float(gap), relative, None if whole else ulps(_as_float(a), _as_float(b))


def _gap_of_floats(a: float, b: float) -> tuple[float, float]:
    largest = max(abs(a), abs(b))
    if not largest:
        return 0.0, 0.0
    relative = abs(a / largest - b / largest)
    return min(abs(a - b), LARGEST), relative


def _near(a: float, b: float, rtol: float, atol: float) -> bool:
    """Compare in floats where they are exact enough, in fractions where an integer is beyond them."""
    if (abs(a) <= _EXACT and abs(b) <= _EXACT) or (type(a) is float and type(b) is float):
        return abs(a - b) <= atol + rtol * max(abs(a), abs(b))
    left, right = Fraction(a), Fraction(b)
    return abs(left - right) <= Fraction(atol) + Fraction(rtol) * max(abs(left), abs(right))


def _place(value: float) -> int:
    """Return the place of a float among all floats in order; both zeros are at 0."""
    bits = int(struct.unpack("<Q", struct.pack("<d", value))[0])
    return _SIGN - bits if bits & _SIGN else bits


def _finite(value: float) -> bool:
    return isinstance(value, int) or math.isfinite(value)


def _as_float(value: float | Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return LARGEST if value > 0 else -LARGEST

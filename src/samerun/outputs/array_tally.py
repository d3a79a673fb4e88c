"""Collect how far two arrays are apart, piece by piece, into one difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from samerun.basics.numbers import LARGEST
from samerun.outputs.late import Late
from samerun.outputs.number_formats import SMALL_FLOATS, apart, decode, ulps
from samerun.outputs.showing import clean, count
from samerun.record.difference import Deviation, Difference, identical

if TYPE_CHECKING:
    import numpy as np

    Vector = np.ndarray[Any, Any]
else:
    np = Late("numpy")  # the table of types is read by commands that compare no array


TELLABLE_ULPS = 1_000_000
"""Beyond this many steps the count tells a person nothing that the relative distance does not."""


class ArrayTally:
    """The largest distances between two arrays of one type.

    Args:
        dtype: the type's name; decides how bits become numbers.
        rtol: tolerance relative to the larger magnitude.
        atol: absolute tolerance.
    """

    def __init__(self, dtype: str, rtol: float, atol: float) -> None:
        self._dtype = dtype
        self._tolerances = (rtol, atol)
        self.total = 0
        self.count = 0
        self.beyond = 0
        self.payloads = 0
        self.zeros = 0
        self.strange = 0
        self._abs = -1.0
        self._rel = 0.0
        self._ulps: int | None = None
        self._where = -1
        self._pair = ("", "")

    def add(self, start: int, x: Vector, y: Vector) -> None:
        """Take two vectors of one length and type; ``start`` is the place of their first element."""
        self.total += int(x.size)
        unequal = _unequal(x, y)
        if unequal.size:
            with np.errstate(all="ignore"):
                self._weigh(start + unequal, x[unequal], y[unequal])

    def _weigh(self, places: Vector, x: Vector, y: Vector) -> None:
        """Take elements that differ in their bits."""
        first, second = self._numbers(x), self._numbers(y)
        nan = np.isnan(first) & np.isnan(second)
        self.payloads += int(nan.sum())
        if nan.all():
            return
        keep = ~nan
        places, first, second, x, y = places[keep], first[keep], second[keep], x[keep], y[keep]
        self.count += int(places.size)
        self.zeros += int((first == second).sum()) if x.dtype.kind in "fc" or self._dtype in SMALL_FLOATS else 0
        gaps = self._gaps(x, y, first, second)
        self._judge(gaps, first, second)
        self._keep_largest(places, gaps, x, y)
        self._keep_ulps(x, y, np.isfinite(gaps))

    def _numbers(self, x: Vector) -> Vector:
        if self._dtype in SMALL_FLOATS:
            return decode(x, self._dtype)
        if x.dtype.kind in "mM":  # counted in their own unit; "not a time" is no number
            return np.where(np.isnat(x), np.nan, x.view(np.int64).astype(np.float64))
        return x if x.dtype.kind == "c" else x.astype(np.float64)

    def _gaps(self, x: Vector, y: Vector, first: Vector, second: Vector) -> Vector:
        """Return the distances; NaN where none has a meaning (a number against NaN or an infinity)."""
        if x.dtype.kind in "iu" and self._dtype not in SMALL_FLOATS:
            return apart(x, y).astype(np.float64)
        gaps = np.abs(first - second)
        finite = np.isfinite(first) & np.isfinite(second)
        return np.where(finite, np.minimum(gaps, LARGEST), np.nan)

    def _judge(self, gaps: Vector, first: Vector, second: Vector) -> None:
        """Count what is beyond the tolerances and what is no distance at all, and keep the relative distance."""
        rtol, atol = self._tolerances
        largest = np.maximum(np.abs(first), np.abs(second))
        self.strange += int(np.isnan(gaps).sum())
        near = gaps <= atol + rtol * largest if rtol or atol else np.zeros(gaps.shape, dtype=bool)
        self.beyond += int((~near).sum())
        relative = (gaps / largest)[np.isfinite(gaps) & (largest > 0)]
        self._rel = max(self._rel, float(relative.max(initial=0.0)))

    def _keep_largest(self, places: Vector, gaps: Vector, x: Vector, y: Vector) -> None:
        known = np.where(np.isnan(gaps), -0.5, gaps)
        at = int(known.argmax())
        if known[at] > self._abs:
            self._abs, self._where = float(known[at]), int(places[at])
            self._pair = (self._show(x[at : at + 1]), self._show(y[at : at + 1]))

    def _keep_ulps(self, x: Vector, y: Vector, finite: Vector) -> None:
        bits = _bits(x, y) if x.dtype.kind == "f" else (x, y) if self._dtype in SMALL_FLOATS else None
        if bits is None or not finite.any() or self._dtype == "float8_e8m0fnu":
            return
        self._ulps = max(self._ulps or 0, int(ulps(bits[0][finite], bits[1][finite]).max()))

    def _show(self, x: Vector) -> str:
        number = decode(x, self._dtype)[0] if self._dtype in SMALL_FLOATS else x[0]
        return clean(str(number))

    def difference(self, label: str, position: Callable[[int], str]) -> Difference:
        """Return what was collected.

        Args:
            label: the array's name.
            position: turns an element's place into its indices.
        """
        if not self.count:
            return self._same(label)
        near = not self.beyond and any(self._tolerances)
        deviation = Deviation(max(self._abs, 0.0), self._rel, self._ulps, position(self._where), self.count, self.total)
        detail = self._sentence(deviation)
        return Difference(label, "within-tolerance" if near else "different", detail, *self._pair, deviation)

    def _same(self, label: str) -> Difference:
        if not self.payloads:
            return identical(label)
        return Difference(label, "equivalent", f"only the bits inside {count(self.payloads, 'NaN')} differ")

    def _sentence(self, found: Deviation) -> str:
        """Say how many differ, by how much at most, and where."""
        verb = "differs" if self.count == 1 else "differ"
        parts = [f"{self.count:,} of {count(self.total, 'value')} {verb}"]
        if self.zeros == self.count:
            return f"{parts[0]} only bitwise (-0.0 and 0.0){f', first at {found.where}' if found.where else ''}"
        if self.strange:
            parts.append(f"{self.strange:,} of them NaN or infinite on one side")
        at = f"{f'at {found.where}: ' if found.where else ''}{self._pair[0]} -> {self._pair[1]}"
        if self.strange == self.count:
            return f"{', '.join(parts)}, {at}"
        tellable = found.max_ulps is not None and found.max_ulps <= TELLABLE_ULPS
        steps = f", {count(found.max_ulps, 'ulp')}" if tellable and found.max_ulps is not None else ""
        return f"{', '.join(parts)}, by at most {found.max_abs:.3g} (relative {found.max_rel:.2g}{steps}) {at}"


def _unequal(x: Vector, y: Vector) -> Vector:
    """Return the indices of the elements whose bits differ."""
    bits = _bits(x, y)
    if bits is None:  # complex numbers have no integer of their size; long doubles have bytes without a meaning
        return np.flatnonzero((x != y) & ~(np.isnan(x) & np.isnan(y)) | _other_signs(x, y))
    return np.flatnonzero(bits[0] != bits[1])


def _other_signs(x: Vector, y: Vector) -> Vector:
    found: Vector = np.signbit(x.real) != np.signbit(y.real)
    return found | (np.signbit(x.imag) != np.signbit(y.imag)) if x.dtype.kind == "c" else found


def _bits(x: Vector, y: Vector) -> tuple[Vector, Vector] | None:
    if x.dtype.kind == "c" or x.dtype.itemsize not in (1, 2, 4, 8):
        return None
    unsigned = np.dtype(f"u{x.dtype.itemsize}")
    return x.view(unsigned), y.view(unsigned)

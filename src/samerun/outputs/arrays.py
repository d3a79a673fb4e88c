"""Compare two arrays number by number, in pieces, so that arrays larger than the memory can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from samerun.outputs.array_tally import ArrayTally
from samerun.outputs.comparing import Comparing
from samerun.outputs.late import Late
from samerun.outputs.number_formats import SMALL_FLOATS, decode
from samerun.outputs.reading import Unreadable, gather_parts, only_in
from samerun.outputs.showing import clean, count
from samerun.record.difference import Difference, identical

if TYPE_CHECKING:
    import numpy as np

    Vector = np.ndarray[Any, Any]
else:
    np = Late("numpy")  # the table of types is read by commands that compare no array

PIECE = 1 << 20
"""How many elements are compared at once."""

NUMBERS = "biufcmM"
"""The kinds of numpy's types that are compared as numbers."""


class Array(Struct, frozen=True, eq=False):
    """An array and the name of its type in its own framework.

    ``values`` holds the numbers, or the bits as unsigned integers where numpy lacks the format (``bfloat16``,
    ``float8_...``); ``traits`` are further properties (``requires_grad``); ``place`` is where it lived (``cuda:0``).
    """

    values: Vector
    dtype: str
    traits: tuple[tuple[str, str], ...] = ()
    place: str = ""


def plain(values: Vector) -> Array:
    """Return a numpy array under its own type's name, whatever the order of its bytes."""
    return Array(values, str(values.dtype.newbyteorder("=")))


def compare_arrays(label: str, a: Array, b: Array, comparing: Comparing) -> Difference:
    """Compare two arrays of any type.

    Args:
        label: the array's name.
        a: one array.
        b: the other.
        comparing: the tolerances; without any, numbers must agree bit for bit (NaN agrees with NaN).

    Returns:
        The difference, with a ``Deviation`` where numbers differ; ``equivalent`` if only a NaN's payload or the place
        differs; another type or shape is ``different``.
    """
    if a.values.shape != b.values.shape:
        return _other(label, "shape", a.values.shape, b.values.shape)
    children = [_compare_values(label, a, b, comparing), *_compare_traits(a, b)]
    if all(child.verdict == "identical" for child in children[1:]):
        return children[0]
    return gather_parts(label, children)


def _compare_values(label: str, a: Array, b: Array, comparing: Comparing) -> Difference:
    if a.dtype != b.dtype:
        return _compare_across(label, a, b, comparing)
    if a.values.dtype.names is not None:
        return _compare_fields(label, a, b, comparing)
    if a.values.dtype.kind in NUMBERS:
        return _compare_numbers(label, a, b, comparing)
    return _compare_opaque(label, a, b)


def _compare_traits(a: Array, b: Array) -> Iterator[Difference]:
    if a.place != b.place:
        yield Difference("place", "equivalent", f"{a.place} -> {b.place}")
    one, two = dict(a.traits), dict(b.traits)
    for name in sorted(one.keys() | two.keys()):
        if one.get(name) != two.get(name):
            yield _other(name, name, one.get(name, "unset"), two.get(name, "unset"))


def _other(label: str, what: str, a: object, b: object) -> Difference:
    one, two = clean(str(a)), clean(str(b))
    return Difference(label, "different", f"{what} {one} -> {two}", one, two)


def _compare_fields(label: str, a: Array, b: Array, comparing: Comparing) -> Difference:
    """Compare a structured array field by field."""
    children = []
    for name in a.values.dtype.names or ():
        one, two = plain(a.values[name]), plain(b.values[name])
        children.append(compare_arrays(name, one, two, comparing))
    return gather_parts(label, children, "field")


def _compare_across(label: str, a: Array, b: Array, comparing: Comparing) -> Difference:
    """Compare arrays of two types: the type is a difference, and the numbers are held against each other too."""
    said = f"type {clean(a.dtype)} -> {clean(b.dtype)}"
    one, two = _as_floats(a), _as_floats(b)
    if one is None or two is None:
        return Difference(label, "different", said, clean(a.dtype), clean(b.dtype))
    found = _compare_numbers(label, one, two, comparing)
    near = found.verdict in ("identical", "equivalent", "within-tolerance") and (comparing.rtol or comparing.atol)
    detail = f"{said}; {found.detail or 'the same numbers'}"
    verdict = "within-tolerance" if near else "different"
    return Difference(label, verdict, detail, a.dtype, b.dtype, found.deviation)  # type: ignore[arg-type]


def _as_floats(array: Array) -> Array | None:
    """Return the numbers as float64; None if they are no real numbers or fill too much memory a second time."""
    if array.values.size > 16 * PIECE:
        return None
    if array.dtype in SMALL_FLOATS:
        return Array(decode(array.values, array.dtype), "float64")
    if array.values.dtype.kind in "biuf":
        return Array(array.values.astype(np.float64), "float64")
    return None


def _compare_numbers(label: str, a: Array, b: Array, comparing: Comparing) -> Difference:
    x, y, flipped = _in_order(a.values, b.values)
    tally = ArrayTally(a.dtype, comparing.rtol, comparing.atol)
    for start, one, two in pieces(x, y):
        tally.add(start, one, two)
    shape = x.shape

    def position(index: int) -> str:
        where = [int(each) for each in np.unravel_index(index, shape)]
        return str(where[::-1] if flipped else where) if where else ""

    return tally.difference(label, position)


def _in_order(x: Vector, y: Vector) -> tuple[Vector, Vector, bool]:
    """Turn two arrays that are both stored column by column around, so that they are read as they lie."""
    flipped = x.flags.f_contiguous and y.flags.f_contiguous and not x.flags.c_contiguous
    return (x.T, y.T, True) if flipped else (x, y, False)


def pieces(x: Vector, y: Vector) -> Iterator[tuple[int, Vector, Vector]]:
    """Yield the elements of two arrays of one shape in order: where the piece starts, and both as native vectors."""
    if not x.size:
        return
    native = x.dtype.newbyteorder("=")
    walk = np.nditer(
        [x, y],
        flags=["external_loop", "buffered"],
        op_flags=[["readonly"], ["readonly"]],
        op_dtypes=[native, native],
        order="C",
        casting="equiv",
        buffersize=PIECE,
    )
    start = 0
    for one, two in walk:
        yield start, one, two
        start += one.size


def _compare_opaque(label: str, a: Array, b: Array) -> Difference:
    """Compare texts and raw bytes element by element."""
    if a.values.dtype.kind == "O":
        raise Unreadable(f"{label} is an array of objects")
    x, y = (array.values.reshape(-1) for array in (a, b))
    differing, first = 0, -1
    for start in range(0, x.size, PIECE):
        unequal = np.flatnonzero(x[start : start + PIECE] != y[start : start + PIECE])
        first = start + int(unequal[0]) if unequal.size and first < 0 else first
        differing += int(unequal.size)
    if not differing:
        return identical(label)
    where = str([int(each) for each in np.unravel_index(first, a.values.shape)])
    one, two = (clean(repr(each[first].item())) for each in (x, y))
    said = f"{differing:,} of {count(int(x.size), 'element')} differ; first at {where}: {one} -> {two}"
    return Difference(label, "different", said, one, two)


def compare_named(label: str, a: dict[str, Array], b: dict[str, Array], comparing: Comparing) -> Difference:
    """Compare two sets of named arrays; a name that one side lacks is a difference."""
    children = []
    for name in [*a, *(name for name in b if name not in a)]:
        if name not in b:
            children.append(only_in(name, "first"))
        elif name not in a:
            children.append(only_in(name, "second"))
        else:
            children.append(compare_arrays(name, a[name], b[name], comparing))
    return gather_parts(label, children, "array")

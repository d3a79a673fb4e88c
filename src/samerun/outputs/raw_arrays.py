"""Arrays out of raw bytes: the type a file names, checked before numpy sees it, and the elements where they lie."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from samerun.outputs.late import Late
from samerun.outputs.reading import Unreadable, cut

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # the table of types is read by commands that compare no array

_SIMPLE = re.compile(r"[<>|=]?[a-zA-Z]\d*(\[\d*[a-zA-Z]+\])?\Z")


def array_at(
    view: memoryview, start: int, dtype: np.dtype[Any], shape: tuple[int, ...], order: str
) -> np.ndarray[Any, Any]:
    """Return the array whose elements lie in ``view`` from ``start`` on.

    Args:
        view: the bytes.
        start: the offset of the first element.
        dtype: the type of an element.
        shape: the length in each dimension.
        order: ``C`` (the last index runs fastest) or ``F``.

    Raises:
        Unreadable: if not all elements lie inside ``view``.
    """
    number = 1
    for size in shape:
        number *= size
    if not dtype.itemsize or not number:
        return np.empty(shape, dtype=dtype)
    flat = np.frombuffer(cut(view, start, number * dtype.itemsize), dtype=dtype, count=number)
    return flat.reshape(shape, order="F" if order == "F" else "C")


def dtype_of(descr: object) -> np.dtype[Any]:
    """Return the type that a header describes.

    Args:
        descr: a string such as ``<f8``, or a list of fields as JSON lists.

    Raises:
        Unreadable: if it is neither; only simple strings reach numpy's own parser.
    """
    if isinstance(descr, str):
        if not _SIMPLE.match(descr):
            raise Unreadable(f"the type {descr[:40]!r}")
        return np.dtype(descr)
    if not isinstance(descr, list):
        raise Unreadable(f"the type {str(descr)[:40]!r}")
    return np.dtype([_field(each) for each in descr])


def _field(field: object) -> tuple[Any, ...]:
    """Return one field as numpy wants it: name, type and, where it is an array itself, its shape."""
    if not isinstance(field, list) or not 2 <= len(field) <= 3:
        raise Unreadable("a field without a name or a type")
    name = tuple(field[0]) if isinstance(field[0], list) else field[0]
    return (name, dtype_of(field[1]), *(tuple(shape) for shape in field[2:]))

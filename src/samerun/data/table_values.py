"""The values of one piece of a column as plain bytes: what both hashes of a table, by columns and by rows, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from samerun.data.table_types import fixed_width
from samerun.outputs.late import Late

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]
    Bytes = npt.NDArray[np.uint8]
    Counts = npt.NDArray[np.uint64]
else:
    np = Late("numpy")  # commands that hash no table do not pay for it

pc: Any = Late("pyarrow.compute")  # an optional part

_EXPONENTS = {2: 0x7C00, 4: 0x7F800000, 8: 0x7FF0000000000000}


def missing(array: Any, text: str) -> Mask | None:
    """Return which values are missing; None if none is. In columns of floats every NaN is.

    Args:
        array: what ``plain_array`` returned.
        text: the text of its type.
    """
    nulls = np.asarray(array.is_null()) if array.null_count else None
    if not text.startswith("float"):
        return nulls
    nans = _nans(fixed_values(array, text).view(text))
    if nans is None or nulls is None:
        return nulls if nans is None else nans
    return nulls | nans


def _nans(values: Any) -> Mask | None:
    """Return which floats are NaN; None if none is, found in one pass without a temporary array."""
    if not len(values):
        return None
    if values.itemsize == 2:  # numpy has no fast minimum of these
        found = (values.view(np.uint16) & 0x7FFF) > _EXPONENTS[2]
        return found if found.any() else None
    return np.isnan(values) if np.isnan(values.min()) else None


def fixed_values(array: Any, text: str) -> Bytes:
    """Return the values of a type of fixed width as bytes, little-endian; whatever lies there where one is null.

    Returns:
        A flat array of ``len(array) * fixed_width(text)`` bytes, not copied if it can be helped.
    """
    width = fixed_width(text)
    if text == "bool":
        filled = array.fill_null(False) if array.null_count else array
        return np.asarray(filled.to_numpy(zero_copy_only=False)).view(np.uint8)
    buffer = array.buffers()[1]
    if buffer is None:  # an empty array may have none
        return np.zeros(0, np.uint8)
    start = array.offset * width
    return np.frombuffer(buffer, np.uint8)[start : start + len(array) * width]


def text_parts(array: Any) -> tuple[Counts, Any]:
    """Return the length of each value of a ``large_binary`` array, and all bytes joined; nulls count 0 bytes."""
    _, offsets, data = array.buffers()
    if offsets is None or not len(array):
        return np.zeros(0, np.uint64), b""
    bounds = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    content = memoryview(data)[bounds[0] : bounds[-1]] if data is not None else b""
    return np.diff(bounds).astype("<u8"), content


def list_parts(array: Any) -> tuple[Counts, Any]:
    """Return the length of each list, and all items joined; null lists have none."""
    counts = pc.fill_null(pc.list_value_length(array), 0)
    return np.asarray(counts).astype("<u8"), array.flatten()

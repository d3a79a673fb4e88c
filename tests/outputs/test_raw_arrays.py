from __future__ import annotations

import numpy as np
import pytest

from samerun.outputs.raw_arrays import array_at, dtype_of
from samerun.outputs.reading import Unreadable


def test_types_as_headers_write_them() -> None:
    assert dtype_of("<f8") == np.dtype("<f8")
    assert dtype_of("<M8[ns]") == np.dtype("<M8[ns]")
    assert dtype_of([["a", "<i4"], ["b", "<f4", [2, 3]]]) == np.dtype([("a", "<i4"), ("b", "<f4", (2, 3))])


@pytest.mark.parametrize("text", ["f4,f4", "(2,)f4", "__import__('os')", "", 3, None, [["a"]], ["f4"], "f4; x"])
def test_what_is_no_simple_type_never_reaches_numpy(text: object) -> None:
    with pytest.raises(Unreadable):
        dtype_of(text)


def test_elements_must_lie_inside() -> None:
    view = memoryview(bytes(16))
    assert array_at(view, 0, np.dtype("f8"), (2,), "C").shape == (2,)
    with pytest.raises(Unreadable):
        array_at(view, 1, np.dtype("f8"), (2,), "C")
    with pytest.raises(Unreadable):
        array_at(view, 0, np.dtype("f8"), (1 << 62, 1 << 62), "C")

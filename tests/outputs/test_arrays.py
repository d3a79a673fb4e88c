from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from samerun.outputs import arrays as subject
from samerun.outputs.arrays import Array, compare_arrays, compare_named, plain
from samerun.outputs.comparing import Comparing
from samerun.record.difference import Difference
from samerun.record.window import Window

STRICT = Comparing(Window(0, 1), Window(0, 1))
LOOSE = Comparing(Window(0, 1), Window(0, 1), rtol=1e-5)


def compare(a: Any, b: Any, comparing: Comparing = STRICT) -> Difference:
    return compare_arrays("w", plain(np.asarray(a)), plain(np.asarray(b)), comparing)


def test_the_deviation_says_how_far_and_where() -> None:
    a = np.arange(12, dtype="f4").reshape(3, 4)
    b = a.copy()
    b[1, 2] = np.nextafter(b[1, 2], np.float32(9))
    found = compare(a, b)
    assert found.verdict == "different"
    assert found.deviation is not None
    assert found.deviation.max_ulps == 1
    assert found.deviation.where == "[1, 2]"
    assert (found.deviation.count, found.deviation.total) == (1, 12)
    assert found.detail.startswith("1 of 12 values differs, by at most 4.77e-07")
    assert found.detail.endswith("at [1, 2]: 6.0 -> 6.0000005")
    assert compare(a, b, LOOSE).verdict == "within-tolerance"


@pytest.mark.parametrize(
    "turn", [lambda x: x.T, lambda x: x[:, ::2], lambda x: np.asfortranarray(x), lambda x: x[::-1]]
)
def test_the_place_is_that_of_the_array_however_it_lies_in_memory(turn: Any) -> None:
    a = np.arange(24.0).reshape(4, 6)
    b = a.copy()
    b[2, 4] = -1
    x, y = turn(a), turn(b)
    where = [int(each[0]) for each in np.nonzero(x != y)]
    found = compare(x, y)
    assert found.deviation is not None
    assert found.deviation.where == str(where)


def test_the_order_of_bytes_does_not_count() -> None:
    assert compare(np.arange(5.0), np.arange(5.0).astype(">f8")).verdict == "identical"


def test_another_type_or_shape_is_said() -> None:
    assert compare(np.ones(3, "f4"), np.ones(3)).detail == "type float32 -> float64; the same numbers"
    assert compare(np.ones(3, "f4"), np.ones(3)).verdict == "different"
    assert compare(np.ones(3, "f4"), np.ones(3), LOOSE).verdict == "within-tolerance"
    assert compare(np.ones(3), np.ones((3, 1))).detail == "shape (3,) -> (3, 1)"
    assert compare(np.array(["a"]), np.ones(1)).verdict == "different"


def test_integers_beyond_the_precision_of_floats() -> None:
    found = compare(np.array([2**60]), np.array([2**60 + 1]))
    assert found.deviation is not None
    assert found.deviation.max_abs == 1


def test_complex_texts_times_flags_and_fields() -> None:
    assert compare([1 + 2j], [1 + 2.5j]).verdict == "different"
    assert compare(["ab"], ["ac"]).detail == "1 of 1 element differ; first at [0]: 'ab' -> 'ac'"
    assert "2020-01-02" in compare(np.array(["2020-01-01"], "M8[D]"), np.array(["2020-01-02"], "M8[D]")).detail
    assert compare([True], [False]).verdict == "different"
    kind = [("x", "i4"), ("y", "f8")]
    found = compare(np.array([(1, 2.0)], kind), np.array([(1, 3.0)], kind))
    assert [child.label for child in found.children] == ["y"]


def test_empty_arrays_agree() -> None:
    assert compare(np.zeros((0, 3)), np.zeros((0, 3))).verdict == "identical"


def test_small_floats_are_compared_as_what_they_stand_for() -> None:
    one, two = (Array(np.array([bits], np.uint16), "bfloat16") for bits in (0x3F80, 0x3F81))
    found = compare_arrays("w", one, two, STRICT)
    assert found.deviation is not None
    assert (found.deviation.max_abs, found.deviation.max_ulps) == (2**-7, 1)


def test_traits_count_and_the_place_does_not() -> None:
    def array(trait: str, place: str) -> Array:
        return Array(np.ones(2), "float64", (("requires_grad", trait),), place)

    assert compare_arrays("w", array("True", "cpu"), array("True", "cuda:0"), STRICT).verdict == "equivalent"
    assert compare_arrays("w", array("True", "cpu"), array("False", "cpu"), STRICT).verdict == "different"


def test_arrays_that_one_side_lacks() -> None:
    found = compare_named("npz", {"a": plain(np.ones(1))}, {"b": plain(np.ones(1))}, STRICT)
    assert [(child.label, child.detail) for child in found.children] == [
        ("a", "only in the first"),
        ("b", "only in the second"),
    ]


def test_pieces_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    a = np.random.default_rng(0).random((37, 11))
    b = a + (a > 0.5) * 1e-9
    whole = compare(a, b)
    monkeypatch.setattr(subject, "PIECE", 16)
    assert compare(a, b) == whole


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_an_array_agrees_with_itself_and_with_no_other(data: st.DataObject) -> None:
    dtype = data.draw(arrays.scalar_dtypes().filter(lambda each: each.kind not in "mMV"))
    shape = data.draw(arrays.array_shapes(max_dims=3, max_side=4))
    a, b = (data.draw(arrays.arrays(dtype, shape)) for _ in range(2))
    assert compare(a, a.copy()).verdict == "identical"
    same = a.tobytes() == b.tobytes()
    nan = a.dtype.kind in "fc" and np.array_equal(np.isnan(a), np.isnan(b)) and np.isnan(a).any()
    assert same or nan or compare(a, b).verdict == "different" or a.dtype.itemsize > 8

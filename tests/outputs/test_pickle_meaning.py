from __future__ import annotations

import collections
import io
import pickle
from typing import Any

import joblib
import numpy as np
import pytest

from samerun.outputs.arrays import Array
from samerun.outputs.pickle_meaning import meaning, read_joblib_array
from samerun.outputs.pickle_reader import Stream, read_next, read_pickle
from samerun.outputs.pickle_records import Bag, Call, Global, Mapping

KINDS = [
    np.arange(6.0).reshape(2, 3),
    np.asfortranarray(np.arange(6).reshape(2, 3)),
    np.array([1, 2], ">i4"),
    np.array([True, False]),
    np.array(["ab", "c"]),
    np.array([1 + 2j]),
    np.array(["2020-01-01"], "M8[ns]"),
    np.array([5], "m8[25s]"),
    np.array([(1, 2.5)], [("x", "<i4"), ("y", "<f8")]),
    np.array([(1, [1, 2])], [("x", "i1"), ("y", "<f8", (2,))]),
    np.zeros((0, 3)),
    np.array(3.5),
    np.arange(2000.0),
]


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("array", KINDS, ids=lambda each: str(each.dtype))
def test_arrays_of_every_protocol(array: Any, protocol: int) -> None:
    found = meaning(read_pickle(memoryview(pickle.dumps(array, protocol))))
    assert isinstance(found, Array)
    assert found.values.dtype == array.dtype
    assert np.array_equal(found.values, array)


@pytest.mark.parametrize("array", KINDS, ids=lambda each: str(each.dtype))
def test_arrays_that_joblib_writes_beside_the_pickle(array: Any) -> None:
    file = io.BytesIO()
    joblib.dump([array, "after"], file)
    one, after = read_next(Stream(memoryview(file.getvalue())), read_joblib_array)
    assert after == "after"
    assert np.array_equal(meaning(one).values, array)


def test_objects_that_joblib_pickles_inside() -> None:
    file = io.BytesIO()
    joblib.dump(np.array([{"k": 1}, None], object), file)
    found = meaning(read_next(Stream(memoryview(file.getvalue())), read_joblib_array))
    assert isinstance(meaning(found), list)


@pytest.mark.parametrize("protocol", range(6))
def test_scalars_and_containers(protocol: int) -> None:
    def read(value: Any) -> Any:
        return meaning(read_pickle(memoryview(pickle.dumps(value, protocol))))

    assert read(np.float64(0.1)) == 0.1
    assert read(np.int32(7)) == 7
    assert read(np.float32(0.1)).dtype == "float32"
    assert read(np.dtype("f4")) == "float32"
    assert read(b"ab\xff") == b"ab\xff"
    assert read(bytearray(b"ab")) == b"ab"
    assert read(1 + 2j) == 1 + 2j
    assert isinstance(read({1, 2}), Bag)
    assert isinstance(read(frozenset({1, 2})), Bag)
    ordered = read(collections.OrderedDict(a=1, b=2))
    assert isinstance(ordered, Mapping)
    assert [tuple(pair) for pair in ordered.pairs] == [("a", 1), ("b", 2)]


def test_what_numpy_would_not_have_written_stays_a_record() -> None:
    for args in ((), (1, 2), ("f8", b"1")):
        call = Call(Global("numpy._core.multiarray", "scalar"), args)
        assert meaning(call) is call

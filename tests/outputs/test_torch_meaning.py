from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np
import pytest

from samerun.outputs.arrays import Array
from samerun.outputs.pickle_reader import read_pickle
from samerun.outputs.pickle_records import Call, Global, Mapping, Persistent
from samerun.outputs.reading import FAILURES, Unreadable
from samerun.outputs.torch_meaning import MAX_EXPANSION, TorchMeaning, read_legacy

FLOATS = Global("torch", "FloatStorage")
BEYOND = [
    (4, (1,), (1,)),
    (0, (5,), (1,)),
    (0, (2,), (4,)),
    (-1, (1,), (1,)),
    (0, (1,), (-1,)),
    (0, (2,), ()),
    (0, ("2",), (1,)),
]


def tensor(offset: Any, shape: Any, stride: Any, data: bytes = bytes(range(16))) -> Any:
    storage = Persistent(("storage", FLOATS, "0", "cpu", 4))
    call = Call(Global("torch._utils", "_rebuild_tensor_v2"), (storage, offset, shape, stride, False, Mapping()))
    return TorchMeaning({"0": memoryview(data)})(call)


def test_strides_are_respected() -> None:
    data = np.arange(4, dtype="<f4").tobytes()
    assert tensor(0, (2, 2), (1, 2), data).values.tolist() == [[0, 2], [1, 3]]
    assert tensor(2, (2,), (1,), data).values.tolist() == [2, 3]
    assert tensor(1, (3,), (0,), data).values.tolist() == [1, 1, 1]
    assert tensor(3, (), (), data).values.item() == 3
    assert tensor(9, (0, 5), (7, 1), data).values.shape == (0, 5)


@pytest.mark.parametrize(("offset", "shape", "stride"), BEYOND)
def test_nothing_outside_of_the_storage_is_reached(offset: Any, shape: Any, stride: Any) -> None:
    with pytest.raises(Unreadable):
        tensor(offset, shape, stride)


def test_an_expansion_without_measure_is_refused() -> None:
    with pytest.raises(Unreadable, match="over a storage"):
        tensor(0, (MAX_EXPANSION * 4 + 4,), (0,))


def test_a_storage_that_is_missing_or_unknown_is_refused() -> None:
    for storage in (Persistent("x"), Persistent(("storage", FLOATS, "9", "cpu", 1)), Call(Global("a", "b"))):
        with pytest.raises(Unreadable):
            TorchMeaning({})(Call(Global("torch._utils", "_rebuild_tensor_v2"), (storage, 0, (1,), (1,), False, None)))


def test_tensors_inside_plain_pickles() -> None:
    torch = pytest.importorskip("torch")
    found = TorchMeaning()(read_pickle(memoryview(pickle.dumps(torch.arange(3.0)))))
    assert isinstance(found, Array)
    assert found.values.tolist() == [0, 1, 2]


def test_the_legacy_format() -> None:
    torch = pytest.importorskip("torch")
    file = io.BytesIO()
    torch.save({"w": torch.ones(2), "half": torch.ones(3).half()}, file, _use_new_zipfile_serialization=False)
    value, storages = read_legacy(memoryview(file.getvalue()))
    assert isinstance(value, Mapping)
    assert sorted(len(each) for each in storages.values()) == [6, 8]
    with pytest.raises(FAILURES):
        read_legacy(memoryview(pickle.dumps(1)))

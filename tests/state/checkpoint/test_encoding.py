from __future__ import annotations

import collections
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.errors import CannotSave
from samerun.state.checkpoint.checkpoint_file import read_file, write_file
from samerun.state.checkpoint.encoding import encode, flat

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
    | st.complex_numbers(allow_nan=False),
    lambda inner: st.lists(inner)
    | st.lists(inner).map(tuple)
    | st.dictionaries(st.text() | st.integers() | st.tuples(st.integers(), st.text()), inner)
    | st.dictionaries(st.text(), inner).map(collections.OrderedDict)
    | st.sets(st.integers() | st.text())
    | st.frozensets(st.integers())
    | st.lists(inner).map(collections.deque),
    max_leaves=20,
)  # fmt: skip

TENSORS = {
    "vector": torch.arange(5.0),
    "number": torch.tensor(3),
    "empty": torch.empty(0, 4),
    "transposed": torch.arange(6).reshape(2, 3).t(),
    "channels last": torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last),
    "every second": torch.arange(10)[::2],
    "expanded": torch.ones(1).expand(5),
    "part": torch.arange(10.0)[3:7],
    "conjugate": torch.tensor([1 + 2j]).conj(),
    "negative": torch.tensor([1 + 2j]).conj().imag,
    "parameter": torch.nn.Parameter(torch.ones(2)),
    **{str(d): torch.ones(3).to(d) for d in (torch.float64, torch.float16, torch.bfloat16, torch.bool, torch.int8)},
    **{str(d): torch.ones(3).to(d) for d in (torch.uint8, torch.int16, torch.int32, torch.complex64)},
    **{str(d): torch.ones(3).to(d) for d in (torch.uint16, torch.uint32, torch.uint64, torch.float8_e4m3fn)},
}

ARRAYS = [
    np.arange(6.0).reshape(2, 3),
    np.asfortranarray(np.arange(6).reshape(2, 3)),
    np.array(["ab", "c"]),
    np.array([b"ab"]),
    np.array(["2020-01-01"], "M8[s]"),
    np.array([1, 2], ">i4"),
    np.zeros((0, 3)),
    np.array(5),
    np.float32(3),
    np.float64("nan"),
    np.bool_(True),
    np.int64(-1),
]


def there_and_back(value: Any, folder: Path) -> Any:
    path = folder / "x.pt"
    write_file(path, {}, value)
    return read_file(path).tree


def same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and a == b


@settings(deadline=None, max_examples=150)
@given(PLAIN)
def test_plain_values_come_back(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    assert same(there_and_back(value, tmp_path_factory.mktemp("x")), value)


@settings(deadline=None, max_examples=50)
@given(PLAIN)
def test_torch_reads_the_same(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    folder = tmp_path_factory.mktemp("x")
    write_file(folder / "x.pt", {}, {"value": value, "n": [float("inf"), -(2**70)]})
    found = torch.load(folder / "x.pt", weights_only=True)
    assert found["n"] == [float("inf"), -(2**70)]
    if not any(word in repr(value) for word in ("deque", "frozenset")):  # kinds that torch's loader does not know
        assert same(found["value"], value)


ODD_KEYS = [
    {np.int64(3): "a", 4: "b"},
    collections.OrderedDict([(np.str_("b"), 1), ("a", 2)]),
    {(1, np.float32(0.1)): torch.tensor([1.0])},
    collections.Counter([np.int64(1), np.int64(1)]),
    {frozenset({1, 2}), "x"},
    {np.int64(5), (np.int8(1), "y")},
    frozenset({frozenset({1}), np.uint8(2)}),
]


@pytest.mark.parametrize("value", ODD_KEYS, ids=lambda value: type(value).__name__)
def test_keys_that_torch_does_not_know_come_back_and_do_not_keep_it_from_the_rest(tmp_path: Path, value: Any) -> None:
    found = there_and_back(value, tmp_path)
    assert type(found) is type(value)
    assert repr(found) == repr(value) or found == value
    assert sorted(map(repr, found)) == sorted(map(repr, value))  # of the same types
    write_file(tmp_path / "x.pt", {}, {"odd": value, "n": 1})
    assert torch.load(tmp_path / "x.pt", weights_only=True)["n"] == 1


@pytest.mark.parametrize("name", TENSORS)
def test_tensors_come_back_and_torch_reads_them(tmp_path: Path, name: str) -> None:
    tensor = TENSORS[name]
    write_file(tmp_path / "x.pt", {}, {"t": tensor})
    for found in (read_file(tmp_path / "x.pt").tree["t"], torch.load(tmp_path / "x.pt", weights_only=True)["t"]):
        assert (found.dtype, found.shape) == (tensor.dtype, tensor.shape)
        assert not found.requires_grad
        a, b = (t.detach().resolve_conj().resolve_neg().contiguous() for t in (found, tensor))
        assert flat(a).view(torch.uint8).tolist() == flat(b).view(torch.uint8).tolist()
    if name in ("transposed", "channels last"):
        assert found.stride() == tensor.stride()


@pytest.mark.parametrize("array", ARRAYS, ids=repr)
def test_arrays_and_their_scalars_come_back(tmp_path: Path, array: Any) -> None:
    found = there_and_back({"a": array}, tmp_path)["a"]
    assert type(found) is type(array)
    assert (found.dtype, found.shape, found.tobytes()) == (array.dtype, array.shape, array.tobytes())


def test_counters_types_and_devices(tmp_path: Path) -> None:
    value = [collections.Counter("aab"), torch.float16, torch.uint16, torch.Size([2, 3]), torch.device("cuda:1")]
    assert there_and_back(value, tmp_path) == value
    assert torch.load(tmp_path / "x.pt", weights_only=True) == value


def test_the_states_of_generators(tmp_path: Path) -> None:
    value = [
        random.Random(0).getstate(),
        np.random.RandomState(0).get_state(),
        np.random.default_rng(0).bit_generator.state,
    ]
    found = there_and_back(value, tmp_path)
    assert found[0] == value[0]
    assert (found[1][1] == value[1][1]).all()
    assert found[2] == value[2]


def test_the_versions_of_a_modules_parts_stay(tmp_path: Path) -> None:
    state = torch.nn.Sequential(torch.nn.BatchNorm1d(2)).state_dict()
    assert there_and_back(state, tmp_path)._metadata == state._metadata  # type: ignore[attr-defined]


def test_tied_weights_are_kept_once() -> None:
    a, b = torch.nn.Linear(3, 3), torch.nn.Linear(3, 3)
    b.weight = a.weight
    _, storages = encode([a.state_dict(), b.state_dict()])
    assert len(storages) == 3


def test_a_part_of_a_big_tensor_takes_its_own_size() -> None:
    _, storages = encode(torch.zeros(1_000_000)[5:7])
    assert [each.numel() for each in storages] == [2]


def test_equal_content_gives_equal_bytes(tmp_path: Path) -> None:
    for name in "ab":
        write_file(tmp_path / name, {"x": 1}, {"s": {"z", "a", "m"}, "t": torch.ones(3)})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


class Opaque:
    pass


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"a": [1, Opaque()]}, r"x\.a\[1\] is a .*Opaque"),
        ({"f": len}, r"x\.f is a builtins.builtin_function_or_method"),
        (np.array([None]), "an array of object"),
        (torch.ones(2).to_sparse(), "sparse"),
        (torch.ones(2, device="meta"), "meta"),
        ({Opaque(): 1}, "as a key"),
        ({"samerun.type": "numpy"}, "uses itself"),
        (1 << 3000, "whole number of"),
    ],
)
def test_what_is_no_plain_value_is_named_with_its_place(value: Any, says: str) -> None:
    with pytest.raises(CannotSave, match=says):
        encode(value, "x")


def test_what_holds_itself_is_refused() -> None:
    knot: list[Any] = []
    knot.append(knot)
    with pytest.raises(CannotSave, match="holds itself"):
        encode({"a": knot})

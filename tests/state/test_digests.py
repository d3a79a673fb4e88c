from __future__ import annotations

import dataclasses
import datetime
import enum
import random
import struct
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.state.digests import digest


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass
class Record:
    a: int
    b: list[float]


class Slotted:
    __slots__ = ("x",)

    def __init__(self, x: int) -> None:
        self.x = x


class Loud:
    """Whoever asks what it says, or for its next, changes or breaks it."""

    def __init__(self, x: int) -> None:
        self.x = x

    def __repr__(self) -> str:
        raise AssertionError("repr was called")

    __str__ = __repr__

    def __next__(self) -> int:
        raise AssertionError("next was called")

    def __iter__(self) -> Iterator[int]:
        raise AssertionError("iter was called")


NAN_1, NAN_2 = (struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000000 + n))[0] for n in (0, 1))

UNLIKE: list[tuple[Any, Any]] = [
    (0.0, -0.0),
    (NAN_1, NAN_2),
    (1, 1.0),
    (1, True),
    (0, None),
    ("1", b"1"),
    ([], ()),
    ([1, 2], [2, 1]),
    ([[1], 2], [1, [2]]),
    (["ab", "c"], ["a", "bc"]),
    ({"a": 1}, {"a": 2}),
    ({"a": 1}, {"b": 1}),
    ({1, 2}, {1, 3}),
    (range(3), range(4)),
    (Colour.RED, Colour.BLUE),
    (Record(1, [1.0]), Record(1, [2.0])),
    (Slotted(1), Slotted(2)),
    (Loud(1), Loud(2)),
    (len, print),
    (int, float),
    (2**64, 2**65),
    (np.float32(1), np.float64(1)),
    (np.zeros(2), np.zeros((2, 1))),
    (np.zeros(0), np.zeros((0, 1))),
    (np.array([1, 2], "<i4"), np.array([1, 2], ">i4")),
    (np.array(["a", None], object), np.array(["b", None], object)),
    (np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1, 2], mask=[1, 0])),
    (np.array([(1, 2.0)], [("x", "i1"), ("y", "f8")]), np.array([(1, 3.0)], [("x", "i1"), ("y", "f8")])),
    (np.datetime64("2020-01-01"), np.datetime64("2020-01-02")),
    (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 3]})),
    (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"b": [1, 2]})),
    (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 2]}, index=[1, 2])),
    (pd.Series(["x", None]), pd.Series(["x", "y"])),
    (pl.DataFrame({"a": [1, 2]}), pl.DataFrame({"a": [2, 1]})),
    (pa.array([1, None]), pa.array([1, 2])),
    (random.Random(0), random.Random(1)),
    (np.random.default_rng(0), np.random.default_rng(1)),
    (np.random.RandomState(0), np.random.RandomState(1)),
    (torch.Generator().manual_seed(0), torch.Generator().manual_seed(1)),
    (torch.tensor([0.0]), torch.tensor([-0.0])),
    (torch.zeros(4), torch.zeros(2, 2)),
    (torch.zeros(4), torch.zeros(4, dtype=torch.float64)),
    (torch.zeros(4), torch.zeros(4, dtype=torch.int32)),
    (np.zeros(4, np.float32), np.zeros(4, np.int32)),
    (torch.zeros(0, 3), torch.zeros(0, 2)),
    (torch.zeros(4), np.zeros(4, np.float32)),
    (torch.eye(2).to_sparse(), torch.eye(2)),
    (torch.eye(2).to_sparse(), torch.eye(2).flip(0).to_sparse()),
    (torch.tensor([1 + 1j]), torch.tensor([1 - 1j])),
    (torch.zeros(2, device="meta"), torch.zeros(3, device="meta")),
    (torch.device("cpu"), torch.device("meta")),
    (torch.float32, torch.float16),
    (Path("a"), Path("b")),
    (datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)),
    (deque([1]), deque([2])),
    (Decimal("1"), Decimal("1.0")),
]


@pytest.mark.parametrize("pair", UNLIKE, ids=range(len(UNLIKE)))
def test_two_that_differ_have_different_digests(pair: tuple[Any, Any]) -> None:
    one, other = pair
    assert digest(one) == digest(one)
    assert digest(one) != digest(other)


@pytest.mark.parametrize(
    "dtype", [torch.float16, torch.bfloat16, torch.float64, torch.complex64, torch.int8, torch.bool, torch.uint8]
)
def test_every_type_in_logical_order_whatever_the_strides(dtype: torch.dtype) -> None:
    tensor = torch.arange(24).reshape(4, 6).to(dtype)
    turned = tensor.t().contiguous().t()
    assert turned.stride() != tensor.stride()
    assert digest(turned) == digest(tensor)
    assert digest(tensor[::2, 1:]) == digest(tensor[::2, 1:].clone())
    assert digest(tensor.t()) != digest(tensor)
    changed = tensor.clone()
    changed[3, 5] = 0 if tensor[3, 5] else 1
    assert digest(changed) != digest(tensor)


def test_lazily_conjugated_and_negated_tensors_are_what_they_stand_for() -> None:
    tensor = torch.tensor([1 + 2j, 3 - 1j])
    assert digest(tensor.conj()) == digest(tensor.conj().resolve_conj())
    assert digest(tensor.conj().imag) == digest(torch.tensor([-2.0, 1.0]))


def test_a_nan_keeps_its_payload() -> None:
    bits = torch.tensor([0x7FC00000, 0x7FC00001], dtype=torch.int32)
    one, other = bits.view(torch.float32)
    assert digest(one) != digest(other)


@pytest.mark.filterwarnings("ignore")
def test_quantised_nested_and_compressed_tensors() -> None:
    numbers = torch.tensor([0.5, -0.25])
    one, other = (torch.quantize_per_tensor(numbers, scale, 0, torch.qint8) for scale in (0.1, 0.01))
    assert digest(one) != digest(other)
    per_channel = torch.quantize_per_channel(
        torch.eye(2), torch.tensor([0.1, 0.2]), torch.tensor([0, 0]), 0, torch.qint8
    )
    assert digest(per_channel) == digest(per_channel.clone())
    assert digest(torch.eye(2).to_sparse_csr()) != digest(torch.eye(2).to_sparse_csc())
    nested = [torch.nested.nested_tensor([torch.ones(2), torch.ones(3) * n]) for n in (1, 1, 2)]
    assert digest(nested[0]) == digest(nested[1]) != digest(nested[2])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_a_tensor_on_a_gpu_has_the_digest_of_its_copy() -> None:
    tensor = torch.randn(3, 4)
    assert digest(tensor.cuda().t()) == digest(tensor.t())


def test_weights_gradients_and_devices_do_not_hide_the_numbers() -> None:
    weight = torch.nn.Parameter(torch.ones(2))
    assert digest(weight) == digest(torch.ones(2))


@pytest.mark.parametrize("change", ["swap", "sign flips", "two ulps", "permutation"])
def test_what_sums_and_norms_miss_is_seen(change: str) -> None:
    a = torch.arange(1.0, 4097.0)
    b = a.clone()
    if change == "swap":
        b[[3, 90]] = b[[90, 3]]
    elif change == "sign flips":
        b[[3, 90]] *= -1
    elif change == "two ulps":
        b.view(torch.int32)[3] += 1
        b.view(torch.int32)[4] -= 1
    else:
        b = b.flip(0)
    assert digest(a) != digest(b)


def test_the_order_of_names_does_not_matter() -> None:
    one, other = {"a": 1, "b": [2], 3: 4}, {3: 4, "b": [2], "a": 1}
    assert digest(one) == digest(other) == digest(OrderedDict(other))
    assert digest({"x", "y", "z"}) == digest(frozenset(["z", "y", "x"]))
    assert digest(np.asfortranarray(np.eye(3)[:, :2])) == digest(np.eye(3)[:, :2].copy())


def test_nothing_is_drawn_called_or_consumed() -> None:
    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    mine = np.random.default_rng(3)
    running = (n for n in range(3))
    before = random.getstate(), mine.bit_generator.state, torch.get_rng_state()
    digest([mine, running, Loud(1), random, np.random, iter([1, 2]), threading.Lock()])
    assert list(running) == [0, 1, 2]
    assert (random.getstate(), mine.bit_generator.state) == before[:2]
    assert torch.equal(torch.get_rng_state(), before[2])


def test_a_state_that_holds_itself() -> None:
    loop: dict[str, Any] = {"a": 1}
    loop["self"] = loop
    node = Loud(1)
    node.x = node  # type: ignore[assignment]
    assert digest(loop) == digest(loop)
    assert digest(node) != digest(Loud(1))


def test_models_and_estimators_by_what_they_learnt() -> None:
    from sklearn.ensemble import RandomForestClassifier

    x, y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2
    forests = [RandomForestClassifier(3, random_state=seed).fit(x, y) for seed in (0, 0, 1)]
    assert digest(forests[0]) == digest(forests[1]) != digest(forests[2])
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2))
    before = digest(model)
    model(torch.randn(4, 2))
    assert digest(model) != before


def test_big_content_is_read_by_all_cores_and_each_bit_counts() -> None:
    big = np.zeros(9 << 20, np.uint8)
    before = digest(big)
    big[-1] ^= 1
    assert digest(big) != before


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=200)
@given(VALUES, VALUES)
def test_equal_digests_mean_equal_values(a: Any, b: Any) -> None:
    assert (digest(a) == digest(b)) == (canonical(a) == canonical(b))


def canonical(value: Any) -> Any:
    """The same value with floats by their bits, types beside values, and names in order."""
    if isinstance(value, list):
        return ["list", [canonical(item) for item in value]]
    if isinstance(value, dict):
        return ["dict", sorted((name, repr(canonical(item))) for name, item in value.items())]
    return [type(value).__name__, struct.pack("<d", value) if isinstance(value, float) else value]

"""Values of libraries are told apart by what they hold, and are left as they are."""

from __future__ import annotations

import concurrent.futures
import datetime
import decimal
import logging
import pathlib
import random
from typing import Any

import numpy as np
import pytest

from samerun.inside.tracing.fingerprints import fingerprint
from samerun.inside.tracing.libraries import gradients

torch = pytest.importorskip("torch")
pandas = pytest.importorskip("pandas")


def content(value: Any) -> int:
    return fingerprint(value)[0]


def nan_of(bits: int) -> Any:
    return np.array([bits], np.uint64).view(np.float64)


PAIRS = [
    (np.array([1.0, 2.0]), np.array([1.0, 2.5])),
    (np.zeros(4), np.zeros(4, np.float32)),
    (np.zeros(4), np.zeros((2, 2))),
    (np.array(["a", None], object), np.array(["b", None], object)),
    (np.float64(1), np.float64(2)),
    (np.float64(1), np.float32(1)),
    (nan_of(0x7FF8000000000001), nan_of(0x7FF8000000000002)),
    (np.array([(1, 2.0)], "i4,f8"), np.array([(1, 3.0)], "i4,f8")),
    (torch.tensor([1.0]), torch.tensor([2.0])),
    (torch.zeros(3), torch.zeros(3, dtype=torch.bfloat16)),
    (torch.tensor(1.0), torch.tensor([1.0])),
    (torch.zeros(2, 3).t(), torch.ones(2, 3).t()),
    (torch.eye(2).to_sparse(), torch.zeros(2, 2).to_sparse()),
    (torch.nn.Linear(2, 1), torch.nn.Linear(2, 1)),
    (torch.Generator().manual_seed(1), torch.Generator().manual_seed(2)),
    (np.random.default_rng(1), np.random.default_rng(2)),
    (np.random.RandomState(1), np.random.RandomState(2)),
    (random.Random(1), random.Random(2)),
    (pandas.DataFrame({"a": [1, 2]}), pandas.DataFrame({"a": [1, 3]})),
    (pandas.DataFrame({"a": [1, 2]}), pandas.DataFrame({"b": [1, 2]})),
    (pandas.DataFrame({"a": [1]}, index=["x"]), pandas.DataFrame({"a": [1]}, index=["y"])),
    (pandas.Series(["a", None]), pandas.Series(["b", None])),
    (pandas.Series(["a"], dtype="category"), pandas.Series(["b"], dtype="category")),
    (pandas.Index([1, 2]), pandas.Index([2, 1])),
    (datetime.date(2024, 1, 1), datetime.date(2024, 1, 2)),
    (decimal.Decimal("1.0"), decimal.Decimal("1.00")),
    (pathlib.Path("a"), pathlib.Path("b")),
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: type(pair[0]).__name__)
def test_two_that_differ_are_told_apart_and_one_is_itself(pair: tuple[Any, Any]) -> None:
    one, other = pair
    assert content(one) == content(one)
    assert content(one) != content(other)


def test_of_the_other_frames(pytestconfig: pytest.Config) -> None:
    polars, pyarrow = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    for make in (polars.DataFrame, pyarrow.table):
        assert content(make({"a": [1, 2]})) == content(make({"a": [1, 2]})) != content(make({"a": [1, 3]}))


def test_equal_values_made_apart_are_equal() -> None:
    assert content(pandas.DataFrame({"a": ["x", "y"]})) == content(pandas.DataFrame({"a": ["x", "y"]}))
    assert content(torch.arange(6).view(2, 3)) == content(torch.arange(6).view(2, 3).t().contiguous().t())


def test_generators_are_read_without_drawing() -> None:
    drawn: list[Any] = []
    for look in (False, True):
        rng, old, own = np.random.default_rng(3), random.Random(3), torch.Generator().manual_seed(3)
        if look:
            assert content([rng, old, own])
        drawn.append((rng.random(), old.random(), torch.rand(2, generator=own).tolist()))
    assert drawn[0] == drawn[1]


def test_gradients_count_as_part_of_a_leaf() -> None:
    weight = torch.nn.Parameter(torch.ones(2))
    before = content(weight)
    loss = (weight * 2).sum()
    loss.backward()
    assert content(weight) != before
    assert [each.tolist() for each in gradients(loss)] == [[2.0, 2.0]]
    assert gradients(3) == [] == gradients(torch.ones(1))


def test_a_tensor_that_cannot_be_read_counts_by_its_type() -> None:
    assert content(torch.empty(2, device="meta"))


def test_what_depends_on_the_moment_is_told_apart_by_sight() -> None:
    one, other = concurrent.futures.Future[int](), concurrent.futures.Future[int]()
    first = content([one, other])
    one.set_result(3)
    assert content([one, other]) == first != content([other, one])
    assert content(logging.getLogger("a")) == content(logging.getLogger("a"))

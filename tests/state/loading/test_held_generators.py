from __future__ import annotations

import functools
import random
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import ConcatDataset, Subset

from samerun.state.loading.held_generators import find_generators

module_rng = np.random.default_rng(1)


def helper() -> float:
    return float(module_rng.random())


class Holder:
    def __init__(self, value: Any) -> None:
        self.value = value

    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int) -> int:
        return index


class Slotted:
    __slots__ = ("rng", "unset")

    def __init__(self) -> None:
        self.rng = np.random.default_rng(0)


class UsesGlobalInALambda(Holder):
    def __getitem__(self, index: int) -> Any:
        return (lambda: module_rng.random())()


class UsesGlobal(Holder):
    def __getitem__(self, index: int) -> Any:
        return helper()


class UsesGlobalWithin(Holder):
    def __getitem__(self, index: int) -> Any:
        return [module_rng.random() for _ in range(2)] + list(map(lambda place: helper() + place, [1]))  # noqa: C417


class OfClass(Holder):
    shared = random.Random(1)


def closing(rng: Any) -> Any:
    return lambda picture: picture * rng.random()


def where(root: Any) -> list[str]:
    return [held.where for held in find_generators(root)]


KINDS = [
    np.random.default_rng(0),
    np.random.Generator(np.random.Philox(1)),
    np.random.Generator(np.random.MT19937(1)),
    np.random.Generator(np.random.SFC64(1)),
    np.random.RandomState(0),
    random.Random(0),
    torch.Generator(),
]


@pytest.mark.parametrize("generator", KINDS, ids=lambda one: type(getattr(one, "bit_generator", one)).__name__)
def test_each_kind_is_found_reseeded_and_given_back(generator: Any) -> None:
    def draw() -> float:
        if isinstance(generator, torch.Generator):
            return float(torch.rand((), generator=generator))
        return float(generator.random() if hasattr(generator, "random") else generator.rand())

    (held,) = find_generators(Holder(generator))
    assert held.generator is generator
    before = held.capture()
    expected = draw()
    held.reseed(b"a" * 16)
    one = draw()
    held.reseed(b"b" * 16)
    two = draw()
    held.reseed(b"a" * 16)
    assert draw() == one != two
    held.restore(before)
    assert draw() == expected


def test_two_of_a_dataset_get_different_numbers() -> None:
    one, two = find_generators(Holder([np.random.default_rng(0), np.random.default_rng(0)]))
    for held in (one, two):
        held.reseed(b"k" * 16)
    assert one.generator.random() != two.generator.random()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        (Holder(None), []),
        (Holder({"a": [Holder(random.Random(1))]}), [".value['a'][0].value"]),
        (Holder(Slotted()), [".value.rng"]),
        (Holder(functools.partial(closing, np.random.default_rng(0))), [".value.args[0]"]),
        (Holder(closing(np.random.default_rng(0))), [".value<rng>"]),
        (Holder(Holder(random.Random(2)).__getitem__), [".value.__self__.value"]),
        (UsesGlobal(None), [".__getitem__<helper><module_rng>"]),
        (UsesGlobalInALambda(None), [".__getitem__<module_rng>"]),
        (UsesGlobalWithin(None), [".__getitem__<module_rng>"]),
        (OfClass(None), [".shared"]),
        (Subset(Holder(random.Random(3)), [0]), [".dataset.value"]),
        (ConcatDataset([Holder(random.Random(4))]), [".datasets[0].value"]),
        (Holder(random.SystemRandom()), []),
        (Holder(random), []),
        (Holder(torch.nn.Linear(2, 2)), []),
    ],
)
def test_where_they_are_looked_for(root: Any, expected: list[str]) -> None:
    assert where(root) == expected


def test_one_that_is_held_twice_counts_once_and_circles_end() -> None:
    rng = random.Random(1)
    holder = Holder([rng, rng])
    holder.again = holder  # type: ignore[attr-defined]
    assert where(holder) == [".value[0]"]
    assert where(Holder(list(range(10**6)))) == []


def test_what_is_left_out_is_not_looked_into() -> None:
    inner = Holder(random.Random(1))
    assert [held.where for held in find_generators(Holder([inner, random.Random(2)]), leave_out=inner)] == [".value[1]"]

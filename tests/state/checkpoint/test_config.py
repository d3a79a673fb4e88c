from __future__ import annotations

import argparse
import collections
import enum
import json
import logging
import os
import random
import threading
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.errors import BadOption
from samerun.state.checkpoint.config import config_differences, config_hash, plain_config


@dataclass
class Settings:
    lr: float
    path: Path


@pytest.mark.parametrize(
    ("config", "plain"),
    [
        (None, None),
        (Settings(0.1, Path("a")), {"lr": 0.1, "path": "a"}),
        (argparse.Namespace(lr=np.float64(0.5)), {"lr": 0.5}),
        ({"s": {"b", "a"}, 1: (1, 2)}, {"s": ["a", "b"], "1": [1, 2]}),
        ({"f": torch.nn.ReLU, "d": torch.float16}, {"f": "torch.nn.modules.activation.ReLU", "d": "torch.float16"}),
        ([object()], ["<builtins.object>"]),
    ],
)
def test_plain_values(config: Any, plain: Any) -> None:
    assert plain_config(config) == plain
    assert len(config_hash(plain)) == 8


def test_the_hash_follows_the_content_and_not_the_order() -> None:
    assert config_hash({"a": 1, "b": 2}) == config_hash({"b": 2, "a": 1}) != config_hash({"a": 1, "b": 3})


def test_differences_are_named_by_key() -> None:
    before = {"lr": 0.1, "model": {"depth": 3, "width": 8}, "nan": float("nan"), "old": 1}
    now = {"lr": 0.2, "model": {"depth": 3, "width": 9}, "nan": float("nan"), "new": "x" * 200}
    found = config_differences(before, now)
    assert found[:2] == ["lr: 0.1 -> 0.2", "model.width: 8 -> 9"]
    assert found[2].startswith('new: (not there) -> "xxx')
    assert found[3] == "old: 1 -> (not there)"
    assert config_differences(None, {"a": 1}) == ['the configuration: null -> {"a": 1}']
    assert config_differences({str(n): n for n in range(15)}, {})[-1] == "and 5 more"


class Loss(enum.Enum):
    HINGE = 1
    LOG = 2


class Depth(enum.IntEnum):
    SHALLOW = 2


@dataclass
class Holder:
    held: Any


class Numbers(collections.UserList[int]):
    """A list that is none, as some configuration libraries have."""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Loss.HINGE, Loss.LOG),
        (np.arange(3), np.arange(4)),
        (np.zeros(2), np.zeros((1, 2))),
        (range(3), range(4)),
        (b"a", b"b"),
        (1j, 2j),
        (Numbers([1, 2]), Numbers([2, 1])),
        (torch.float16, torch.bfloat16),
        (torch.device("cpu"), torch.device("cuda:1")),
        (Holder(Holder(1)), Holder(Holder(2))),
        (types.SimpleNamespace(a=1), types.SimpleNamespace(a=2)),
        (collections.deque([1]), collections.deque([2])),
        (np.datetime64("2020-01-01"), np.datetime64("2020-01-02")),
        (np.longdouble(1), np.longdouble(2)),
        (np.complex64(1j), np.complex64(2j)),
        (np.void(b"a"), np.void(b"b")),
        (0, False),
        (1, 1.0),
        ("1", 1),
    ],
)
def test_what_differs_has_another_hash(one: Any, other: Any) -> None:
    """A change that the hash did not follow would never be told."""
    hashes = [config_hash(plain_config({"x": value})) for value in (one, other, one)]
    assert hashes[0] == hashes[2] != hashes[1]
    assert len(config_differences(plain_config({"x": one}), plain_config({"x": other}))) == 1


def test_members_of_an_enumeration_are_their_names_or_numbers() -> None:
    assert plain_config([Loss.LOG, Depth.SHALLOW]) == ["Loss.LOG", 2]


@pytest.mark.parametrize("thing", [threading.Lock(), open(os.devnull), iter([]), logging.getLogger("x")])  # noqa: SIM115
def test_what_cannot_be_copied_is_its_type(thing: Any) -> None:
    name = f"<{type(thing).__module__}.{type(thing).__qualname__}>"
    assert plain_config(Holder(thing)) == {"held": name}
    assert plain_config({"a": [thing]}) == {"a": [name]}


def test_a_long_array_is_its_type() -> None:
    assert plain_config(np.zeros(1001)) == "<numpy.ndarray>"
    assert plain_config(np.array([["a"], ["b"]])) == [["a"], ["b"]]


def test_what_holds_itself_is_one_sentence() -> None:
    knot: dict[str, Any] = {}
    knot["again"] = [knot]
    with pytest.raises(BadOption, match="holds itself"):
        plain_config(knot)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=60)
@given(VALUES)
def test_plain_values_stay_as_they_are(value: Any) -> None:
    plain = plain_config(value)
    assert repr(plain) == repr(value)
    assert config_differences(plain, plain_config(plain)) == []
    assert config_hash(plain) == config_hash(json.loads(json.dumps(plain)))


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.text(), VALUES, max_size=5), st.randoms())
def test_only_what_was_changed_is_told(config: dict[str, Any], chance: random.Random) -> None:
    keys = list(config)
    chance.shuffle(keys)
    turned = {key: config[key] for key in keys}
    assert config_hash(config) == config_hash(turned)
    assert config_differences(config, turned) == []
    added = {**turned, "one more": object}
    (said,) = config_differences(config, plain_config(added))
    assert said == 'one more: (not there) -> "builtins.object"'

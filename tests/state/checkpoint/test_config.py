from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

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

"""A configuration in any form is plain JSON, the same in every run."""

from __future__ import annotations

import argparse
import enum
import json
from collections import OrderedDict, namedtuple
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

from samerun.launch.configuration import as_json


class Colour(enum.Enum):
    RED = "red"


@dataclass
class Optimiser:
    lr: float = 0.1
    betas: tuple[float, float] = (0.9, 0.999)


@dataclass
class Whole:
    optimiser: Optimiser = field(default_factory=Optimiser)
    path: Path = Path("data/train.csv")
    colour: Colour = Colour.RED


class Spec(msgspec.Struct):
    width: int = 3
    inner: Optimiser = msgspec.field(default_factory=Optimiser)


class Methodical:
    def to_dict(self) -> dict[str, Any]:
        return {"depth": 3}


class Broken:
    def to_dict(self) -> dict[str, Any]:
        raise RuntimeError("no")


Point = namedtuple("Point", "x y")
OPTIMISER = {"lr": 0.1, "betas": [0.9, 0.999]}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (None, {}),
        ({"a": 1, "b": {"c": None}}, {"a": 1, "b": {"c": None}}),
        (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (argparse.Namespace(lr=0.1, name="x"), {"lr": 0.1, "name": "x"}),
        (SimpleNamespace(a=SimpleNamespace(b=1)), {"a": {"b": 1}}),
        (Whole(), {"optimiser": OPTIMISER, "path": "data/train.csv", "colour": "red"}),
        (Spec(), {"width": 3, "inner": OPTIMISER}),
        (Point(1, 2), {"x": 1, "y": 2}),
        (Methodical(), {"depth": 3}),
        ({1: "a", (1, 2): "b"}, {"1": "a", "(1, 2)": "b"}),
        ({"s": {3, 1, 2}, "t": (1, [2])}, {"s": [1, 2, 3], "t": [1, [2]]}),
        ({"n": np.float32(0.5), "i": np.int64(3), "a": np.arange(3)}, {"n": 0.5, "i": 3, "a": [0, 1, 2]}),
        ({"big": np.zeros((100, 100))}, {"big": "ndarray of shape (100, 100)"}),
        ({"x": float("nan"), "y": float("inf")}, {"x": "NaN", "y": "Infinity"}),
        ({"f": len, "c": Spec}, {"f": "builtins.len", "c": f"{__name__}.Spec"}),
        ({"o": object()}, {"o": "builtins.object"}),
    ],
)
def test_forms(config: Any, expected: dict[str, Any]) -> None:
    found = as_json(config)
    assert found == expected
    assert list(found) == list(expected)
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("config", ["text", 3, [1, 2], b"x", True])
def test_what_has_no_names_is_refused(config: Any) -> None:
    with pytest.raises(TypeError, match="no configuration"):
        as_json(config)


def test_something_broken_inside_costs_only_itself() -> None:
    found = as_json({"a": 1, "b": Broken()})
    assert found["a"] == 1
    assert isinstance(found["b"], str)


def test_a_circle_ends() -> None:
    circle: dict[str, Any] = {"a": 1}
    circle["self"] = circle
    json.dumps(as_json(circle))


def test_nothing_differs_from_run_to_run() -> None:
    assert as_json({"o": object(), "l": lambda: 1}) == as_json({"o": object(), "l": lambda: 1})


def test_pydantic() -> None:
    pydantic = pytest.importorskip("pydantic")

    class Model(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        lr: float = 0.1
        deep: dict[str, int] = {"a": 1}

    assert as_json(Model()) == {"lr": 0.1, "deep": {"a": 1}}


def test_attrs() -> None:
    attrs = pytest.importorskip("attrs")
    kind = attrs.make_class("Kind", ["a", "b"])
    assert as_json(kind(1, kind(2, 3))) == {"a": 1, "b": {"a": 2, "b": 3}}


def test_omegaconf() -> None:
    omegaconf = pytest.importorskip("omegaconf")
    config = omegaconf.OmegaConf.create({"a": 1, "b": "${a}", "c": [1, {"d": 2}]})
    assert as_json(config) == {"a": 1, "b": 1, "c": [1, {"d": 2}]}
    broken = omegaconf.OmegaConf.create({"a": "${nowhere}", "l": [1]})
    assert as_json(broken) == {"a": "${nowhere}", "l": [1]}


def test_torch_things_are_words() -> None:
    torch = pytest.importorskip("torch")
    assert as_json({"d": torch.device("cpu"), "t": torch.float32}) == {"d": "cpu", "t": "torch.float32"}

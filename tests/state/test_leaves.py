from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import torch

from samerun.state.leaves import MOST, leaves

Pair = namedtuple("Pair", "left right")


@dataclass
class Result:
    loss: float
    parts: list[int]


def test_pieces_are_called_as_one_would_write_them() -> None:
    value = {"b": [1, (2, 3)], "a": Pair(4, 5), 7: Result(0.5, [6])}
    assert list(leaves(value, "result")) == [
        ("result['a'].left", 4),
        ("result['a'].right", 5),
        ("result['b'][0]", 1),
        ("result['b'][1][0]", 2),
        ("result['b'][1][1]", 3),
        ("result[7].loss", 0.5),
        ("result[7].parts[0]", 6),
    ]


def test_the_order_of_names_does_not_matter() -> None:
    assert list(leaves({"a": 1, "b": 2})) == list(leaves({"b": 2, "a": 1}))


def test_a_model_is_its_parameters_and_buffers() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.BatchNorm1d(1))
    names = [name for name, _ in leaves(model)]
    assert names[:2] == ["0.weight", "0.bias"]
    assert "1.running_mean" in names
    assert next(name for name, _ in leaves([model], "result")) == "result[0].0.weight"


def test_an_estimator_is_its_attributes() -> None:
    from sklearn.linear_model import LinearRegression

    model = LinearRegression().fit(np.eye(2), [1.0, 2.0])
    assert "coef_" in dict(leaves(model))
    assert "result.coef_" in dict(leaves(model, "result"))


def test_arrays_text_empty_and_long_ones_are_one_piece() -> None:
    array = np.zeros(3)
    for value in (array, "text", b"bytes", [], {}, None, [0] * (MOST + 1), {1, 2}):
        assert [name for name, _ in leaves(value, "x")] == ["x"]

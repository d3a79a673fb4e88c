from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.errors import BadOption
from samerun.state.checkpoint.metrics import plain_metrics, warn_if_missing


def test_numbers_of_every_kind_become_pythons_own() -> None:
    given = {
        "a": np.float32(0.5),
        "b": torch.tensor(2),
        "c": 3,
        "d": True,
        "e": "text",
        "f": None,
        "g": np.array([4.0]),
    }
    found = plain_metrics(given)
    assert found == {"a": 0.5, "b": 2, "c": 3, "d": True, "e": "text", "f": None, "g": 4.0}
    assert {type(value) for value in found.values()} == {float, int, bool, str, type(None)}
    assert math.isnan(plain_metrics({"x": float("nan")})["x"])
    assert plain_metrics(None) == {}


@pytest.mark.parametrize("value", [[1], torch.ones(2), {}, object()])
def test_what_is_no_number_is_named(value: object) -> None:
    with pytest.raises(BadOption, match="The metric loss"):
        plain_metrics({"loss": value})


@pytest.mark.parametrize("metrics", [0.5, torch.tensor(0.5), [("loss", 1)], "loss", {"loss"}])
def test_metrics_without_names_are_told(metrics: Any) -> None:
    with pytest.raises(BadOption, match="no dict"):
        plain_metrics(metrics)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.text(), st.floats() | st.integers(-(2**63), 2**64) | st.booleans() | st.text(), max_size=5))
def test_what_is_plain_stays_what_it_is(metrics: dict[str, Any]) -> None:
    assert repr(plain_metrics(metrics)) == repr(metrics)


@pytest.mark.parametrize(
    ("names", "hint"),
    [(["val_loss"], "Did you mean 'val_loss'"), (["b", "a"], "There are: a, b"), (list("abcdefghijklm"), "i, j\\.")],
)
def test_the_nearest_name_is_offered(names: list[str], hint: str) -> None:
    with pytest.warns(UserWarning, match=hint) as said:
        warn_if_missing("val/loss", dict.fromkeys(names, 1), stacklevel=2)
    assert said[0].filename == __file__


def test_a_missing_metric_is_told_with_what_there_is() -> None:
    with pytest.warns(UserWarning, match="There are: a, b"):
        warn_if_missing("something", {"b": 1, "a": 2}, stacklevel=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_if_missing(None, {"a": 1}, stacklevel=1)
        warn_if_missing("a", {"a": 1}, stacklevel=1)
        warn_if_missing("a", {}, stacklevel=1)

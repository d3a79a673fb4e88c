"""What can be said without Keras; what it draws is tested beside it, in tests/frameworks."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from samerun.errors import CannotRestore
from samerun.state.generators.keras import Keras

SUBJECT = Keras()


@pytest.mark.parametrize(
    "state",
    [None, 3, b"", [], {}, {"seed": 1}, {"seed": "1", "generator": None}, {"seed": 1, "generator": 3}]
    + [{"seed": 1, "generator": [1]}, {"seed": 1, "generator": [1, 2, 3]}, {"seed": 1, "generator": [1, 2**32]}]
    + [{"seed": 1, "generator": [1, 0.5]}, {"seed": 1, "generator": [1, True]}, {"seed": 1, "generator": b"12"}],
)
def test_what_is_no_state_is_refused(state: Any) -> None:
    with pytest.raises(CannotRestore, match="Keras"):
        SUBJECT.check(state)


def test_a_keras_that_keeps_it_elsewhere_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keras", ModuleType("keras"))
    monkeypatch.delitem(sys.modules, "keras.src.backend.common.global_state", raising=False)
    assert not SUBJECT.present()
    assert SUBJECT.check({"seed": 1, "generator": [1, 2]}) == "this Keras keeps its generator elsewhere"

"""What can be said without TensorFlow; what it draws is tested beside it, in tests/frameworks."""

from __future__ import annotations

import random
import sys
from typing import Any

import pytest

from samerun.errors import CannotRestore
from samerun.state.generators.python import plain_random
from samerun.state.generators.tensorflow import TensorFlow

SUBJECT = TensorFlow()
GOOD: dict[str, Any] = {
    "seed": 3,
    "random": plain_random(random.Random(3)),
    "generator": {"algorithm": 1, "state": [1, -2, 3]},
}


@pytest.mark.parametrize("change", [{}, {"seed": None, "random": None}, {"generator": None}])
def test_a_state_is_taken(change: dict[str, Any]) -> None:
    assert SUBJECT.check({**GOOD, **change}) == ""


@pytest.mark.parametrize(
    "change",
    [{"seed": None}, {"random": None}, {"seed": "3"}, {"random": {}}, {"random": b""}, {"generator": 3}, {"more": 1}]
    + [{"generator": {"algorithm": 3, "state": [1, 2, 3]}}, {"generator": {"algorithm": True, "state": [1, 2, 3]}}]
    + [{"generator": {"algorithm": 1, "state": [1, 2]}}, {"generator": {"algorithm": 1, "state": [1, 2, 2**63]}}]
    + [{"generator": {"algorithm": 1, "state": None}}, {"generator": {"algorithm": 1, "state": [1, 2, 0.5]}}],
)
def test_what_is_no_state_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(CannotRestore, match="TensorFlow"):
        SUBJECT.check({**GOOD, **change})


@pytest.mark.parametrize("state", [None, 3, b"", [], {}])
def test_other_things_are_refused(state: Any) -> None:
    with pytest.raises(CannotRestore):
        SUBJECT.check(state)


def test_it_is_present_only_where_it_is_imported() -> None:
    assert SUBJECT.present() == ("tensorflow" in sys.modules)

from __future__ import annotations

from typing import Any

import pytest

from samerun.errors import CannotRestore
from samerun.state.loading.positions import differences, whole

HERE = {"seed": 1, "drop_last": False}
STATE = {"schema": "x/1", **HERE}


def test_the_same_circumstances() -> None:
    assert differences(STATE, "x/1", HERE, allow=()) == []


def test_what_may_differ_is_told() -> None:
    assert differences({**STATE, "seed": 2}, "x/1", HERE, allow=("seed",)) == ["seed"]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (
            {**STATE, "seed": 2, "drop_last": True},
            "seed is 1 here and 2 in the state; drop_last is False here and True",
        ),
        ({**STATE, "drop_last": 0}, "drop_last is False here and 0"),
        ({"schema": "x/1", "drop_last": False}, "seed is 1 here and None"),
        ({**STATE, "schema": "x/2"}, "no state of the kind x/1"),
        (None, "no state of the kind"),
        ("x/1", "no state of the kind"),
    ],
)
def test_what_may_not_is_named_with_both_values(state: Any, said: str) -> None:
    with pytest.raises(CannotRestore, match=said):
        differences(state, "x/1", HERE, allow=())


def test_the_facts_are_with_the_error() -> None:
    with pytest.raises(CannotRestore) as caught:
        differences({**STATE, "seed": 2}, "x/1", HERE, allow=())
    assert caught.value.facts["differing"] == {"seed": (1, 2)}


@pytest.mark.parametrize("value", [-1, 1.0, "1", None, True])
def test_a_whole_number(value: object) -> None:
    assert whole(5, "epoch") == 5
    with pytest.raises(CannotRestore, match="epoch is"):
        whole(value, "epoch")

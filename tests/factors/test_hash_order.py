"""The hash seed: the user's counts, the recorder's does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from samerun.factors.factor import Plan, Scene
from samerun.factors.hash_order import HashOrder
from samerun.record.values import Change


def drawn(scene: Callable[..., Scene], found: dict[str, str], number: str) -> dict[str, object]:
    plan = Plan([], "/", {**found, "PYTHONHASHSEED": number})
    values = HashOrder().read(scene(environment=found, plan=plan))
    assert isinstance(values, dict)
    return values


@pytest.mark.parametrize("found", [{}, {"PYTHONHASHSEED": ""}, {"PYTHONHASHSEED": "random"}])
def test_a_drawn_seed_is_kept_and_is_nobodys_change(scene: Callable[..., Scene], found: dict[str, str]) -> None:
    one, other = drawn(scene, found, "17"), drawn(scene, {}, "18")
    assert one == {"PYTHONHASHSEED": "17", "found": "unset"}
    assert HashOrder().differences(one, other) == []


def test_a_seed_of_the_user_counts(scene: Callable[..., Scene]) -> None:
    zero, none = drawn(scene, {"PYTHONHASHSEED": "0"}, "0"), drawn(scene, {}, "17")
    assert [(each.subject, each.a, each.b) for each in HashOrder().differences(zero, none)] == [
        ("PYTHONHASHSEED", "0", "unset")
    ]
    assert HashOrder().differences(zero, drawn(scene, {"PYTHONHASHSEED": "1"}, "1")) != []


def test_giving_sets_it(plan: Callable[..., Plan]) -> None:
    present = plan(PYTHONHASHSEED="3")
    HashOrder().give(present, {"PYTHONHASHSEED": "17", "found": "unset"})
    assert present.environment == {"PYTHONHASHSEED": "17"}


def test_variations_are_other_seeds() -> None:
    values = {"PYTHONHASHSEED": "1", "found": "unset"}
    assert [each["PYTHONHASHSEED"] for each in HashOrder().variations(values)] == ["20731"]


def test_the_advice_says_how_to_fix_it() -> None:
    assert "PYTHONHASHSEED=0" in HashOrder().advice(Change("hash-order", "PYTHONHASHSEED"))


def test_without_a_seed_the_interpreter_draws_one(plan: Callable[..., Plan]) -> None:
    present = plan(PYTHONHASHSEED="17")
    HashOrder().give(present, HashOrder().released({"PYTHONHASHSEED": "17", "found": "unset"}))
    assert present.environment == {}
    HashOrder().give(present, {"PYTHONHASHSEED": "random", "found": "unset"})
    assert present.environment == {}


def test_a_seed_of_the_user_is_never_released() -> None:
    users = {"PYTHONHASHSEED": "3", "found": "3"}
    assert HashOrder().released(users) == users
    assert HashOrder().held(users) == users


def test_held_it_is_what_the_run_had_or_zero() -> None:
    drawn = {"PYTHONHASHSEED": "17", "found": "unset"}
    assert HashOrder().held(drawn) == drawn
    assert HashOrder().held({}) == {"PYTHONHASHSEED": "0", "found": "unset"}

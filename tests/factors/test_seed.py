"""The seed that was given."""

from __future__ import annotations

from collections.abc import Callable

from samerun.factors.factor import Plan, Scene
from samerun.factors.seed import Seed


def test_none_and_zero_are_two_things(scene: Callable[..., Scene]) -> None:
    assert Seed().read(scene()) == {"--seed": None}
    assert Seed().read(scene(plan=Plan([], "/", {}, seed=0))) == {"--seed": 0}


def test_the_same_is_given(plan: Callable[..., Plan]) -> None:
    present = plan()
    Seed().give(present, {"--seed": 7})
    assert present.seed == 7
    Seed().give(present, {"--seed": None})
    assert present.seed is None


def test_another_seed_is_a_change() -> None:
    assert [each.subject for each in Seed().differences({"--seed": 1}, {"--seed": 2})] == ["--seed"]

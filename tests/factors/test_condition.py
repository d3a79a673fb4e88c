"""A condition: its mode, the lines that it is restricted to, and those that were seen to use it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from samerun.factors.condition import Condition
from samerun.factors.factor import Plan, Scene
from samerun.record.observation import Observation


class Weather(Condition):
    kind = "weather"
    modes = ("rain", "snow")
    still = "sun"


class Season(Condition):
    kind = "season"


def test_it_is_varied_to_each_other_mode_and_held_in_one() -> None:
    assert list(Weather().variations({})) == [{"mode": "rain"}, {"mode": "snow"}]
    assert Weather().held({"places": ["a.py:3"]}) == {"mode": "sun"}
    assert Season().held({}) is None
    assert list(Season().variations({})) == []


@pytest.mark.parametrize(
    ("values", "asked"),
    [
        ({}, {}),
        ({"places": ["a.py:3"]}, {}),
        ({"mode": "rain"}, {"weather": "rain"}),
        ({"mode": "rain", "sites": ["a.py:3", "b.py:7"]}, {"weather": "rain@a.py:3,b.py:7"}),
    ],
)
def test_what_is_given_is_asked_for_and_read_again(
    plan: Callable[..., Plan], scene: Callable[..., Scene], values: dict[str, object], asked: dict[str, str]
) -> None:
    present = plan()
    Weather().give(present, values)
    assert present.conditions == asked
    read = Weather().read(scene(plan=present))
    assert read == {name: value for name, value in values.items() if name != "places"}


def test_the_lines_that_used_it_are_read(scene: Callable[..., Scene], ended: Callable[..., Observation]) -> None:
    observed = ended(used={"weather": ("a.py:3", "a.py:9"), "season": ("b.py:1",)})
    assert Weather().read(scene(observed=observed)) == {"places": ["a.py:3", "a.py:9"]}


def test_what_a_question_asked_for_is_no_change() -> None:
    assert Weather().differences({"mode": "rain"}, {"mode": "snow", "places": ["a.py:3"]}) == []

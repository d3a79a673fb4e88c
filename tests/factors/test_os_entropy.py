"""The entropy: a change only where the program drew from it."""

from __future__ import annotations

from collections.abc import Callable

from samerun.factors.factor import Plan, Scene
from samerun.factors.os_entropy import OsEntropy
from samerun.record.observation import Observation
from samerun.record.values import Change


def test_entropy_and_places_are_read(scene: Callable[..., Scene], ended: Callable[..., Observation]) -> None:
    observed = ended(unseeded={"random": "t.py:3", "numpy": ""})
    assert OsEntropy().read(scene(observed=observed)) == {
        "entropy": "ab" * 32,
        "unseeded": {"numpy": "", "random": "t.py:3"},
    }


def test_other_entropy_matters_where_it_was_drawn_from() -> None:
    a = {"entropy": "1", "unseeded": {"random": "t.py:3", "numpy": ""}}
    changes = OsEntropy().differences(a, {"entropy": "2", "unseeded": {}})
    assert [(change.subject, change.where) for change in changes] == [("numpy, random", "t.py:3")]
    assert OsEntropy().differences({"entropy": "1", "unseeded": {}}, {"entropy": "2", "unseeded": {}}) == []
    assert OsEntropy().differences(a, {**a, "unseeded": {}}) == []


def test_the_lines_that_asked_the_system_are_kept(
    scene: Callable[..., Scene], ended: Callable[..., Observation]
) -> None:
    values = OsEntropy().read(scene(observed=ended(used={"os-entropy": ("t.py:4",)})))
    assert isinstance(values, dict)
    assert values["places"] == ["t.py:4"]
    assert OsEntropy().differences(values, {**values, "places": [], "entropy": "other"}) == []


def test_as_it_comes_nothing_is_supplied(plan: Callable[..., Plan]) -> None:
    present = plan()
    OsEntropy().give(present, OsEntropy().released({"entropy": "1f", "unseeded": {"numpy": ""}, "places": ["t.py:4"]}))
    assert (present.released, present.conditions) == (("*",), {})
    assert OsEntropy().released({})["entropy"] == "0" * 64


def test_held_the_programs_own_questions_are_answered_and_libraries_that_have_no_kind(
    plan: Callable[..., Plan],
) -> None:
    present = plan()
    held = OsEntropy().held({"entropy": "1f", "unseeded": {"numpy": "", "polars": "t.py:8"}}) or {}
    OsEntropy().give(present, {**held, "sites": ["t.py:4"]})
    assert present.conditions == {"os-entropy": "held@t.py:4"}
    assert present.released == ("*", "!polars")


def test_the_same_is_supplied_again(plan: Callable[..., Plan]) -> None:
    present = plan()
    OsEntropy().give(present, {"entropy": "1f", "unseeded": {}})
    assert present.entropy == "1f"


def test_the_advice_says_how_to_seed() -> None:
    assert "--seed" in OsEntropy().advice(Change("os-entropy", "random"))

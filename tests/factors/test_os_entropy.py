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


def test_the_same_is_supplied_again(plan: Callable[..., Plan]) -> None:
    present = plan()
    OsEntropy().give(present, {"entropy": "1f", "unseeded": {}})
    assert present.entropy == "1f"


def test_the_advice_says_how_to_seed() -> None:
    assert "--seed" in OsEntropy().advice(Change("os-entropy", "random"))

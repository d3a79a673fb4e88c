"""Completion order: two other orders, and one that holds it still; the record says which lines collect."""

from __future__ import annotations

from collections.abc import Callable

from samerun.factors import FACTORS
from samerun.factors.completion_order import CompletionOrder
from samerun.factors.factor import Plan, Scene
from samerun.record.observation import Observation
from samerun.record.values import Change


def test_the_lines_that_collect_are_read(scene: Callable[..., Scene], ended: Callable[..., Observation]) -> None:
    observed = ended(used={"completion-order": ("train.py:9",), "listing-order": ("train.py:2",)})
    assert CompletionOrder().read(scene(observed=observed)) == {"places": ["train.py:9"]}
    assert CompletionOrder().read(scene()) == {}


def test_it_is_varied_and_held_by_a_mode(plan: Callable[..., Plan]) -> None:
    factor = CompletionOrder()
    assert [values["mode"] for values in factor.variations({})] == ["reversed", "delayed"]
    held = factor.held({})
    assert held == {"mode": "ordered"}
    present = plan()
    factor.give(present, held)
    factor.give(present, {})
    assert present.conditions == {"completion-order": "ordered"}


def test_what_was_asked_for_is_no_change() -> None:
    assert CompletionOrder().differences({}, {"mode": "ordered"}) == []


def test_it_stands_in_the_table_before_what_is_less_proximate() -> None:
    kinds = [factor.kind for factor in FACTORS]
    assert kinds.count("completion-order") == 1
    assert kinds.index("instruction-set") < kinds.index("completion-order") < kinds.index("os-entropy")


def test_advice_names_the_calls_that_keep_the_order() -> None:
    advice = CompletionOrder().advice(Change("completion-order", "x"))
    assert "executor.map" in advice
    assert "as_completed" in advice

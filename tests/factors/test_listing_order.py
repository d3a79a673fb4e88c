"""Listing order: two other orders, and one that holds it still; the record says which lines list."""

from __future__ import annotations

from collections.abc import Callable

from samerun.factors.factor import Plan, Scene
from samerun.factors.listing_order import ListingOrder
from samerun.record.observation import Observation
from samerun.record.values import Change


def test_the_lines_that_listed_are_read(scene: Callable[..., Scene], ended: Callable[..., Observation]) -> None:
    observed = ended(used={"listing-order": ("train.py:3", "data.py:8")})
    assert ListingOrder().read(scene(observed=observed)) == {"places": ["train.py:3", "data.py:8"]}
    assert ListingOrder().read(scene()) == {}


def test_it_is_varied_and_held_by_a_mode(plan: Callable[..., Plan]) -> None:
    factor = ListingOrder()
    assert [values["mode"] for values in factor.variations({})] == ["reversed", "shuffled"]
    held = factor.held({})
    assert held == {"mode": "sorted"}
    present = plan()
    factor.give(present, {**held, "sites": ["train.py:3", "data.py:8"]})
    assert present.conditions == {"listing-order": "sorted@train.py:3,data.py:8"}


def test_what_a_question_asked_for_is_read_back_and_is_no_change(scene: Callable[..., Scene]) -> None:
    asked = Plan([], "/", {}, conditions={"listing-order": "reversed@train.py:3"})
    values = ListingOrder().read(scene(plan=asked))
    assert values == {"mode": "reversed", "sites": ["train.py:3"]}
    assert isinstance(values, dict)
    assert ListingOrder().differences({}, values) == []


def test_advice_says_how_to_sort() -> None:
    assert "sorted(os.listdir" in ListingOrder().advice(Change("listing-order", "x"))

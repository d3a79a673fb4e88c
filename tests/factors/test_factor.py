"""The common ways of factors: what counts as a change, and how variables are set."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from samerun.factors.factor import Plain, Plan, Scene, Variables
from samerun.record.values import Change


class Colour(Plain):
    kind = "colour"


class Paint(Variables):
    kind = "paint"
    names = ("PAINT", "OIL_*")


def test_equal_values_are_no_change() -> None:
    assert Colour().differences({"wall": "red", "door": None}, {"door": None, "wall": "red"}) == []


def test_each_subject_that_differs_is_one_change_in_order() -> None:
    changes = Colour().differences({"wall": "red", "door": 1}, {"door": 2, "roof": "grey"})
    assert changes == [
        Change("colour", "wall", "red", None),
        Change("colour", "door", 1, 2),
        Change("colour", "roof", None, "grey"),
    ]


@pytest.mark.parametrize(("a", "b"), [(1, True), (0, False), (1, 1.0), (0.0, -0.0), ([1, 2], [1, 2.0])])
def test_values_that_python_calls_equal_are_still_another_value(a: object, b: object) -> None:
    assert len(Colour().differences({"x": a}, {"x": b})) == 1


def test_a_key_set_to_null_is_not_an_absent_key() -> None:
    assert [change.subject for change in Colour().differences({}, {"weight_decay": None})] == ["weight_decay"]


def test_nan_is_nan() -> None:
    assert Colour().differences({"x": math.nan, "y": [math.nan]}, {"x": float("nan"), "y": [float("nan")]}) == []


def test_dicts_are_equal_in_any_order() -> None:
    assert Colour().differences({"x": {"a": 1, "b": 2}}, {"x": {"b": 2, "a": 1}}) == []


def test_the_advice_names_the_subject() -> None:
    assert Colour().advice(Change("colour", "wall")).startswith("wall: ")


def test_a_plain_factor_gives_and_varies_nothing(plan: Callable[..., Plan]) -> None:
    present = plan(A="1")
    Colour().give(present, {"A": "2"})
    assert present.environment == {"A": "1"}
    assert list(Colour().variations({"A": "2"})) == []


def test_variables_are_read_by_name_and_by_beginning(scene: Callable[..., Scene]) -> None:
    environment = {"PAINT": "red", "OIL_A": "1", "PAINTED": "no", "OIL": "no"}
    assert Paint().read(scene(environment=environment)) == {"OIL_A": "1", "PAINT": "red"}


def test_giving_variables_unsets_the_others_of_the_list(plan: Callable[..., Plan]) -> None:
    present = plan(PAINT="blue", OIL_B="2", OTHER="x")
    Paint().give(present, {"OIL_A": "1", "effective": "no variable"})
    assert present.environment == {"OIL_A": "1", "OTHER": "x"}


def test_an_effective_value_counts_only_where_no_variable_explains_it() -> None:
    a, b = {"PAINT": "red", "effective": "rgb"}, {"PAINT": "blue", "effective": "cmyk"}
    assert [change.subject for change in Paint().differences(a, b)] == ["PAINT"]
    assert [change.subject for change in Paint().differences({"effective": 1}, {"effective": 2})] == ["effective"]

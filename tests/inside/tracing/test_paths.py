"""What paths lead to."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import Any

import pytest

from samerun.inside.tracing.paths import MISSING, resolve

TOP = 3
NUMBERS = [1, 2]
ITSELF = "itself"


class Held:
    shared = "of the class"

    def __init__(self) -> None:
        self.inner = self if TOP is None else None
        self.numbers = NUMBERS

    @property
    def asked(self) -> int:
        raise AssertionError("a property was asked")

    def method(self) -> None:
        raise AssertionError("a method was called")

    def __getattr__(self, name: str) -> Any:
        raise AssertionError("an attribute was asked for")


class Hostile:
    def __getattribute__(self, name: str) -> Any:
        raise AssertionError("an attribute was asked for")


CASES: list[tuple[tuple[str, ...], Any]] = [
    (("number",), 5),
    (("TOP",), TOP),
    (("nowhere",), MISSING),
    (("held", "numbers"), NUMBERS),
    (("numbers", "append"), NUMBERS),
    (("held", "numbers", "append"), NUMBERS),
    (("held", "asked"), ITSELF),
    (("json", "dumps"), MISSING),
    (("json",), MISSING),
    (("Held", "shared"), "of the class"),
    (("nowhere", "at", "all"), MISSING),
]


@pytest.mark.parametrize(("path", "value"), CASES)
def test_where_a_path_leads(path: tuple[str, ...], value: Any) -> None:
    held, number, numbers = Held(), 5, NUMBERS
    expected = held if value is ITSELF else value
    assert number
    assert numbers
    assert (resolve(sys._getframe(), path) is expected) is True


def test_an_object_that_refuses_to_be_asked_is_not() -> None:
    hostile = Hostile()
    assert (resolve(sys._getframe(), ("hostile", "anything")) is hostile) is True


def test_a_method_of_the_users_is_followed_by_itself() -> None:
    held = Held()
    assert held.numbers
    assert resolve(sys._getframe(), ("held", "method")) is MISSING


def test_a_module_of_the_users_is_read() -> None:
    mine = ModuleType("mine")
    mine.__file__ = __file__
    mine.rate = 0.5  # type: ignore[attr-defined]
    assert resolve(sys._getframe(), ("mine", "rate")) == 0.5
    assert json is not None

from __future__ import annotations

import sys
import types

import pytest

from samerun.state.generators.generator import Generator, Plain, is_imported, is_ready


class Counter(Generator):
    """A generator that counts."""

    name = "counter"
    module = "sys"

    def __init__(self) -> None:
        self.value = 0

    def seed(self, seed: int, rank: int | None = None) -> None:
        self.value = seed

    def capture(self) -> Plain:
        return self.value

    def check(self, state: Plain) -> str:
        return ""

    def restore(self, state: Plain) -> None:
        assert isinstance(state, int)
        self.value = state


def test_what_is_held_is_given_back() -> None:
    counter = Counter()
    counter.seed(3)
    give_back = counter.hold()
    counter.seed(8)
    give_back()
    assert counter.value == 3


def test_its_purpose_is_its_own() -> None:
    assert Counter().purpose() == "samerun generator counter"


def test_it_is_present_if_its_module_is_imported() -> None:
    assert Counter().present()
    assert not is_imported("samerun.no_such_module")


def test_a_module_that_is_being_imported_is_not_ready_until_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("half_there")
    module.__spec__ = types.SimpleNamespace(_initializing=True)  # type: ignore[assignment]
    monkeypatch.setitem(sys.modules, "half_there", module)
    assert not is_imported("half_there")
    is_ready("half_there")
    assert is_imported("half_there")

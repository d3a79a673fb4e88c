"""What all libraries' switches share."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from samerun.state.switches import LIBRARIES
from samerun.state.switches.switch import LEVELS, Asked, Variable, location_of


def test_levels_say_what_they_touch() -> None:
    assert LEVELS == ("off", "warn", "strict", "portable")
    assert [Asked(level).any for level in LEVELS] == [False, True, True, True]
    assert [Asked(level).all for level in LEVELS] == [True, False, False, True]
    assert [Asked(level).portable for level in LEVELS] == [False, False, False, True]


@pytest.mark.parametrize(("effective", "agrees"), [("AVX2", True), ("avx2", True), ("AVX512", False)])
def test_values_agree_but_for_their_case(effective: str, agrees: bool) -> None:
    assert Variable("X", "avx2", "", bool).agrees(effective) is agrees
    assert Variable("X", "a", "", bool, matches=lambda value, said: value + "b" == said).agrees("ab")


def test_off_needs_no_variable_and_each_has_one_owner() -> None:
    assert [library.variables(Asked("off")) for library in LIBRARIES] == [()] * len(LIBRARIES)
    names = [variable.name for library in LIBRARIES for variable in library.variables(Asked("portable"))]
    assert len(names) == len(set(names))
    assert len({library.name for library in LIBRARIES}) == len(LIBRARIES)


def test_packages_are_found_without_importing_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert location_of("this_is_not_installed") is None
    assert (location_of("email") or "").endswith("email")
    assert location_of("colorsys") is None  # one file, no package
    blocked: Any = None
    for stand_in in (ModuleType("tensorflow"), blocked):
        monkeypatch.setitem(sys.modules, "tensorflow", stand_in)
        assert location_of("tensorflow") is None

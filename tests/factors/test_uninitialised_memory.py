"""Fresh memory: filled by the C library before the start, or by lines from inside."""

from __future__ import annotations

from collections.abc import Callable

from samerun.factors.factor import Plan
from samerun.factors.uninitialised_memory import UninitialisedMemory
from samerun.record.values import Change


def test_held_it_is_zero_and_filled_it_is_not(plan: Callable[..., Plan]) -> None:
    factor, held, varied = UninitialisedMemory(), plan(), plan()
    factor.give(held, factor.held({}) or {})
    (filled,) = factor.variations({})
    factor.give(varied, filled)
    assert held.environment == {"GLIBC_TUNABLES": "glibc.malloc.perturb=255:glibc.malloc.tcache_count=0"}
    assert varied.environment == {"GLIBC_TUNABLES": "glibc.malloc.perturb=184:glibc.malloc.tcache_count=0"}
    assert (held.conditions, varied.conditions) == (
        {"uninitialised-memory": "zeroed"},
        {"uninitialised-memory": "filled"},
    )


def test_what_the_user_tuned_stays(plan: Callable[..., Plan]) -> None:
    present = plan(GLIBC_TUNABLES="glibc.malloc.perturb=3:glibc.malloc.arena_max=1")
    UninitialisedMemory().give(present, {"mode": "zeroed"})
    assert present.environment["GLIBC_TUNABLES"].startswith("glibc.malloc.arena_max=1:glibc.malloc.perturb=255:")


def test_single_lines_are_left_to_the_inside(plan: Callable[..., Plan]) -> None:
    present = plan()
    UninitialisedMemory().give(present, {"mode": "filled", "sites": ["t.py:3", "u.py:9"]})
    assert (present.environment, present.conditions) == ({}, {"uninitialised-memory": "filled@t.py:3,u.py:9"})


def test_nothing_is_given_where_nothing_was(plan: Callable[..., Plan]) -> None:
    for values in ({}, {"places": ["t.py:3"]}, {"mode": "watch"}):
        present = plan()
        UninitialisedMemory().give(present, values)
        assert present.environment == {}
    assert "zeros" in UninitialisedMemory().advice(Change("uninitialised-memory", "numpy"))

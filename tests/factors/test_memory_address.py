"""Addresses: not randomised where they are held, and moved by what is taken at the start."""

from __future__ import annotations

from collections.abc import Callable

from samerun.factors import FACTORS
from samerun.factors.factor import Plan
from samerun.factors.memory_address import MemoryAddress
from samerun.record.values import Change


def test_held_the_system_places_alike_and_the_hash_seed_is_fixed(plan: Callable[..., Plan]) -> None:
    factor, present = MemoryAddress(), plan()
    factor.give(present, factor.held({}) or {})
    assert present.setup == {"same_addresses": True}
    assert present.environment == {"PYTHONHASHSEED": "0"}
    assert present.conditions == {"memory-address": "held"}


def test_a_hash_seed_that_is_given_stays(plan: Callable[..., Plan]) -> None:
    present = plan(PYTHONHASHSEED="7")
    MemoryAddress().give(present, {"mode": "held"})
    assert present.environment == {"PYTHONHASHSEED": "7"}
    kinds = [factor.kind for factor in FACTORS]
    assert kinds.index("hash-order") < kinds.index("memory-address")


def test_moved_the_system_draws_them_as_ever(plan: Callable[..., Plan]) -> None:
    present = plan()
    (moved,) = MemoryAddress().variations({})
    MemoryAddress().give(present, moved)
    assert (present.setup, present.environment, present.conditions) == ({}, {}, {"memory-address": "moved"})
    assert "id()" in MemoryAddress().advice(Change("memory-address", "id"))

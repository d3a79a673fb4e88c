"""A program that differs from itself, taken apart, in a world where every source is known."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.explain.checking.sources import GENERATORS, PROXIMITY
from samerun.explain.checking.taking_apart import take_apart
from tests.explain.checking.world import Program, bench_of

ALL = list(PROXIMITY)


def of(*kinds: str) -> Program:
    """Return a program whose result follows from these sources."""
    return lambda drawn: [drawn[kind] for kind in kinds]


@pytest.mark.parametrize("kind", ALL)
def test_one_source_is_named(kind: str) -> None:
    bench, world = bench_of(of(kind))
    found = take_apart(bench, [ALL])
    assert found.needed == [kind]
    assert "5 runs agree" in found.evidence[kind]
    assert world.replays <= 30


@pytest.mark.parametrize("kinds", list(combinations(ALL[:6], 2)), ids=" ".join)
def test_two_that_hide_each_other_are_both_named(kinds: tuple[str, str]) -> None:
    bench, _ = bench_of(of(*kinds))
    found = take_apart(bench, [ALL])
    assert found.needed == list(kinds)
    assert kinds[1] in found.evidence[kinds[0]]


def test_where_either_of_two_would_do_the_more_proximate_one_is_named() -> None:
    def program(drawn: Mapping[str, int]) -> object:
        return drawn["thread-count"] if drawn["nondeterministic-kernel"] else 0

    bench, _ = bench_of(program)
    assert take_apart(bench, [ALL]).needed == ["nondeterministic-kernel"]


def test_a_guess_that_suffices_costs_five_runs() -> None:
    bench, world = bench_of(of("unseeded-numpy"))
    found = take_apart(bench, [["unseeded-numpy"], ALL])
    assert found.needed == ["unseeded-numpy"]
    assert world.replays == 5


def test_a_guess_that_does_not_suffice_leads_to_the_next() -> None:
    bench, _ = bench_of(of("clock"))
    found = take_apart(bench, [["unseeded-numpy"], ["clock", "hash-order"], ALL])
    assert found.needed == ["clock"]
    assert found.tried == ["clock", "hash-order"]


def test_what_nothing_holds_is_said() -> None:
    numbers = iter(range(1000))
    bench, _ = bench_of(lambda drawn: next(numbers))
    found = take_apart(bench, [["clock"], ALL])
    assert found.needed == []
    assert found.tried == ALL
    assert "->" in found.differs_still


def test_two_that_agree_by_chance_on_the_way_are_found_out() -> None:
    chance = iter([0, 0, 0, 0, 5, 0, 7, 0, 0, 9] * 100)

    def program(drawn: Mapping[str, int]) -> object:
        return next(chance) if drawn["completion-order"] else 0

    bench, _ = bench_of(program)
    assert take_apart(bench, [["clock", "completion-order"]]).needed == ["completion-order"]


def test_a_program_that_fails_where_something_is_held_does_not_agree() -> None:
    def facts(held: set[str]) -> dict[str, object]:
        return {"status": "failed", "exit_code": 1} if "nondeterministic-kernel" in held else {}

    bench, _ = bench_of(of("thread-count"), facts)
    bench.holding(()).agrees(2)
    found = take_apart(bench, [["nondeterministic-kernel"], ["thread-count"]])
    assert found.needed == ["thread-count"]


@settings(deadline=None, max_examples=60)
@given(st.sets(st.sampled_from(ALL), min_size=1, max_size=4))
def test_any_few_sources_are_named_exactly(kinds: set[str]) -> None:
    bench, _ = bench_of(of(*sorted(kinds)))
    assert set(take_apart(bench, [list(GENERATORS), ALL]).needed) == kinds


def dealt(drawn: Mapping[str, int]) -> object:
    """Tasks make generators of their own: which worker gets which of the recorded bits is decided by the completion."""
    return drawn["unseeded-numpy"], 0 if drawn["seeded"] else drawn["completion-order"]


def test_completion_is_no_cause_where_it_only_deals_out_what_a_seed_would_make_alike() -> None:
    bench, _ = bench_of(dealt)
    found = take_apart(bench, [ALL])
    assert found.needed == ["unseeded-numpy"]
    assert set(found.held) == {"unseeded-numpy", "completion-order"}
    assert list(found.evidence) == ["unseeded-numpy"]


def test_completion_stays_a_cause_where_it_reaches_the_result_by_itself() -> None:
    bench, _ = bench_of(of("unseeded-numpy", "completion-order"))
    found = take_apart(bench, [ALL])
    assert set(found.needed) == set(found.held) == {"unseeded-numpy", "completion-order"}

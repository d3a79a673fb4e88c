"""What a launch is given so that some sources are held still and the others come as they do."""

from __future__ import annotations

import pytest

from samerun.explain.checking.sources import FACTOR_OF, GENERATORS, PROXIMITY, given_with, reading
from samerun.explain.checking.varying import CONDITIONS
from samerun.factors import FACTORS
from samerun.factors.condition import MODE, SITES
from samerun.factors.factor import Plan
from samerun.factors.unseeded import ALIKE
from tests.explain.checking.world import held_by, run_of


def plan_of(*held: str, **factors: object) -> Plan:
    run = run_of(1, factors=factors)
    plan = Plan([], "/p", {})
    given = given_with(run, held)
    for factor in FACTORS:
        if factor.kind in given:
            factor.give(plan, given[factor.kind])
    return plan


def test_nothing_held_leaves_all_to_the_system() -> None:
    plan = plan_of()
    assert plan.released == ("*", *(kind.removeprefix("unseeded-") for kind in GENERATORS))
    assert plan.environment.get("PYTHONHASHSEED", "random") == "random"
    assert plan.conditions == {}


def test_a_generator_is_held_by_the_recorded_entropy() -> None:
    plan = plan_of("unseeded-numpy")
    assert "!numpy" in plan.released
    assert "python" in plan.released
    assert plan.entropy == "ab" * 32


def test_the_hash_seed_is_the_recorded_one_or_the_users() -> None:
    assert plan_of("hash-order").environment["PYTHONHASHSEED"] == "17"
    users = {"hash-order": {"PYTHONHASHSEED": "3", "found": "3"}}
    assert plan_of(**users).environment["PYTHONHASHSEED"] == "3"


def test_what_record_was_given_a_seed_for_is_not_released() -> None:
    assert plan_of(seed={"--seed": 4}).released == ()


@pytest.mark.parametrize("kind", [kind for kind in PROXIMITY if kind in FACTOR_OF])
def test_each_source_alone_is_held_alone(kind: str) -> None:
    given = given_with(run_of(1), [kind])
    assert held_by(given) == (
        {kind} if FACTOR_OF[kind].held(reading(run_of(1), kind)) or kind == "hash-order" else set()
    )


def test_a_source_can_be_held_at_some_lines_only() -> None:
    given = given_with(run_of(1), ["clock"], {"clock": ["b.py:2", "a.py:1"]})
    assert given["clock"][SITES] == ["a.py:1", "b.py:2"]
    assert SITES not in given_with(run_of(1), ["clock"])["clock"]


def test_every_source_is_a_condition_of_the_contract() -> None:
    assert set(PROXIMITY) <= set(CONDITIONS)
    assert len(set(PROXIMITY)) == len(PROXIMITY)


def test_a_factor_that_is_missing_reads_as_nothing() -> None:
    assert reading(run_of(1, factors={"clock": {"missing": "unknown"}}), "clock") == {}
    assert reading(run_of(1), "moon") == {}


def test_generators_may_be_held_as_if_each_line_had_a_seed() -> None:
    run = run_of(0)
    assert given_with(run, ["unseeded-numpy"], seeded=True)["unseeded-numpy"] == {MODE: ALIKE}
    assert given_with(run, ["clock", "unseeded-numpy"], seeded=True)["clock"] == given_with(run, ["clock"])["clock"]

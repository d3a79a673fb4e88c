"""What holds of every factor in the table: values are plain, giving repeats them, and nobody's values are altered."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from samerun.factors import FACTORS
from samerun.factors.condition import Condition
from samerun.factors.factor import Factor, Plan, Scene, Variables
from samerun.record.files import FileFact
from samerun.record.missing import Missing
from samerun.record.observation import Observation

EVERY = pytest.mark.parametrize("factor", FACTORS, ids=lambda factor: factor.kind)

ENVIRONMENT = {
    "OMP_NUM_THREADS": "3",
    "PYTHONHASHSEED": "5",
    "TZ": "Europe/Oslo",
    "LC_ALL": "C",
    "MKL_CBWR": "AVX2",
    "NCCL_ALGO": "Tree",
    "NVIDIA_TF32_OVERRIDE": "1",
    "XLA_FLAGS": "--fast",
    "MINE": "x",
    "PATH": "/usr/bin",
}

Whole = Callable[[], Scene]


@pytest.fixture
def whole(scene: Callable[..., Scene], ended: Callable[..., Observation]) -> Whole:
    """Make a scene in which every factor finds something."""

    def make() -> Scene:
        used = {factor.kind: ("train.py:3",) for factor in FACTORS if isinstance(factor, Condition)}
        observed = ended(
            used=used,
            unseeded={"numpy": "train.py:4", "torch.cuda": "", "polars": "train.py:5"},
            variables={"MINE": True, "GONE": True},
            sockets=frozenset({"192.0.2.1:443"}),
            effective={"torch threads": "3", "torch deterministic": False, "torch tf32": True, "torch cuda": "12.1"},
        )
        files = {
            "train.py": FileFact(3, "changed", "h1", read=True, kept=True),
            "x.csv": FileFact(3, "ignored", "h2", read=True, kept=True),
            "c.yaml": FileFact(3, "ignored", "h3", read=True, configuration=True),
        }
        return scene(
            argv=("python", "train.py", "--lr", "0.1"),
            environment=dict(ENVIRONMENT),
            observed=observed,
            files=files,
            content=lambda path: b"lr: 1",
        )

    return make


def values_of(factor: Factor, scene: Scene) -> dict[str, Any]:
    values = factor.read(scene)
    assert not isinstance(values, Missing)
    return values


def state(plan: Plan) -> dict[str, Any]:
    """Return all of a plan but for when it began, which a held clock may set."""
    return {name: value for name, value in vars(plan).items() if name != "started_ns"}


@EVERY
def test_values_are_plain_and_survive_being_written(factor: Factor, whole: Whole) -> None:
    values = values_of(factor, whole())
    assert json.loads(json.dumps(values)) == values


@EVERY
def test_values_that_were_written_and_read_again_are_no_change(factor: Factor, whole: Whole) -> None:
    values = values_of(factor, whole())
    again = json.loads(json.dumps(values, sort_keys=True))
    assert factor.differences(values, again) == factor.differences(again, values) == []


@EVERY
def test_giving_twice_gives_no_more_than_giving_once(factor: Factor, whole: Whole, plan: Callable[..., Plan]) -> None:
    values = values_of(factor, whole())
    once, twice = plan(**ENVIRONMENT), plan(**ENVIRONMENT)
    factor.give(once, values)
    factor.give(twice, values)
    twice.notes.clear()
    factor.give(twice, values)
    assert state(twice) == state(once)


@EVERY
def test_nobodys_values_are_altered(factor: Factor, whole: Whole, plan: Callable[..., Plan]) -> None:
    values = values_of(factor, whole())
    before = copy.deepcopy(values)
    factor.give(plan(**ENVIRONMENT), values)
    factor.held(values)
    factor.differences(values, {**values})
    list(factor.variations(values))
    assert values == before


@EVERY
def test_what_is_varied_or_held_can_be_given_and_is_plain(
    factor: Factor, whole: Whole, plan: Callable[..., Plan]
) -> None:
    values = values_of(factor, whole())
    for other in (*factor.variations(values), *filter(None, [factor.held(values)])):
        assert json.loads(json.dumps(other)) == other
        factor.give(given := plan(**ENVIRONMENT), other)
        assert all(isinstance(value, str) for value in given.environment.values())
        assert json.loads(json.dumps(given.conditions)) == given.conditions


@EVERY
def test_a_variation_is_another_launch(factor: Factor, whole: Whole, plan: Callable[..., Plan]) -> None:
    values = values_of(factor, whole())
    factor.give(usual := plan(**ENVIRONMENT), values)
    launches = []
    for other in factor.variations(values):
        factor.give(given := plan(**ENVIRONMENT), other)
        launches.append((state(given), "elsewhere" in other))
    assert (state(usual), False) not in launches
    assert all(each not in launches[:place] for place, each in enumerate(launches))


@EVERY
def test_changes_bear_the_factors_name_and_hold_both_ways(factor: Factor, whole: Whole) -> None:
    values = values_of(factor, whole())
    for other in factor.variations(values):
        forth, back = factor.differences(values, {**values, **other}), factor.differences({**values, **other}, values)
        assert {change.kind for change in forth} <= {factor.kind}
        assert {(each.subject, repr(each.a), repr(each.b)) for each in forth} == {
            (each.subject, repr(each.b), repr(each.a)) for each in back
        }
        assert all(factor.advice(change) for change in forth)


@pytest.mark.parametrize("factor", [f for f in FACTORS if isinstance(f, Variables)], ids=lambda factor: factor.kind)
def test_no_two_factors_own_one_variable(factor: Variables) -> None:
    names = [name.replace("*", "X") for name in factor.names]
    others = [other for other in FACTORS if isinstance(other, Variables) and other is not factor]
    assert all(factor.owns(name) for name in names)
    assert [(name, other.kind) for name in names for other in others if other.owns(name)] == []


@pytest.mark.parametrize("factor", [f for f in FACTORS if isinstance(f, Variables)], ids=lambda factor: factor.kind)
def test_variables_that_the_recorded_run_lacked_are_unset(factor: Variables, plan: Callable[..., Plan]) -> None:
    own = {name.replace("*", "X"): "7" for name in factor.names}
    present = plan(**own, OTHER="kept")
    Variables.give(factor, present, {})
    assert present.environment == {"OTHER": "kept"}


@pytest.mark.parametrize("factor", [f for f in FACTORS if isinstance(f, Condition)], ids=lambda factor: factor.kind)
def test_a_condition_that_was_restricted_to_lines_is_read_as_it_was_given(
    factor: Condition, scene: Callable[..., Scene], plan: Callable[..., Plan]
) -> None:
    asked = {"mode": (*factor.modes, factor.still)[0], "sites": ["a.py:3", "b.py:7"], "entropy": "0" * 64}
    factor.give(given := plan(), asked)
    assert given.conditions == {factor.kind: f"{asked['mode']}@a.py:3,b.py:7"}
    read = values_of(factor, scene(plan=given))
    assert (read["mode"], read["sites"]) == (asked["mode"], asked["sites"])

"""Mixtures of two runs are made, named, and held against what they should have been."""

from __future__ import annotations

from typing import Any

import pytest

from samerun.explain.candidates.table import find_candidates
from samerun.explain.fitting import Fitting
from samerun.explain.laboratory import Limits
from samerun.explain.mixture import Candidate, Mixture
from samerun.explain.trying import Trying
from samerun.record.values import Change
from samerun.store.objects import Objects

from .conftest import Pair

SCRIPT = "import sys, time\ntime.sleep(float(sys.argv[2]))\nopen('o.txt', 'w').write(sys.argv[1])\n"


@pytest.fixture
def two(pair: Pair) -> Pair:
    pair.record({"train.py": SCRIPT}, "1", "0", "x")
    pair.record({}, "2", "0", "y")
    return pair


def trying(pair: Pair, limits: Limits | None = None, more: tuple[Candidate, ...] = ()) -> Trying:
    a, b, objects = pair.kept(0), pair.kept(1), Objects(pair.layout.objects)
    found = [each for each in find_candidates(a.run, b.run, objects) if each.change.kind == "arguments"]
    return Trying(a, b, pair.laboratory(limits), objects, [*found, *more], Fitting(a.run, b.run, pair.layout))


def words(made: Trying, taken: set[int], **options: Any) -> list[str]:
    found = made.run(taken, **options)
    assert found is not None
    return found.run.command[2:]


def test_the_first_run_with_some_changes(two: Pair) -> None:
    made = trying(two)
    assert words(made, set()) == ["1", "0", "x"]
    assert words(made, {0}) == ["2", "0", "x"]
    assert words(made, {0, 1}) == ["2", "0", "y"]
    assert words(made, {0}, instead={0: lambda mixture: None}) == ["1", "0", "x"]
    assert made.notes == []


def test_what_is_held_is_given_to_every_trial(two: Pair) -> None:
    made = trying(two)
    made.held = {"timezone": {"TZ": "Asia/Tokyo"}}
    found = made.run({0})
    assert found is not None
    assert found.run.reading("timezone") == {"TZ": "Asia/Tokyo"}


def test_what_is_tried_has_a_name(two: Pair) -> None:
    made = trying(two, more=tuple(Candidate(Change("code", f"m{n}.py"), lambda mixture: None) for n in range(4)))
    assert made.names(set()) == "as it was"
    assert made.names({0, 1}) == "with argument 1, argument 3"
    assert made.names(set(range(5))) == "with 5 of 6 changes"


def test_runs_are_made_ahead_where_that_is_allowed(two: Pair) -> None:
    made = trying(two, Limits(side_by_side=2))
    made.ahead([{0}, {1}])
    assert made.laboratory.replays == 2
    made.run({0})
    assert made.laboratory.replays == 2
    alone = trying(two)
    alone.ahead([set(), {0, 1}])
    assert alone.laboratory.replays == 0


def no_command(mixture: Mixture) -> None:
    mixture.values("arguments")["argv"] = ["no-such-command"]


def too_long(mixture: Mixture) -> None:
    values = mixture.values("arguments")
    values["argv"] = [*values["argv"][:3], "60", "x"]


def test_what_cannot_be_made_is_noted_once(two: Pair) -> None:
    made = trying(two, more=(Candidate(Change("arguments", "program"), no_command),))
    assert made.run({2}) is None
    assert made.run({2}) is None
    (note,) = made.notes
    assert note.startswith("It could not be run with program:")


def test_a_trial_that_was_killed_is_a_result_and_noted(two: Pair) -> None:
    made = trying(two, Limits(timeout_s=0.8), (Candidate(Change("arguments", "slow"), too_long),))
    found = made.run({2})
    assert found is not None
    assert found.run.status == "killed"
    assert made.notes == ["with slow: killed after 0.8 s, which counts as another result"]


def test_a_variable_that_a_library_looks_for_is_unset_as_it_was(pair: Pair) -> None:
    script = (
        "import click\n@click.command()\n@click.option('--n', default=3, envvar='THE_NUMBER')\n"
        "def fit(n):\n    open('n.txt', 'w').write(str(n))\nfit()\n"
    )
    pair.record({"train.py": script}, env={"THE_NUMBER": None})
    pair.record({}, env={"THE_NUMBER": "5"})
    assert [(cause.kind, cause.subject) for cause in pair.explain().causes] == [("environment-variable", "THE_NUMBER")]

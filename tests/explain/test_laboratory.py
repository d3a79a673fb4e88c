"""Trials are made once, counted, kept out of sight, and stop where they are told to."""

from __future__ import annotations

import pytest
from msgspec import structs

from samerun.errors import CannotReplay
from samerun.explain.laboratory import BudgetSpent, Limits, Trial, TrialLayout

from .conftest import Pair


@pytest.fixture
def one(pair: Pair) -> Pair:
    pair.record({"train.py": "import sys\nopen('o.txt', 'w').write(sys.argv[1])\n"}, "1")
    return pair


def given(pair: Pair, word: str) -> Trial:
    argv = [*pair.runs[0].command[:2], word]
    return Trial({"arguments": {"argv": argv}}, f"with {word}")


def test_a_trial_is_made_once_and_found_by_the_next_question(one: Pair) -> None:
    said: list[str] = []
    laboratory = one.laboratory(tell=said.append)
    first = laboratory.run(given(one, "2"))
    assert laboratory.run(given(one, "2")).folder == first.folder
    assert (laboratory.replays, len(laboratory.used), said) == (1, 1, ["run 1: with 2"])
    later = one.laboratory()
    assert later.run(given(one, "2")).folder == first.folder
    assert (later.replays, len(later.used)) == (0, 1)


def test_a_repeat_is_another_trial(one: Pair) -> None:
    laboratory = one.laboratory()
    laboratory.run(Trial({}, "as it was"))
    laboratory.run(Trial({}, "as it was", repeat=1))
    assert laboratory.replays == 2


def test_trials_are_out_of_sight(one: Pair) -> None:
    trial = one.laboratory().run(given(one, "2"))
    assert [each.id for each in one.layout.run_folders()] == [one.runs[0].id]
    assert trial.folder.path.is_relative_to(one.layout.trials / one.runs[0].id)
    assert TrialLayout(one.layout.root, one.runs[0].id, "nothing").kept() is None


def test_one_run_too_many_is_not_made(one: Pair) -> None:
    laboratory = one.laboratory(Limits(max_replays=1))
    laboratory.run(given(one, "2"))
    with pytest.raises(BudgetSpent, match="1 replays were made"):
        laboratory.run(given(one, "3"))
    assert laboratory.run(given(one, "2")).run.ended


def test_several_are_made_at_the_same_time_and_found_later(one: Pair) -> None:
    laboratory = one.laboratory(Limits(side_by_side=2))
    trials = [given(one, word) for word in "234"]
    laboratory.run_ahead(trials)
    assert laboratory.replays == 3
    assert [kept.run.command[-1] for kept in laboratory.run_all(trials)] == ["2", "3", "4"]
    assert laboratory.replays == 3


def test_none_is_made_ahead_that_would_be_too_many(one: Pair) -> None:
    laboratory = one.laboratory(Limits(max_replays=1, side_by_side=2))
    laboratory.run_ahead([given(one, "2"), given(one, "3")])
    assert laboratory.replays == 0


def test_what_cannot_be_made_is_said(one: Pair) -> None:
    laboratory = one.laboratory()
    bad = Trial({"arguments": {"argv": ["no-such-command", "x"]}}, "x")
    assert "no-such-command" in str(laboratory.try_run(bad))
    with pytest.raises(CannotReplay):
        laboratory.run(bad)


def test_a_killed_trial_is_made_again_by_the_next_question_only(pair: Pair) -> None:
    pair.record({"train.py": "import sys, time\ntime.sleep(float(sys.argv[1]))\n"}, "0")
    laboratory = pair.laboratory(Limits(timeout_s=0.7))
    assert laboratory.run(given(pair, "50")).run.status == "killed"
    laboratory.run(given(pair, "50"))
    assert laboratory.replays == 1
    later = pair.laboratory(Limits(timeout_s=0.7))
    later.run(given(pair, "50"))
    assert later.replays == 1


def test_the_trials_of_another_view_are_kept_apart(pair: Pair) -> None:
    pair.record({"train.py": "open('o.txt', 'w').write('1')\n"})
    laboratory = pair.laboratory()
    as_it_is = laboratory.run(Trial({}, "as it was"))
    base = laboratory.rebase(structs.replace(laboratory.base.run, name="seen from elsewhere"))
    assert (base, base.run.name) == (laboratory.base, "seen from elsewhere")
    assert laboratory.run(Trial({}, "as it was")).folder != as_it_is.folder
    assert laboratory.replays == 2

"""What was found, in the words of an answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs

from samerun.explain.answering import NEAR, Answer
from samerun.explain.judging import Judge, Kept
from samerun.explain.mixture import Candidate
from samerun.explain.sites import Sites
from samerun.record.cause import Cause, Check
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.store.layout import RunFolder
from samerun.store.objects import Objects


@pytest.fixture
def answer(make_run: Callable[..., Run], objects: Objects, tmp_path: object) -> Answer:
    kept = Kept(make_run(), RunFolder(objects.path("0" * 64).parent))
    changes = [Change("arguments", f"--{name}", 1, 2) for name in "abcd"]
    candidates = [Candidate(each, lambda mixture: None) for each in changes]
    candidates.append(Candidate(Change("machine", "gpu", 1, 2), lambda mixture: None, "gpu cannot be changed here"))
    return Answer(kept, kept, Judge(), candidates, Sites(make_run(), objects))


def told(answer: Answer) -> tuple[list[str], list[str], dict[str, str], tuple[str, ...]]:
    found = answer.explanation("different", 3, ["from the trials"])
    return (
        [cause.subject for cause in found.causes],
        [each.subject for each in found.not_causes],
        {each.subject: each.why for each in found.unconfirmed},
        found.notes,
    )


def test_what_is_reached_without_a_change_shows_that_it_does_not_matter(answer: Answer) -> None:
    answer.sets, answer.is_complete, answer.is_whole = [frozenset({1})], True, True
    causes, not_causes, unconfirmed, notes = told(answer)
    assert causes == ["--b"]
    assert not_causes == ["--a", "--c", "--d", "gpu"]
    assert (unconfirmed, notes) == ({}, ("from the trials",))


def test_what_cannot_be_tried_stays_open_unless_the_second_result_is_reached(answer: Answer) -> None:
    answer.sets, answer.is_complete = [frozenset({1})], True
    _, not_causes, unconfirmed, _ = told(answer)
    assert not_causes == ["--a", "--c", "--d"]
    assert unconfirmed == {"gpu": "gpu cannot be changed here"}


def test_a_search_that_stopped_keeps_what_it_found(answer: Answer) -> None:
    answer.sets = [frozenset({0})]
    answer.stop("4 replays were made, as many as were allowed.")
    causes, not_causes, unconfirmed, notes = told(answer)
    assert (causes, not_causes) == (["--a"], [])
    assert unconfirmed["--b"] == "4 replays were made, as many as were allowed."
    assert notes[-1] == "4 replays were made, as many as were allowed."


def test_a_search_that_stopped_says_how_near_it_was(answer: Answer) -> None:
    answer.narrow(frozenset({0, 1, 2}))
    answer.narrow(frozenset({1, 2}))
    answer.narrow(frozenset({0, 1, 2, 3}))
    answer.stop("enough")
    assert told(answer)[3][0] == "The search had to stop; the cause is among these: --b, --c."


def test_together_and_either_are_told_apart(answer: Answer) -> None:
    answer.sets, answer.is_complete, answer.is_whole = [frozenset({0, 1})], True, True
    together = answer.explanation("different", 3, []).causes
    assert [cause.evidence.partition(" changed")[0] for cause in together] == ["with this and --b", "with this and --a"]
    answer.sets = [frozenset({0}), frozenset({1})]
    either = answer.explanation("different", 3, []).causes
    assert all("as it does with another one" in cause.evidence for cause in either)


def test_what_a_change_is_responsible_for_is_said(answer: Answer) -> None:
    both = frozenset({0, 1})
    failed = Kept(structs.replace(answer.a.run, status="failed", exit_code=3), answer.a.folder)
    answer.sets, answer.is_complete, answer.is_whole = [both], True, True
    answer.without[both, 1] = failed
    first, second = answer.explanation("different", 3, []).causes
    assert "still differs" not in first.evidence
    assert "without it this still differs: exit status 3 -> " in second.evidence


def test_a_cause_of_two_sets_is_named_once(answer: Answer) -> None:
    answer.sets, answer.is_complete = [frozenset({0, 1}), frozenset({1, 2})], True
    assert sorted(told(answer)[0]) == ["--a", "--b", "--c"]


def test_each_place_in_a_file_is_a_cause(answer: Answer) -> None:
    answer.sets, answer.places = [frozenset({2})], {2: ["a.py:1", "a.py:7"]}
    assert [cause.where for cause in answer.explanation("different", 1, []).causes] == ["a.py:1", "a.py:7"]


def test_what_makes_the_program_differ_from_itself_comes_first(answer: Answer) -> None:
    answer.add_own(Check(False, True, (Cause("clock", "time.time", "train.py:2"),), notes=("so it is",)))
    answer.sets = [frozenset({0})]
    causes, _, _, notes = told(answer)
    assert causes == ["time.time", "--a"]
    assert notes == ("so it is", "from the trials")


def test_where_nothing_matters_all_is_said_not_to(answer: Answer) -> None:
    answer.nothing_matters(is_held=True)
    causes, not_causes, unconfirmed, notes = told(answer)
    assert (causes, not_causes) == ([], ["--a", "--b", "--c", "--d"])
    assert list(unconfirmed) == ["gpu"]
    assert notes[0].endswith("with what makes the program differ from itself held still.")


@pytest.mark.parametrize(("count", "is_named"), [(1, True), (NEAR, True), (NEAR + 1, False)])
def test_only_a_few_are_named_where_the_search_stopped(answer: Answer, count: int, is_named: bool) -> None:
    changes = [Change("arguments", f"--n{number}") for number in range(count)]
    answer.candidates = [Candidate(each, lambda mixture: None) for each in changes]
    answer.narrow(frozenset(range(count)))
    answer.stop("enough")
    assert any(note.startswith("The search had to stop") for note in told(answer)[3]) is is_named


def test_a_search_that_found_a_set_says_nothing_about_the_rest(answer: Answer) -> None:
    answer.narrow(frozenset({0, 1}))
    answer.sets = [frozenset({0})]
    answer.stop("enough")
    assert told(answer)[3] == ("from the trials", "enough")


def test_a_sentence_is_said_once_and_the_reason_to_stop_last(answer: Answer) -> None:
    for text in ("b", "a", "b", "from the trials"):
        answer.note(text)
    answer.stop("z")
    assert told(answer)[3] == ("b", "a", "from the trials", "z")


def test_why_a_change_was_not_tried(answer: Answer) -> None:
    assert told(answer)[2]["--a"] == "it was not tried"
    answer.note("the program differs from itself")
    assert told(answer)[2]["--a"] == "the program differs from itself"
    answer.stop("the time was over")
    assert told(answer)[2] == {**dict.fromkeys(("--a", "--b", "--c", "--d"), "the time was over"),
                               "gpu": "gpu cannot be changed here"}  # fmt: skip


def test_a_change_that_is_a_cause_already_is_not_said_to_be_none(answer: Answer) -> None:
    answer.add_own(Check(False, True, (Cause("arguments", "--b"), Cause("machine", "gpu"))))
    answer.nothing_matters(is_held=False)
    causes, not_causes, unconfirmed, notes = told(answer)
    assert (causes, not_causes, unconfirmed) == (["--b", "gpu"], ["--a", "--c", "--d"], {})
    assert notes[0] == "None of the changes that can be tried here changes the result."


def test_the_evidence_says_which_result_was_reached(answer: Answer) -> None:
    answer.sets = [frozenset({0})]
    (cause,) = answer.explanation("different", 1, []).causes
    assert cause.evidence.startswith("with only this changed the first run gives another result (")
    answer.is_whole = True
    (cause,) = answer.explanation("different", 1, []).causes
    assert cause.evidence.startswith("with only this changed the first run gives the second one's result (")


def test_an_answer_is_about_the_verdict_and_the_runs_it_rests_on(answer: Answer) -> None:
    found = answer.explanation("incomplete", 7, [])
    assert (found.same, found.verdict, found.replays, found.notes) == (False, "incomplete", 7, ())

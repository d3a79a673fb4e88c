"""An answer is judged: named exactly, false alarms, lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoo.asking import Answer, read
from zoo.case import Case, Thing
from zoo.scoring import score
from zoo.table import document, row, summary
from zoo.today import WAYS, Today

CLOCK = Thing("clock", where=("a.py:3", "a.py:9"))
LEFT = Thing("leftover-state", ("out.txt",))
HERE = Path(__file__).parent


def a_case(*causes: Thing, question: str = "check", **more: object) -> Case:
    more.setdefault("reproducible", not causes)
    return Case("yak", HERE, question, "", ("python", "a.py"), causes=causes, **more)  # type: ignore[arg-type]


def said(*causes: Thing, **more: object) -> Answer:
    more.setdefault("reproducible", not causes)
    return Answer(causes=causes, **more)  # type: ignore[arg-type]


def test_everything_named_on_one_of_the_right_lines() -> None:
    found = score(a_case(CLOCK, LEFT), said(Thing("clock", where=("a.py:9",)), Thing("leftover-state", ("out.txt",))))
    assert found.exact
    assert (found.lines, found.lines_asked) == (1, 1)


def test_a_wrong_line_is_no_wrong_name() -> None:
    found = score(a_case(CLOCK), said(Thing("clock", where=("a.py:4",))))
    assert found.exact
    assert (found.lines, found.lines_asked) == (0, 1)


@pytest.mark.parametrize(
    ("answer", "missed", "alarms"),
    [
        (said(reproducible=False), ["clock at a.py:3"], []),
        (said(CLOCK, LEFT), [], ["leftover-state out.txt"]),
        (said(Thing("process-id"), reproducible=False), ["clock at a.py:3"], ["process-id"]),
        (said(CLOCK, sensitive=(Thing("timezone"),)), [], ["timezone"]),
    ],
)
def test_what_is_missed_and_what_is_too_much(answer: Answer, missed: list[str], alarms: list[str]) -> None:
    found = score(a_case(CLOCK), answer)
    assert not found.exact
    assert (list(found.missed), list(found.alarms)) == (missed, alarms)


def test_another_subject_is_another_thing() -> None:
    found = score(a_case(LEFT), said(Thing("leftover-state", ("other.txt",))))
    assert found.missed == ("leftover-state out.txt",)
    assert found.alarms == ("leftover-state other.txt",)


def test_spaces_and_capitals_of_a_subject_do_not_matter() -> None:
    case = a_case(Thing("config", ("a.yaml:Model.depth",)), question="explain")
    assert score(case, Answer(causes=(Thing("config", ("A.yaml: model.depth",)),), same=False)).exact


def test_a_sensitivity_that_depends_on_the_machine_is_neither_missed_nor_an_alarm() -> None:
    case = a_case(may=frozenset({"thread-count"}))
    for sensitive in ((), (Thing("thread-count"),)):
        assert score(case, said(sensitive=sensitive)).exact


def test_the_flags_count() -> None:
    assert score(a_case(), said(reproducible=False)).wrong == ("reproducible is False",)
    assert score(a_case(when_recorded=True), said(when_recorded=False)).wrong == (
        "reproducible_when_recorded is False",
    )
    assert score(a_case(question="explain"), said(same=False)).wrong == ("same is False",)


def test_no_answer_is_not_exact_even_where_nothing_is_wrong() -> None:
    found = score(a_case(), Answer(trouble="Unanswered: no"))
    assert (found.exact, found.wrong) == (False, ("Unanswered: no",))


def test_what_cannot_be_reached_here_may_be_unconfirmed() -> None:
    machine = Thing("machine", ("kernel",))
    answer = Answer(unconfirmed=(machine,), same=False)
    assert score(a_case(machine, question="explain", reached=False), answer).exact
    assert not score(a_case(machine, question="explain"), answer).exact


def test_a_document_is_read() -> None:
    cause = {"kind": "clock", "subject": "time.time", "where": None}
    answer = read({"causes": [cause], "reproducible": False, "replays": 7}, 1.5)
    assert answer.causes == (Thing("clock", ("time.time",)),)
    assert (answer.reproducible, answer.when_recorded, answer.replays) == (False, None, 7)


def test_the_tables() -> None:
    good, bad = score(a_case(CLOCK), said(CLOCK, replays=9)), score(a_case(), said(LEFT))
    assert row(good).split()[:5] == ["yak", "clock", "yes", "1/1", "9"]
    assert "said leftover-state out.txt" in row(bad)
    tried = {"yak": [Today(WAYS[0], noticed=True)]}
    text = summary([good, bad], {"gnu": "no GPU"}, tried)
    assert "named exactly      1 of 2" in text
    assert "false alarms       1, on 1 controls 1" in text
    assert "not tried: gnu (no GPU)" in text
    assert WAYS[0] in text
    assert [case["exact"] for case in document([good, bad], {}, tried)["cases"]] == [True, False]

"""Each case of the zoo says what it must, and its text does not give the answer away."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from zoo.case import CASES, KINDS, BadCase, Case, all_cases, load
from zoo.trees import build

EVERY = all_cases()
TELLING = re.compile(
    r"unseeded|\bseedless|nondetermin|non-determin|irreproduc|reproducib(?!le\")|race\b|hash.?order|listing.?order"
    r"|completion.?order|uninitiali[sz]ed|leftover|time.?zone|locale.?depend|planted|culprit|decoy|flaky",
    re.IGNORECASE,
)


@pytest.fixture(params=EVERY, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param  # type: ignore[no-any-return]


def programs(case: Case) -> list[Path]:
    return sorted(path for path in case.project.rglob("*") if path.is_file())


def test_there_are_enough_of_them() -> None:
    controls = [case for case in EVERY if case.is_control]
    assert len(EVERY) >= 45
    assert len(controls) >= 8
    assert sum(case.question == "explain" for case in EVERY) >= 15


def test_every_kind_is_planted_somewhere() -> None:
    planted = Counter(kind for case in EVERY for kind in case.kinds)
    assert set(planted) == set(KINDS)


def test_some_have_two_causes_and_some_matter_only_together() -> None:
    assert sum(len(case.causes) == 2 for case in EVERY) >= 4
    assert {case.relation for case in EVERY} == {"each", "together", "either"}


def test_a_line_stands_where_it_is_said_to(case: Case, tmp_path: Path) -> None:
    build(case, tmp_path / "project", steps=case.steps)
    for thing in (*case.causes, *case.sensitive):
        assert len(thing.where) == len(thing.texts)
        for place, text in zip(thing.where, thing.texts, strict=True):
            path, _, number = place.rpartition(":")
            assert text in (tmp_path / "project" / path).read_text("utf-8").splitlines()[int(number) - 1]


def test_its_programs_are_programs_of_a_usual_length(case: Case) -> None:
    scripts = [path for path in programs(case) if path.suffix == ".py"]
    for path in scripts:
        ast.parse(path.read_text("utf-8"))
    assert 15 <= sum(len(path.read_text("utf-8").splitlines()) for path in scripts) <= 130
    assert case.command[0] == "python"


def test_no_name_comment_or_text_gives_it_away(case: Case) -> None:
    assert re.fullmatch(r"[a-z]+", case.name)
    for path in programs(case):
        assert not TELLING.search(str(path.relative_to(case.project)))
        assert not TELLING.search(path.read_text("utf-8")), path


def test_everything_that_is_planted_can_be_shown_without_a_tool(case: Case) -> None:
    fixes, varied = {fix.kind for fix in case.fixes}, {each.kind for each in case.varied}
    if case.question == "check":
        assert {cause.kind for cause in case.causes} <= fixes
        assert {each.kind for each in case.sensitive} <= varied
        assert case.reproducible == (not case.causes)
    else:
        assert len(case.steps) >= 2
        assert case.reproducible or fixes


def test_its_edits_fit(case: Case, tmp_path: Path) -> None:
    build(case, tmp_path / "fixed", edits=case.fixes)
    for step in case.steps:
        build(case, tmp_path / "changed", steps=[step])
    assert {each.means for each in case.varied} - {""} <= {path.name for path in (CASES.parent / "means").iterdir()}


def test_what_is_asked_for_by_name_and_by_kind() -> None:
    assert [case.name for case in all_cases(["viper", "bee"])] == ["bee", "viper"]
    assert all("clock" in case.kinds for case in all_cases(kinds=["clock"]))
    with pytest.raises(BadCase, match="no case yeti"):
        all_cases(["yeti"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('about = "x"\nquestion = "check"\ncommand = ["python"]\n[[truth.causes]]\nkind = "gremlins"', "no such kind"),
        ('about = "x"\nquestion = "check"\ncommand = ["python"]\nweather = "fine"', "weather"),
        ('question = "check"', "about"),
    ],
)
def test_a_file_that_does_not_say_what_it_must(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "case.toml").write_text(text)
    with pytest.raises(BadCase, match=sentence):
        load(tmp_path)


def test_two_changed_lines_of_a_file_are_one_cause(tmp_path: Path) -> None:
    step = '[[change]]\nkind = "code"\nsubject = "a.py"\ncause = true\nwhere = ["a.py:{0}"]\ntexts = ["x{0}"]\n'
    head = 'about = "x"\nquestion = "explain"\ncommand = ["python", "a.py"]\n'
    (tmp_path / "case.toml").write_text(head + step.format(1) + step.format(2))
    (cause,) = load(tmp_path).causes
    assert (cause.subjects, cause.where) == (("a.py",), ("a.py:1", "a.py:2"))

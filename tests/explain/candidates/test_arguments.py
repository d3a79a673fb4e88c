"""An option is taken over word by word."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.explain.candidates.arguments import find, replace_option
from samerun.explain.mixture import Mixture
from samerun.factors.arguments import words_of
from samerun.record.run import Run
from samerun.store.objects import Objects

Coded = Callable[..., Run]
PROGRAM = 'p.add_argument("--layers", nargs="+")\np.add_argument("--fast", action="store_true")\n'


def argv(text: str) -> list[str]:
    return ["python", "train.py", *text.split()]


@pytest.mark.parametrize(
    ("mine", "theirs", "name", "expected"),
    [
        ("--lr 1 --b 2", "--lr 3 --b 4", "--lr", "--lr 3 --b 2"),
        ("--lr=1", "--lr 3", "--lr", "--lr 3"),
        ("--b 2", "--b 2 --fast", "--fast", "--b 2 --fast"),
        ("--fast --b 2", "--b 2", "--fast", "--b 2"),
        ("--set a --x 1 --set b", "--set c --x 2", "--set", "--set c --x 1"),
        ("model.lr=1 x=2", "model.lr=3 x=4", "model.lr", "model.lr=3 x=2"),
        ("a.csv b.csv", "c.csv d.csv", "argument 2", "a.csv d.csv"),
        ("-vv", "-q", "-q", "-q -vv"),
    ],
)
def test_one_option_as_another_command_has_it(mine: str, theirs: str, name: str, expected: str) -> None:
    found = replace_option(words_of(argv(mine)), words_of(argv(theirs)), name)
    assert [word for each in found for word in each.words] == argv(expected)


def test_what_the_program_declares_is_kept_together(coded: Coded, objects: Objects) -> None:
    a = coded({"train.py": PROGRAM}, arguments={"argv": argv("--layers 1 2 --fast a.csv")})
    b = coded({"train.py": PROGRAM}, arguments={"argv": argv("--layers 3 4 5 --fast b.csv")})
    found = find(a, b, objects)
    assert [(each.change.subject, each.change.a, each.change.b) for each in found] == [
        ("--layers", "1 2", "3 4 5"),
        ("argument 1", "a.csv", "b.csv"),
    ]
    mixture = Mixture(a, b, objects)
    found[0].take(mixture)
    assert mixture.given["arguments"]["argv"] == argv("--layers 3 4 5 --fast a.csv")


def test_another_interpreter_is_no_candidate(make_run: Coded, objects: Objects) -> None:
    a, b = (make_run(arguments={"argv": [f"/{each}/bin/python", "train.py"]}) for each in "ab")
    assert find(a, b, objects) == []
    assert find(make_run(), make_run(), objects) == []


WORDS = st.lists(st.sampled_from(["--lr", "--lr=1", "--b", "1", "2", "x=3", "-v"]), max_size=7)


@given(WORDS, WORDS)
@settings(deadline=None, max_examples=150)
def test_all_options_taken_over_say_what_the_other_command_says(mine: list[str], theirs: list[str]) -> None:
    now, other = (words_of(["python", "train.py", *words]) for words in (mine, theirs))
    for name in dict.fromkeys(each.name for each in (*now, *other) if each.name):
        now = replace_option(now, other, name)
    assert sorted(each.words for each in now) == sorted(each.words for each in other)


def test_an_option_that_only_one_command_has(coded: Coded, objects: Objects) -> None:
    a = coded({}, arguments={"argv": argv("--lr 1")})
    b = coded({}, arguments={"argv": argv("--fast")})
    found = find(a, b, objects)
    assert [(each.change.subject, each.change.a, each.change.b) for each in found] == [
        ("--lr", "1", None), ("--fast", None, True),
    ]  # fmt: skip
    for order in (found, found[::-1]):
        mixture = Mixture(a, b, objects)
        for each in order:
            each.take(mixture)
        assert mixture.given["arguments"]["argv"] == argv("--fast")


def test_what_either_program_declares_counts(coded: Coded, objects: Objects) -> None:
    a = coded({"train.py": ""}, arguments={"argv": argv("--fast a.csv")})
    b = coded({"train.py": PROGRAM}, arguments={"argv": argv("--fast b.csv")})
    assert [each.change.subject for each in find(a, b, objects)] == ["argument 1"]


def test_a_new_option_stands_behind_what_is_before_it_in_the_other_command() -> None:
    mine, theirs = words_of(argv("--a 1 --b 2 in.csv")), words_of(argv("--b 2 --c 3 --a 1"))
    found = [each.name for each in replace_option(mine, theirs, "--c")]
    assert found.index("--c") == found.index("--b") + 1


def test_an_option_that_neither_has_changes_nothing() -> None:
    mine = words_of(argv("--a 1 x"))
    assert replace_option(mine, words_of(argv("--b 2")), "--c") == mine

"""What a program declares decides which word belongs to which option."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.explain.declared import FLAG, MANY, declared_options, declared_positions, grouped, values_of

PROGRAM = """
import argparse, click
p = argparse.ArgumentParser()
p.add_argument("data")
p.add_argument("--lr", "-l", type=float)
p.add_argument("--fast", action="store_true")
p.add_argument("-v", action="count")
p.add_argument("--amp", action=argparse.BooleanOptionalAction)
p.add_argument("--layers", nargs="+", type=int)
p.add_argument("--size", nargs=2)
p.add_argument("out")
@click.option("--debug/--no-debug")
@click.option("--dry", is_flag=True)
def main(debug, dry): pass
"""
DECLARED = declared_options([ast.parse(PROGRAM)])


def test_what_options_take_is_read_from_the_source() -> None:
    flags = ("--fast", "-v", "--amp", "--no-amp", "--debug", "--no-debug", "--dry")
    assert {"--lr": 1, "-l": 1, "--layers": MANY, "--size": 2, **dict.fromkeys(flags, FLAG)} == DECLARED


def test_arguments_told_by_their_place_are_named_in_order() -> None:
    assert declared_positions([ast.parse(PROGRAM)]) == ["data", "out"]


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("--fast a.csv", {"--fast": True, "argument 1": "a.csv"}),
        ("--layers 1 2 3 --lr 4", {"--layers": "1 2 3", "--lr": "4"}),
        ("--size 1 2 out", {"--size": "1 2", "argument 1": "out"}),
        ("--lr 1 out", {"--lr": "1", "argument 1": "out"}),
        ("--unknown 1 out", {"--unknown": "1", "argument 1": "out"}),
        ("--layers=1 out", {"--layers": "1", "argument 1": "out"}),
        ("-v -v a", {"-v": [True, True], "argument 1": "a"}),
    ],
)
def test_words_are_grouped_as_declared(words: str, values: dict[str, object]) -> None:
    argv = ["python", "train.py", *words.split()]
    assert values_of(grouped(argv, DECLARED)) == {"program": "train.py", **values}


WORDS = st.sampled_from(["--fast", "--lr", "--lr=2", "--layers", "--size", "1", "2", "a.csv", "model.lr=3", "-v"])


@given(st.lists(WORDS, max_size=9))
@settings(deadline=None, max_examples=200)
def test_no_word_is_lost_or_moved(words: list[str]) -> None:
    argv = ["python", "-O", "train.py", *words]
    assert [word for each in grouped(argv, DECLARED) for word in each.words] == argv


def options_of(source: str) -> dict[str, int]:
    return declared_options([ast.parse(source)])


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ('"--a", action="store_false"', {"--a": FLAG}),
        ('"--a", action="store_const", const=3', {"--a": FLAG}),
        ('"--a", action="append_const"', {"--a": FLAG}),
        ('"--a", action="version"', {"--a": FLAG}),
        ('"--a", action="append"', {"--a": 1}),
        ('"--a", count=True', {"--a": FLAG}),
        ('"--a", is_flag=False', {"--a": 1}),
        ('"--a", nargs="*"', {"--a": MANY}),
        ('"--a", nargs="..."', {"--a": MANY}),
        ('"--a", nargs="?"', {"--a": 1}),
        ('"--a", nargs=3', {"--a": 3}),
        ('"--a", nargs=COUNT', {"--a": 1}),
        ('"--a", action=chosen', {"--a": 1}),
        ('"-a", "--all", "-b"', {"-a": 1, "--all": 1, "-b": 1}),
        ('"-a/-b"', {"-a": FLAG, "-b": FLAG}),
        ('"-q", "--quiet", action=BooleanOptionalAction', {"-q": FLAG, "--quiet": FLAG, "--no-quiet": FLAG}),
        ("name, 3, None", {}),
        ('f"--{name}"', {}),
        ('"path"', {}),
    ],
)
@pytest.mark.parametrize("called", ["p.add_argument", "click.option", "typer.Option"])
def test_every_way_to_declare_an_option(called: str, arguments: str, options: dict[str, int]) -> None:
    assert options_of(f"{called}({arguments})") == options


def test_what_is_called_otherwise_declares_nothing() -> None:
    assert options_of('subprocess.run("--fast", "--slow")\nfactory()("--x")\n') == {}


def test_the_options_of_several_files_are_one_table() -> None:
    trees = [ast.parse(f'p.add_argument("--{name}", nargs={count})') for name, count in (("a", 2), ("b", 3), ("a", 4))]
    assert declared_options(trees) == {"--a": 4, "--b": 3}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ('@click.argument("src")\n@click.argument("dst")\ndef f(src, dst): pass\n', ["src", "dst"]),
        ('p.add_argument("-a")\np.add_argument(name)\np.add_argument()\np.add_argument("x")\n', ["x"]),
        ('click.option("plain")\n', []),
        ("", []),
    ],
)
def test_only_texts_without_a_dash_are_told_by_their_place(source: str, names: list[str]) -> None:
    assert declared_positions([ast.parse(source)]) == names


def test_a_value_with_an_equals_sign_takes_no_further_word() -> None:
    found = grouped(["python", "t.py", "--layers=1", "2", "3"], {"--layers": MANY})
    assert [(each.name, each.words) for each in found if each.name.startswith(("--", "arg"))] == [
        ("--layers", ("--layers=1",)), ("argument 1", ("2",)), ("argument 2", ("3",)),
    ]  # fmt: skip


def test_an_option_takes_as_many_words_as_it_declares_and_no_more() -> None:
    argv = ["python", "t.py", "--size", "1", "2", "3", "out"]
    for takes, value, rest in ((1, "1", 3), (2, "1 2", 2), (3, "1 2 3", 1), (MANY, "1 2 3 out", 0)):
        values = values_of(grouped(argv, {"--size": takes}))
        assert values["--size"] == value
        assert sum(name.startswith("argument") for name in values) == rest


def test_the_interpreter_and_its_options_are_no_arguments() -> None:
    assert values_of(grouped(["/x/python3.11", "-O", "-W", "error", "t.py", "a"], {})) == {
        "python -O": True, "python -W": "error", "program": "t.py", "argument 1": "a",
    }  # fmt: skip
    assert values_of(grouped([], {})) == {}

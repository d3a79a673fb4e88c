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

"""What can be read, what cannot, and what is said about it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.basics.query import Comparison, Junction, Negation, SortKey
from samerun.basics.query_parser import MAX_LENGTH, parse, parse_sort
from samerun.errors import BadQuery

FIELDS = ("metrics", "name", "status", "started")


def test_and_binds_closer_than_or() -> None:
    a, b, c = (Comparison(name, "==", (1,)) for name in "abc")
    assert parse("a == 1 or b == 1 and c == 1") == Junction(False, (a, Junction(True, (b, c))))
    assert parse("not a == 1 and b == 1") == Junction(True, (Negation(a), b))


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("", 1, "expected the name of a field, found the end"),
        ("metrics.acc >", 14, "found the end"),
        ("metrics.acc = 1", 13, "did not expect '='"),
        ("metrics.acc > best", 15, "write texts in quotation marks"),
        ("name == 'cnn", 9, "never closed"),
        ("(name == 'a'", 13, 'expected ")"'),
        ("name == 'a' status == 'b'", 13, 'expected "and", "or" or the end'),
        ("name in 'a'", 9, 'expected "("'),
        ("name in ()", 10, "expected a number"),
        ("acc > 1", 1, "fields are metrics"),
        ("metric.acc > 1", 1, 'did you mean "metrics"?'),
        ("0.9 < metrics.acc", 1, "expected the name of a field"),
        ("name == 'a' and", 16, "found the end"),
    ],
)
def test_an_error_names_the_column(text: str, column: int, said: str) -> None:
    with pytest.raises(BadQuery) as caught:
        parse(text, FIELDS)
    assert caught.value.facts["column"] == column
    assert f"column {column}" in caught.value.sentence
    assert said in caught.value.sentence
    assert "--where" in caught.value.next_step


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('id')",
        "().__class__.__bases__[0].__subclasses__()",
        "name.__class__.__mro__ == 1",
        "name.format('{0.__class__}') == 1",
        "[x for x in (1,)] == 1",
        "lambda: 1",
        "exec('1')",
        "f'{name}' == 'a'",
        "name == 'a'; import os",
        "name == 1 if 1 else 2",
        "(name := 1) == 1",
        "name[0] == 1",
        "name == open('/etc/passwd').read()",
        "*name == 1",
        "name == 0x10",
        "name == 1_000",
        "name == 1j",
        "name == 'a' # comment",
        "name\x00 == 1",
        "(" * 10_000,
        "not " * 900 + "name == 1",
        "(" * 900 + "name == 1" + ")" * 900,
        "a" * (MAX_LENGTH + 1),
    ],
)
def test_hostile_texts_are_errors(text: str) -> None:
    with pytest.raises(BadQuery):
        parse(text)


def test_long_chains_are_read_without_recursion() -> None:
    assert isinstance(parse(" or ".join(["a == 1"] * 390)), Junction)


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="ab.`'\"\\()<>=~!,-+0123456789eE not in and or true _\t", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    columns = [1]
    try:
        parse(text)
        parse_sort(text)
    except BadQuery as refused:
        columns.append(int(str(refused.facts["column"])))
    assert 1 <= columns[-1] <= len(text) + 1


def test_sort_keys() -> None:
    assert parse_sort("-metrics.acc, started", FIELDS) == [SortKey("metrics.acc", True), SortKey("started", False)]
    assert parse_sort("+metrics.`val,acc`") == [SortKey("metrics.val,acc", False)]


@pytest.mark.parametrize(("text", "column"), [("", 1), ("-", 1), ("nam", 1), ("name desc", 1)])
def test_sort_errors(text: str, column: int) -> None:
    with pytest.raises(BadQuery) as caught:
        parse_sort(text, FIELDS)
    assert caught.value.facts["column"] == column

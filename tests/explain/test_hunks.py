"""A changed file is set apart into pieces that can be taken over one by one."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.explain.hunks import MOST, Piece, apply, code_lines, pieces_of
from samerun.launch.syntax import meaning_of

A = "x = 1\ny = 2\n\n\ndef f(a):\n    return a\n"


def test_two_settings_below_each_other_are_two_pieces() -> None:
    pieces = pieces_of(A, A.replace("x = 1", "x = 3").replace("y = 2", "y = 4"))
    assert [(piece.a_from, piece.lines) for piece in pieces] == [(0, ("x = 3\n",)), (1, ("y = 4\n",))]


def test_comments_docstrings_and_layout_are_no_pieces() -> None:
    other = '"""What it is."""\nx = 1  # one\ny = (2)\n\ndef f(a):\n    """Return it."""\n    return a\n'
    assert pieces_of(A, other) == []


def test_neighbours_that_are_no_program_alone_are_one_piece() -> None:
    a = "if a:\n    b()\nc()\n"
    other = "for each in a:\n    if each:\n        b()\nc()\n"
    assert len(pieces_of(a, other)) == 1


def test_what_is_no_python_is_taken_line_by_line() -> None:
    pieces = pieces_of("a\nb\n# c\n", "a\nB\n# C\n", python=False)
    assert [piece.lines for piece in pieces] == [("B\n",), ("# C\n",)]


def test_a_file_with_very_many_pieces_is_one() -> None:
    a = "".join(f"x{index} = 1\n" for index in range(MOST + 5))
    (piece,) = pieces_of(a, a.replace("= 1", "= 2"))
    assert apply(a, [piece]) == a.replace("= 1", "= 2")


def test_pieces_at_one_place_keep_their_order() -> None:
    pieces = [Piece(0, 0, 1, ("y\n",)), Piece(0, 0, 0, ("x\n",))]
    assert apply("a\n", pieces) == "x\ny\na\n"


def test_a_text_that_is_no_program_has_no_meaning() -> None:
    assert meaning_of("def f(:\n") is None
    assert meaning_of("x = 1\0") is None


def test_code_lines_leave_out_docstrings_comments_and_closing_brackets() -> None:
    text = '"""Doc.\n\nMore.\n"""\n# c\nx = [\n    1,\n]\n\n\ndef f():\n    """Doc."""\n    return x\n'
    assert code_lines(text) == {6, 7, 11, 13}
    assert code_lines("def f(:\n") == frozenset()


LINES = st.lists(st.sampled_from(["a", "b", "c", "d", ""]), max_size=8)


@given(LINES, LINES)
@settings(deadline=None, max_examples=150)
def test_all_pieces_together_make_the_other_text(a: list[str], b: list[str]) -> None:
    texts = ["".join(line + "\n" for line in lines) for lines in (a, b)]
    assert apply(texts[0], pieces_of(*texts, python=False)) == texts[1]


@given(LINES, LINES)
@settings(deadline=None, max_examples=100)
def test_all_pieces_together_mean_what_the_other_program_means(a: list[str], b: list[str]) -> None:
    texts = ["".join(f"{line} = 1\n" if line else "\n" for line in lines) for lines in (a, b)]
    assert meaning_of(apply(texts[0], pieces_of(*texts))) == meaning_of(texts[1])


@pytest.mark.parametrize("text", ["", "x = 1\n", "x = 1", "def f(:\n"])
@pytest.mark.parametrize("python", [True, False])
def test_a_text_and_itself_have_no_pieces(text: str, python: bool) -> None:
    assert pieces_of(text, text, python=python) == []
    assert apply(text, []) == text


@pytest.mark.parametrize(
    ("a", "b", "piece"),
    [
        ("x = 1\nz = 3\n", "x = 1\ny = 2\nz = 3\n", Piece(1, 1, 1, ("y = 2\n",))),
        ("x = 1\ny = 2\nz = 3\n", "x = 1\nz = 3\n", Piece(1, 2, 1, ())),
        ("", "x = 1\n", Piece(0, 0, 0, ("x = 1\n",))),
        ("x = 1\n", "", Piece(0, 1, 0, ())),
        ("x = 1\r\ny = 2\r\n", "x = 1\r\ny = 3\r\n", Piece(1, 2, 1, ("y = 3\r\n",))),
        ("x = 1\ny = 2", "x = 1\ny = 3", Piece(1, 2, 1, ("y = 3",))),
    ],
    ids=["new", "gone", "from nothing", "to nothing", "line ends of Windows", "no last line end"],
)
def test_where_a_piece_lies_in_both_texts(a: str, b: str, piece: Piece) -> None:
    assert pieces_of(a, b) == [piece]


def test_lines_that_are_not_alike_are_one_piece() -> None:
    a = "alpha = 1\nbeta = 2\n"
    (piece,) = pieces_of(a, "for step in range(9):\n    print(step, step)\n", python=False)
    assert (piece.a_from, piece.a_to, len(piece.lines)) == (0, 2, 2)


def test_lines_of_another_number_are_told_apart_where_they_look_alike() -> None:
    pieces = pieces_of("x = 1\ny = 2\n", "x = 3\ny = 4\nz = 5\n", python=False)
    assert [piece.lines for piece in pieces] == [("x = 3\n",), ("y = 4\n",), ("z = 5\n",)]
    (piece,) = pieces_of("x = 1\ny = 2\n", "first\nsecond\nthird\n", python=False)
    assert (piece.a_from, piece.a_to, len(piece.lines)) == (0, 2, 3)


def test_a_second_text_that_is_no_program_is_taken_as_a_whole() -> None:
    a, b = "x = 1\ny = 2\n", "x = 3\ny = (\n"
    (piece,) = pieces_of(a, b)
    assert apply(a, [piece]) == b


def test_a_first_text_that_is_no_program_can_become_one() -> None:
    a, b = "x = (\ny = 2\n", "x = 1\ny = 3\n"
    assert apply(a, pieces_of(a, b)) == b


def test_joined_pieces_keep_the_lines_between_them() -> None:
    a = "f(\n  1,\n  2,\n)\n"
    b = "f([\n  1,\n  2,\n])\n"
    (piece,) = pieces_of(a, b)
    assert piece.lines == ("f([\n", "  1,\n", "  2,\n", "])\n")
    assert apply(a, [piece]) == b


@pytest.mark.parametrize(
    ("text", "other", "is_same"),
    [
        ("class A:\n    'x'\n    a = 1\n", "class A:\n    a = 1\n", True),
        ("async def f():\n    'x'\n    return 1\n", "async def f():\n    return 1\n", True),
        ("def f():\n    'x'\n", "def f():\n    'y'\n", True),
        ("x = 1\n'text'\n", "x = 1\n", False),
        ("x = 'a'\n", 'x = "a"\n', True),
        ("x = 1.0\n", "x = 1\n", False),
        ("if a:\n    'x'\n    b()\n", "if a:\n    b()\n", False),
        ("x = (1 +\n     2)\n", "x = 1 + 2\n", True),
    ],
)
def test_what_of_a_program_can_matter(text: str, other: str, is_same: bool) -> None:
    assert (meaning_of(text) == meaning_of(other)) is is_same


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", set()),
        ("# only\n\n", set()),
        ("@a\ndef f(\n    x,\n    y=1,\n):\n    pass\n", {1, 2, 3, 4, 6}),
        ("f(\n    x,\n    key=[\n        1,\n    ],\n)\n", {1, 2, 3, 4}),
        ("class A:\n    '''Doc.\n    '''\n    b = 1\n", {1, 4}),
        ("x = 1\n'no docstring'\n", {1, 2}),
    ],
)
def test_lines_on_which_something_begins(text: str, lines: set[int]) -> None:
    assert code_lines(text) == lines


BLOCKS = st.lists(
    st.sampled_from(["a = 1\n", "a = 2\n", "if a:\n    b = 1\n", "if a:\n    b = 2\n    c = 3\n", "f(\n    1,\n)\n"]),
    max_size=5,
)


@given(BLOCKS, BLOCKS)
@settings(deadline=None, max_examples=100)
def test_each_piece_alone_leaves_a_program_and_none_overlaps(a: list[str], b: list[str]) -> None:
    one, other = "".join(a), "".join(b)
    pieces = pieces_of(one, other)
    for piece in pieces:
        assert meaning_of(apply(one, [piece])) is not None
    for before, after in itertools.pairwise(pieces):
        assert before.a_to <= after.a_from
        assert before.b_from + len(before.lines) <= after.b_from


def test_settings_are_told_apart_although_a_line_was_put_between_them() -> None:
    a = "CFG = {\n    'name': 'a',\n    'opt': {'beta': 0.9},\n}\n"
    b = "CFG = {\n    'name': 'b',\n    'seed': 1,\n    'opt': {'beta': 0.8},\n}\n"
    for one, other in ((a, b), (b, a)):
        pieces = pieces_of(one, other)
        assert len(pieces) == 3
        assert apply(one, pieces) == other
    assert [piece.b_from + 1 for piece in pieces_of(a, b)] == [2, 3, 4]
    assert apply(a, pieces_of(a, b)[2:]) == a.replace("0.9", "0.8")


def test_a_long_list_of_settings_is_told_apart() -> None:
    one, other = ("".join(f"P{n} = {n + more}\n" for n in range(60)) for more in (0, 100))
    assert len(pieces_of(one, other)) == 60


def test_lines_that_were_written_anew_stay_together() -> None:
    a = "def f(rows):\n    out = []\n    for r in rows:\n        out.append(r)\n    return out\n"
    b = "def f(rows):\n    return list(map(clean, sorted(rows)))\n"
    assert len(pieces_of(a, b)) == 1
    other = "from package.one import better\nresult = better(1)\nB = 1\n"
    assert len(pieces_of("from old import a\nA = a()\n", other)) == 1


@given(st.lists(st.sampled_from(["x = 1\n", "x = 2\n", "y = x + 1\n", "y = x - 1\n", "z\n"]), max_size=8), st.data())
@settings(deadline=None, max_examples=150)
def test_all_pieces_make_the_second_text(first: list[str], data: st.DataObject) -> None:
    second = data.draw(st.lists(st.sampled_from(["x = 1\n", "x = 3\n", "y = x + 2\n", "z\n", "zz\n"]), max_size=8))
    a, b = "".join(first), "".join(second)
    pieces = pieces_of(a, b, python=False)
    assert apply(a, pieces) == b
    assert sorted(pieces, key=lambda each: (each.a_from, each.b_from)) == pieces

"""A changed file is set apart into pieces that can be taken over one by one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.explain.hunks import MOST, Piece, apply, code_lines, meaning_of, pieces_of

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

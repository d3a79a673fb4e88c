"""Statements over several lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun.inside.tracing.statements import left_by, spans_of

TEXT = """\
x = f(
    1,
)
if (
    x
):
    y = [
        1]
for a in g(
    2
):
    pass
with open("a") as b, \\
        open("c") as d:
    z = 1
def h(
    p,
):
    return (p
            + 1)
text = '''a
b'''
class A:
    q = 1
try:
    w = 1
finally:
    w = 2
"""
SPANS = {
    **dict.fromkeys((1, 2, 3), (1, 3)),
    **dict.fromkeys((4, 5), (4, 5)),
    **dict.fromkeys((7, 8), (7, 8)),
    **dict.fromkeys((9, 10, 11), (9, 11)),
    **dict.fromkeys((13, 14), (13, 14)),
    **dict.fromkeys((19, 20), (19, 20)),
    **dict.fromkeys((21, 22), (21, 22)),
}


def test_the_lines_of_each_statement(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(TEXT)
    assert spans_of(str(path)) == SPANS


@pytest.mark.parametrize("text", ["x = (", "\0", ""])
def test_what_cannot_be_read_has_no_spans(tmp_path: Path, text: str) -> None:
    path = tmp_path / "b.py"
    path.write_text(text)
    assert spans_of(str(path)) == {}
    assert spans_of("<string>") == {}


LEAVING = """def read(path):
    with open(path) as a, \\
            open(path) as b:
        if a:
            return a.read()
        def inner():
            return 1
        with b:
            return (inner() +
                    2)
    return 3
"""


def test_a_return_within_with_executes_its_lines_once_more(tmp_path: Path) -> None:
    path = tmp_path / "c.py"
    path.write_text(LEAVING)
    assert left_by(str(path)) == {5: {2, 3}, 9: {2, 3, 8}}
    assert left_by("<string>") == {}

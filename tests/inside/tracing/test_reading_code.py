"""What each line reads, binds and may change, from its bytecode."""

from __future__ import annotations

import pytest

from samerun.inside.tracing.reading_code import Line, lines_of


def only(text: str) -> Line:
    """Return the line of a function's body."""
    code = compile(f"def f(self, x, y, stop):\n    {text}\n", "f.py", "exec")
    inner = next(each for each in code.co_consts if hasattr(each, "co_code"))
    return lines_of(inner)[2]


READS = [
    ("z = x", [("x",)]),
    ("z = self.model.weight", [("self", "model", "weight")]),
    ("z = x + y.a", [("x",), ("y", "a")]),
    ("x.append(y)", [("x", "append"), ("y",)]),
    ("z = self.a(x).b", [("self", "a"), ("x",)]),
    ("self.a = x", [("x",)]),
    ("z = x in stop", [("x",)]),
    ("z = [x, stop]", [("x",), ("stop",)]),
    ("return x[y]", [("x",), ("y",)]),
    ("z = GLOBAL.part", [("GLOBAL", "part")]),
]


@pytest.mark.parametrize(("text", "reads"), READS)
def test_what_is_read(text: str, reads: list[tuple[str, ...]]) -> None:
    assert list(only(text).reads) == reads


BINDS = [
    ("z = x", [("z",)]),
    ("a, b = x", [("a",), ("b",)]),
    ("self.w = x", [("self", "w")]),
    ("self.m.w = x", [("self", "m", "w")]),
    ("self.n += x", [("self", "n")]),
    ("for i in x: pass", [("i",)]),
    ("import os", [("os",)]),
    ("with x as z: pass", [("z",)]),
]


@pytest.mark.parametrize(("text", "binds"), BINDS)
def test_what_is_bound(text: str, binds: list[tuple[str, ...]]) -> None:
    assert list(only(text).binds) == binds


@pytest.mark.parametrize("text", ["x[0] = y", "x.append(y)", "del x[0]", "x[y] += 1"])
def test_what_may_change_what_it_reads(text: str) -> None:
    assert only(text).changes
    assert ("x",) in only(text).reads or ("x", "append") in only(text).reads


def test_a_line_that_only_computes_changes_nothing() -> None:
    line = only("z = x + y")
    assert not line.changes
    assert not line.calls


def test_words_are_the_names_on_a_line() -> None:
    assert {"self", "loss", "backward"} <= only("self.loss(x).backward.now(self.loss.backward)").words


def test_lines_of_a_statement_are_joined_and_named_by_the_first_call() -> None:
    code = compile("z = {\n 'a': x,\n 'b': f(y),\n}\n", "f.py", "exec")
    whole = Line()
    for number, line in sorted(lines_of(code).items()):
        whole.join(line, number, (1, 4))
    assert set(whole.reads) == {("x",), ("f",), ("y",)}
    assert (whole.first, whole.last, whole.shown) == (1, 4, 3)
    assert list(whole.binds) == [("z",)]

"""What the verbs return, as the pages take it."""

from __future__ import annotations

from samerun import api
from samerun.cli.comparing import compared_diff, compared_replay
from samerun.record.run import Place, Run
from samerun.record.values import Change

A = Run("a", "n", ["x"], Place("/p", "/p"), "finished", 0.0, 0)
B = Run("b", "n", ["x"], Place("/p", "/p"), "finished", 0.0, 0, parent="a")
CHANGE = Change("package", "numpy", "1", "2")


def test_a_replay() -> None:
    compared = compared_replay(api.Replay(A, B, "identical", [], [], [CHANGE], ["one note"]))
    assert (compared.a.id, compared.b.id, compared.verdict) == ("a", "b", "identical")
    assert (list(compared.factors), list(compared.notes)) == ([CHANGE], ["one note"])


def test_a_diff_with_its_note() -> None:
    compared = compared_diff(api.Compared(A, B, "different", [CHANGE], [], [], "they ended differently"))
    assert list(compared.notes) == ["they ended differently"]
    assert list(compared_diff(api.Compared(A, B, "identical", [], [], [])).notes) == []

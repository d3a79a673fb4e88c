from __future__ import annotations

from samerun.outputs.gathering import Gatherer
from samerun.record.difference import Difference, identical


def test_the_worst_verdict_leads() -> None:
    gatherer = Gatherer()
    for child in (
        identical("a"),
        Difference("b", "equivalent"),
        Difference("c", "different"),
        Difference("d", "different"),
    ):
        gatherer.add(child)
    assert gatherer.verdict == "different"
    assert gatherer.lead is not None
    assert gatherer.lead.label == "c"
    assert gatherer.number() == 3
    assert gatherer.number("different") == 2
    assert [child.label for child in gatherer.finish("x").children] == ["b", "c", "d"]


def test_nothing_is_identical() -> None:
    assert Gatherer().finish("x") == identical("x")
    assert Gatherer().lead is None


def test_what_is_beyond_the_limit_is_counted() -> None:
    gatherer = Gatherer(most=2)
    for number in range(5):
        gatherer.add(Difference(str(number), "equivalent"))
    gatherer.add(Difference("worse", "different"))
    found = gatherer.finish("x", "said")
    assert [child.label for child in found.children] == ["0", "1", "worse", "..."]
    assert found.children[-1] == Difference("...", "equivalent", "and 3 more like these")
    assert (found.verdict, found.detail) == ("different", "said")

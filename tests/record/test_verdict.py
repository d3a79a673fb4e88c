"""The order of the verdicts."""

from __future__ import annotations

from samerun.record.verdict import VERDICTS, is_same, worst


def test_from_the_best_to_the_worst() -> None:
    assert VERDICTS == ("identical", "equivalent", "within-tolerance", "different", "incomplete")
    assert worst(reversed(VERDICTS)) == "incomplete"
    assert worst(["equivalent", "identical"]) == "equivalent"
    assert worst([]) == "identical"


def test_three_of_them_are_the_same_result() -> None:
    assert [verdict for verdict in VERDICTS if is_same(verdict)] == list(VERDICTS[:3])

"""Factors of two runs."""

from __future__ import annotations

from typing import Any

from samerun.compare.factors import compare_factors
from samerun.record.run import Place, Run


def run(**factors: Any) -> Run:
    kinds = {kind.replace("_", "-"): values for kind, values in factors.items()}
    return Run("id", "n", ["a"], Place("/t", "/t"), "finished", 1.0, factors=kinds)


def kinds(a: Run, b: Run) -> list[tuple[str, str]]:
    return [(change.kind, change.subject) for change in compare_factors(a, b)]


def test_changes_come_in_the_order_of_the_table() -> None:
    a = run(timezone={"TZ": "UTC"}, seed={"--seed": 1}, arguments={"argv": ["t", "--lr", "1"]})
    b = run(timezone={"TZ": "CET"}, seed={"--seed": 2}, arguments={"argv": ["t", "--lr", "2"]})
    assert kinds(a, b) == [("arguments", "--lr"), ("seed", "--seed"), ("timezone", "TZ")]
    assert kinds(a, a) == []


def test_a_seed_of_one_run_only_is_one_change() -> None:
    a, b = run(seed={"missing": "not recorded then"}), run(seed={"--seed": 2})
    assert kinds(a, b) == [("seed", "seed")]
    assert kinds(b, a) == [("seed", "seed")]


def test_what_neither_run_knows_is_no_change() -> None:
    assert kinds(run(seed={"missing": "a"}), run(seed={"missing": "b"})) == []
    assert kinds(run(), run()) == []


def test_nothing_known_of_one_run_is_no_change() -> None:
    assert kinds(run(network={"missing": "a"}), run(network={})) == []

"""polars without a seed repeats with the run's entropy; with one it is what it is without samerun."""

from __future__ import annotations

from typing import Any

import pytest

from samerun.launch import reported

pytest.importorskip("polars")

SCRIPT = """
import polars
items = polars.Series(range(50))
print(items.sample(9{0}).to_list(), items.shuffle({1}).to_list())
"""


def test_unseeded_it_repeats_with_the_same_entropy_and_only_with_it(observe: Any) -> None:
    observe(SCRIPT.format("", ""))
    first = observe.output
    observe(SCRIPT.format("", ""))
    assert observe.output == first
    observe(SCRIPT.format("", ""), env={"SAMERUN_ENTROPY": "77" * 32})
    assert observe.output != first


def test_seeded_it_is_not_changed(observe: Any) -> None:
    observe(SCRIPT.format(", seed=1", "seed=2"))
    recorded = observe.output
    observe(SCRIPT.format(", seed=1", "seed=2"), bare=True)
    assert observe.output == recorded


DRAWING = """
import polars
table = polars.DataFrame({"a": range(9)})
polars.Series([1, 2]).shuffle(3), table.sample(2, seed=1)
if SEEDED: polars.set_random_seed(5)
print(table.sample(2).rows(), table.with_columns(polars.col("a").shuffle()).rows())
"""


def test_the_line_that_draws_without_a_seed_is_noted(observe: Any) -> None:
    spool = observe(DRAWING.replace("SEEDED", "0"))
    drawn = [each for each in spool.of(reported.Drawn) if each.source == "polars"]
    assert [each.line for each in drawn] == [6]
    assert spool.of(reported.FaultSeen) == []


def test_what_the_program_seeds_is_not_noted(observe: Any) -> None:
    spool = observe(DRAWING.replace("SEEDED", "1"))
    assert [each for each in spool.of(reported.Drawn) if each.source == "polars"] == []


def test_the_methods_keep_their_signatures(observe: Any) -> None:
    observe("import inspect, polars\nprint(inspect.signature(polars.DataFrame.sample))\n")
    recorded = observe.output
    observe("import inspect, polars\nprint(inspect.signature(polars.DataFrame.sample))\n", bare=True)
    assert observe.output == recorded

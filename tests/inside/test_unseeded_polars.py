"""polars without a seed repeats with the run's entropy; with one it is what it is without samerun."""

from __future__ import annotations

from typing import Any

import pytest

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

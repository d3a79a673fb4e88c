"""The table of factors: every module of the folder is in it, and each can do what a factor does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from samerun import factors
from samerun.factors import FACTORS
from samerun.factors.factor import Factor, Scene
from samerun.record.missing import Missing
from samerun.record.observation import Observation
from samerun.record.values import Change


def test_every_module_of_the_folder_is_in_the_table() -> None:
    helpers = {"__init__", "factor", "caches", "condition", "unseeded"}
    modules = {path.stem for path in Path(factors.__file__).parent.glob("*.py")} - helpers
    kinds = {factor.kind for factor in FACTORS if not factor.kind.startswith("unseeded-")}
    assert {kind.replace("-", "_") for kind in kinds} == modules
    assert len({factor.kind for factor in FACTORS}) == len(FACTORS)


@pytest.mark.parametrize("factor", FACTORS, ids=lambda factor: factor.kind)
def test_nothing_differs_from_itself_and_advice_is_a_sentence(
    factor: Factor, scene: Callable[..., Scene], ended: Callable[..., Observation]
) -> None:
    for each in (scene(), scene(observed=ended())):
        values = factor.read(each)
        assert isinstance(values, Missing) or factor.differences(values, values) == []
    assert len(factor.advice(Change(factor.kind, "subject"))) > 10

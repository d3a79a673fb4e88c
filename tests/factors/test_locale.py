"""The variables of this kind are read, named and given again."""

from __future__ import annotations

from collections.abc import Callable

from samerun.factors.factor import Plan, Scene
from samerun.factors.locale import Locale


def test_its_own_variables_only(scene: Callable[..., Scene], plan: Callable[..., Plan]) -> None:
    values, present = (
        Locale().read(scene(environment={"LC_ALL": "de_DE.UTF-8", "LOCAL_RANK": "0"})),
        plan(LC_ALL="other", LOCAL_RANK="0"),
    )
    assert values == {"LC_ALL": "de_DE.UTF-8"}
    Locale().give(present, values)
    assert present.environment == {"LC_ALL": "de_DE.UTF-8", "LOCAL_RANK": "0"}
    assert [each.subject for each in Locale().differences(values, {})] == ["LC_ALL"]

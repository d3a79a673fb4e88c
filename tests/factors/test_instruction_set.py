"""The variables of this kind are read, named and given again."""

from __future__ import annotations

from collections.abc import Callable

from samerun.factors.factor import Plan, Scene
from samerun.factors.instruction_set import InstructionSet


def test_its_own_variables_only(scene: Callable[..., Scene], plan: Callable[..., Plan]) -> None:
    values, present = (
        InstructionSet().read(scene(environment={"ATEN_CPU_CAPABILITY": "default", "ATEN": "0"})),
        plan(ATEN_CPU_CAPABILITY="other", ATEN="0"),
    )
    assert values == {"ATEN_CPU_CAPABILITY": "default"}
    InstructionSet().give(present, values)
    assert present.environment == {"ATEN_CPU_CAPABILITY": "default", "ATEN": "0"}
    assert [each.subject for each in InstructionSet().differences(values, {})] == ["ATEN_CPU_CAPABILITY"]


def test_what_portable_pinned_is_read_in_place_of_the_users(scene: Callable[..., Scene]) -> None:
    pinned = Plan([], "/", {"ATEN_CPU_CAPABILITY": "avx2"}, deterministic=True, portable=True)
    user = {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "AUTO"}
    assert InstructionSet().read(scene(plan=pinned, environment=user)) == {"ATEN_CPU_CAPABILITY": "avx2"}

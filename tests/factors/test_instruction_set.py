"""The variables of this kind are read, named and given again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

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


def test_older_processors_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samerun.factors.instruction_set.is_x86", lambda: True)
    newer, oldest = InstructionSet().variations({"TF_ENABLE_ONEDNN_OPTS": "0"})
    assert newer["TF_ENABLE_ONEDNN_OPTS"] == oldest["TF_ENABLE_ONEDNN_OPTS"] == "0"
    assert oldest["ATEN_CPU_CAPABILITY"] == "default"
    assert all(InstructionSet().owns(name) for name in {**newer, **oldest})
    assert set(oldest) == set(newer) | {"TF_ENABLE_ONEDNN_OPTS"}


def test_elsewhere_there_is_nothing_to_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samerun.factors.instruction_set.is_x86", lambda: False)
    assert list(InstructionSet().variations({})) == []

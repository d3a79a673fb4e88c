"""Precision: the flags that libraries report."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from samerun.factors.factor import Plan, Scene
from samerun.factors.precision import Precision
from samerun.record.observation import Observation
from samerun.record.values import Values


def test_the_variable_and_the_flags_are_read(scene: Callable[..., Scene], ended: Callable[..., Observation]) -> None:
    observed = ended(effective={"torch matmul precision": "high", "cudnn.allow_tf32": "True", "torch threads": "2"})
    assert Precision().read(scene(environment={"NVIDIA_TF32_OVERRIDE": "0"}, observed=observed)) == {
        "NVIDIA_TF32_OVERRIDE": "0",
        "cudnn.allow_tf32": "True",
        "torch matmul precision": "high",
    }


def test_a_flag_alone_is_a_change() -> None:
    changes = Precision().differences({"cudnn.allow_tf32": "True"}, {"cudnn.allow_tf32": "False"})
    assert [each.subject for each in changes] == ["cudnn.allow_tf32"]


def test_all_bits_are_tried_where_there_is_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samerun.factors.precision._DRIVER", __file__)
    assert list(Precision().variations({})) == [{"NVIDIA_TF32_OVERRIDE": "0", "mode": "full"}]
    assert list(Precision().variations({"NVIDIA_TF32_OVERRIDE": "0"})) == []
    monkeypatch.setattr("samerun.factors.precision._DRIVER", "/nowhere")
    assert list(Precision().variations({})) == []


@pytest.mark.parametrize(
    ("values", "varied"),
    [
        ({"torch.matmul_precision": "medium"}, {}),
        ({"torch.matmul_precision": "highest", "torch.mkldnn_precision": "conv bf16"}, {}),
        ({"ONEDNN_DEFAULT_FPMATH_MODE": "BF16"}, {"ONEDNN_DEFAULT_FPMATH_MODE": "STRICT"}),
        ({"torch.matmul_precision": "highest", "ONEDNN_DEFAULT_FPMATH_MODE": "STRICT"}, None),
    ],
)
def test_all_bits_are_tried_where_fewer_are_allowed(
    monkeypatch: pytest.MonkeyPatch, values: Values, varied: Values | None
) -> None:
    monkeypatch.setattr("samerun.factors.precision._DRIVER", "/nowhere")
    expected = [] if varied is None else [{**values, **varied, "mode": "full"}]
    assert list(Precision().variations(values)) == expected


def test_what_is_asked_of_the_program_reaches_it() -> None:
    plan = Plan([], "/", {})
    Precision().give(plan, {"ONEDNN_DEFAULT_FPMATH_MODE": "STRICT", "mode": "full"})
    assert (plan.environment, plan.conditions) == ({"ONEDNN_DEFAULT_FPMATH_MODE": "STRICT"}, {"precision": "full"})

"""Deterministic kernels are asked for and fresh memory is left as it is."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")

SCRIPT = """import torch
print(torch.are_deterministic_algorithms_enabled(), torch.utils.deterministic.fill_uninitialized_memory)
"""


@pytest.mark.parametrize(
    ("conditions", "told"), [("", "True True\n"), ("nondeterministic-kernel=held", "True False\n")]
)
def test_memory_is_not_filled_where_only_kernels_are_asked_about(observe: Any, conditions: str, told: str) -> None:
    observe(SCRIPT, env={"SAMERUN_DETERMINISTIC": "1", "SAMERUN_CONDITIONS": conditions})
    assert observe.output == told

"""The precision that a program asks for is not set."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")

ASKED = """import torch
torch.set_float32_matmul_precision("medium")
torch.backends.mkldnn.conv.fp32_precision = "bf16"
print(torch.get_float32_matmul_precision(), torch.backends.mkldnn.conv.fp32_precision)
"""


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ("", "medium bf16\n"),
        ("precision=full", "highest none\n"),
    ],
)
def test_what_the_program_allows_is_not_done(observe: Any, conditions: str, told: str) -> None:
    observe(ASKED, env={"SAMERUN_CONDITIONS": conditions})
    assert observe.output == told

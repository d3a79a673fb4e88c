"""Whether the state of an optimizer fits: its class, its groups, and the shapes of what it keeps for a parameter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from samerun.errors import CannotRestore

_LIKE_PARAMETER = frozenset(
    {
        *("exp_avg", "exp_avg_sq", "max_exp_avg_sq", "exp_inf", "momentum_buffer", "square_avg", "grad_avg"),
        *("acc_delta", "sum", "prev", "step_size", "ax"),
    }
)
"""What torch's optimizers keep in the shape of the parameter."""

_STEP = "Build the optimizer as it was when the checkpoint was saved. Nothing was restored."


def check_optimizer(name: str, optimizer: torch.optim.Optimizer, state: Any) -> None:
    """Check that a state fits an optimizer.

    Raises:
        CannotRestore: another number of groups or parameters, or a state of another shape than its parameter.
    """
    if not isinstance(state, dict) or not {"state", "param_groups"} <= state.keys():
        raise CannotRestore(f"The checkpoint's {name} is no state of an optimizer.", "Nothing was restored.")
    saved = [len(group["params"]) for group in state["param_groups"]]
    own = [len(group["params"]) for group in optimizer.param_groups]
    if saved != own:
        raise CannotRestore(
            f"The checkpoint's {name} has groups of {saved} parameters, this one of {own}.", _STEP, part=name
        )
    wrong = list(_misfits(optimizer, state))
    if wrong:
        raise CannotRestore(f"The checkpoint's {name} does not fit: {'; '.join(wrong[:10])}.", _STEP, part=name)


def _misfits(optimizer: torch.optim.Optimizer, state: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each kept tensor that has not its parameter's shape."""
    numbers = [number for group in state["param_groups"] for number in group["params"]]
    parameters = [each for group in optimizer.param_groups for each in group["params"]]
    for number, parameter in zip(numbers, parameters, strict=True):
        for key, value in state["state"].get(number, {}).items():
            if key in _LIKE_PARAMETER and isinstance(value, torch.Tensor) and value.shape != parameter.shape:
                yield f"{key} of parameter {number} is {list(value.shape)}, the parameter {list(parameter.shape)}"

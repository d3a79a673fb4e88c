from __future__ import annotations

from typing import Any

import pytest
import torch

from samerun.errors import CannotRestore
from samerun.state.checkpoint.optimizers import check_optimizer


def optimizer(*shapes: tuple[int, ...], groups: int = 1, make: Any = torch.optim.AdamW) -> torch.optim.Optimizer:
    parameters = [torch.nn.Parameter(torch.ones(shape)) for shape in shapes]
    for each in parameters:
        each.grad = torch.ones_like(each)
    pieces = [{"params": parameters[number::groups]} for number in range(groups)]
    found: torch.optim.Optimizer = make(pieces, lr=0.1)
    found.step()
    return found


ALL = [
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "Adamax",
    "AdamW",
    "ASGD",
    "NAdam",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SGD",
]


@pytest.mark.parametrize("name", ALL)
def test_every_optimizer_of_torchs_fits_itself(name: str) -> None:
    make = getattr(torch.optim, name)
    check_optimizer("o", optimizer((2, 3), (4,), make=make), optimizer((2, 3), (4,), make=make).state_dict())


def test_what_does_not_fit_is_named() -> None:
    one = optimizer((2, 3), (4,))
    with pytest.raises(CannotRestore, match=r"groups of \[1, 1\] parameters, this one of \[2\]"):
        check_optimizer("o", one, optimizer((2, 3), (4,), groups=2).state_dict())
    with pytest.raises(CannotRestore, match=r"groups of \[3\]"):
        check_optimizer("o", one, optimizer((2, 3), (4,), (5,)).state_dict())
    with pytest.raises(CannotRestore, match=r"exp_avg of parameter 0 is \[3, 2\], the parameter \[2, 3\]"):
        check_optimizer("o", one, optimizer((3, 2), (4,)).state_dict())
    with pytest.raises(CannotRestore, match="no state of an optimizer"):
        check_optimizer("o", one, {"x": 1})

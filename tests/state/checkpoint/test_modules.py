from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest
import torch

from samerun.errors import CannotRestore
from samerun.state.checkpoint.modules import Names, check_module, is_plain, unwrapped


def plain() -> torch.nn.Module:
    return torch.nn.Sequential(OrderedDict(a=torch.nn.Linear(2, 3), module=torch.nn.Linear(3, 1)))


class Outer(torch.nn.Module):
    def __init__(self, inner: torch.nn.Module) -> None:
        super().__init__()
        self.inner = inner


WRAPS: list[Callable[[Any], torch.nn.Module]] = [
    lambda m: m,
    torch.nn.DataParallel,
    torch.compile,
    lambda m: torch.compile(torch.nn.DataParallel(m)),
    lambda m: torch.nn.DataParallel(torch.compile(m)),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("wrap", WRAPS)
@pytest.mark.parametrize("outer", [False, True])
def test_names_are_those_of_the_model_itself(wrap: Callable[[Any], torch.nn.Module], outer: bool) -> None:
    model = Outer(wrap(plain())) if outer else wrap(plain())
    bare = Outer(plain()) if outer else plain()
    names = Names(model)
    state = names.clean_state(model.state_dict())
    assert list(state) == list(bare.state_dict())  # a module that is called "module" keeps its name
    assert set(bare.state_dict()._metadata) <= set(state._metadata)  # type: ignore[attr-defined]
    own = names.own_state(model.state_dict().keys(), state)
    assert list(own) == list(model.state_dict())
    model.load_state_dict(own)
    if not outer:
        assert type(unwrapped(model)) is torch.nn.Sequential


def test_an_average_keeps_its_own_names() -> None:
    model = torch.optim.swa_utils.AveragedModel(plain())
    assert list(Names(model).clean_state(model.state_dict())) == list(model.state_dict())


def test_what_differs_is_named() -> None:
    other = torch.nn.Sequential(OrderedDict(a=torch.nn.Linear(2, 4), b=torch.nn.Linear(4, 1)))
    with pytest.raises(CannotRestore) as caught:
        check_module("model", other, plain().state_dict())
    assert caught.value.facts["problems"] == {
        "missing in the checkpoint": ["b.bias", "b.weight"],
        "not in this model": ["module.bias", "module.weight"],
        "of another shape": [
            "a.bias [3] in the checkpoint, [4] here",
            "a.weight [3, 2] in the checkpoint, [4, 2] here",
        ],
    }
    with pytest.raises(CannotRestore, match=r"a\.bias torch\.float32 in the checkpoint, torch\.float16 here"):
        check_module("model", plain().half(), plain().state_dict())
    many = torch.nn.ModuleList(torch.nn.Linear(1, 1) for _ in range(20))
    with pytest.raises(CannotRestore, match="and 30 more"):
        check_module("model", many, {})
    with pytest.raises(CannotRestore, match="no state of a model"):
        check_module("model", plain(), [1])
    with pytest.raises(CannotRestore, match="scalar in the checkpoint"):
        check_module("model", plain(), {**plain().state_dict(), "a.bias": 5})
    check_module(
        "model", torch.nn.Sequential(torch.nn.LazyLinear(3)), torch.nn.Sequential(torch.nn.Linear(2, 3)).state_dict()
    )


def test_whose_code_takes_part_in_loading() -> None:
    class Own(torch.nn.Linear):
        def load_state_dict(self, *args: Any, **kwargs: Any) -> Any:
            return super().load_state_dict(*args, **kwargs)

    assert is_plain(plain())
    assert is_plain(torch.optim.swa_utils.AveragedModel(plain()))
    assert not is_plain(torch.nn.Sequential(Own(1, 1)))
    assert not is_plain(torch.nn.LazyLinear(3))
    hooked = plain()
    hooked.register_load_state_dict_post_hook(lambda module, keys: None)
    assert not is_plain(hooked)

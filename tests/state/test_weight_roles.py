from __future__ import annotations

import pytest
import torch
from torch import nn

from samerun.state.schemes import Scheme
from samerun.state.weight_roles import (
    assumed,
    blocks_of,
    fans_for,
    is_bias,
    is_norm,
    options_for,
    padding_row,
    set_forget_bias,
    warn_of,
)
from samerun.state.weights import Weight, collect


def one(model: nn.Module, name: str = "weight") -> Weight:
    return next(weight for weight in collect(model) if name in weight.names)


class Holder(nn.Module):
    def __init__(self, **parameters: torch.Tensor) -> None:
        super().__init__()
        for name, value in parameters.items():
            self.register_parameter(name, nn.Parameter(value))


class MyRMSNorm(Holder):
    pass


def test_norms_and_biases_are_told_apart() -> None:
    assert is_norm(one(nn.LayerNorm(3)))
    assert is_norm(one(nn.BatchNorm2d(3)))
    assert is_norm(one(nn.GroupNorm(1, 3)))
    assert is_norm(one(MyRMSNorm(weight=torch.rand(3))))
    assert not is_norm(one(nn.Linear(2, 2)))
    assert is_bias(one(nn.Linear(2, 2), "bias"))
    assert is_bias(one(nn.LSTM(2, 2), "bias_hh_l0"))
    assert is_bias(one(nn.MultiheadAttention(4, 2), "in_proj_bias"))
    assert not is_bias(one(nn.MultiheadAttention(4, 2, add_bias_kv=True), "bias_k"))
    assert not is_bias(one(Holder(relative_position_bias=torch.rand(3, 2)), "relative_position_bias"))


@pytest.mark.parametrize(
    ("model", "name", "count"),
    [
        (nn.LSTM(3, 2), "weight_ih_l0", 4),
        (nn.LSTM(3, 2, bidirectional=True), "weight_hh_l0_reverse", 4),
        (nn.LSTM(3, 2, proj_size=1), "weight_hr_l0", 1),
        (nn.GRU(3, 2), "weight_hh_l0", 3),
        (nn.RNN(3, 2), "weight_hh_l0", 1),
        (nn.LSTMCell(3, 2), "weight_ih", 4),
        (nn.GRUCell(3, 2), "weight_hh", 3),
        (nn.MultiheadAttention(4, 2), "in_proj_weight", 3),
        (nn.MultiheadAttention(4, 2, kdim=3), "k_proj_weight", 1),
        (nn.Linear(3, 4), "weight", 1),
    ],
)
def test_gates_and_projections_are_blocks(model: nn.Module, name: str, count: int) -> None:
    assert blocks_of(one(model, name)) == count


@pytest.mark.parametrize(
    ("model", "by_shape", "by_module"),
    [
        (nn.Conv2d(8, 12, 3, groups=4), (18, 108), (18, 27)),
        (nn.ConvTranspose2d(8, 12, 3), (108, 72), (72, 108)),
        (nn.ConvTranspose1d(8, 12, 3, groups=4), (9, 24), (6, 9)),
        (nn.Linear(5, 7), (5, 7), (5, 7)),
    ],
)
def test_fans_by_shape_and_by_what_is_connected(
    model: nn.Module, by_shape: tuple[float, float], by_module: tuple[float, float]
) -> None:
    weight = one(model)
    assert fans_for(weight, weight.tensor().shape, Scheme("xavier_normal")) == by_shape
    assert fans_for(weight, weight.tensor().shape, Scheme("xavier_normal", {"fans": "module"})) == by_module


def test_a_vector_has_no_fans() -> None:
    weight = one(nn.Linear(2, 2), "bias")
    assert fans_for(weight, weight.tensor().shape, Scheme("normal")) == (0.0, 0.0)


def test_dirac_takes_the_groups_of_the_convolution_unless_told() -> None:
    weight = one(nn.Conv1d(4, 4, 3, groups=2))
    assert options_for(weight, Scheme("dirac")) == {"groups": 2}
    assert options_for(weight, Scheme("dirac", {"groups": 1})) == {"groups": 1}
    assert options_for(weight, Scheme("kaiming_normal", {"fans": "module", "a": 1})) == {"a": 1}


def test_the_row_of_padding_is_found_through_a_shared_weight() -> None:
    assert padding_row(one(nn.Embedding(5, 2))) is None
    assert padding_row(one(nn.Embedding(5, 2, padding_idx=-1))) == 4
    assert padding_row(one(nn.EmbeddingBag(5, 2, padding_idx=0))) == 0
    model = nn.ModuleDict({"z": nn.Embedding(5, 2, padding_idx=3), "a": nn.Linear(2, 5)})
    model["a"].weight = model["z"].weight
    assert padding_row(one(model, "a.weight")) == 3


@pytest.mark.parametrize(
    ("model", "name", "expected", "doubtful"),
    [
        (MyRMSNorm(weight=torch.rand(3)), "weight", Scheme("ones"), False),
        (MyRMSNorm(beta=torch.rand(3)), "beta", Scheme("zeros"), False),
        (Holder(bias=torch.rand(3)), "bias", Scheme("zeros"), False),
        (Holder(gamma=torch.full((3,), 1e-5)), "gamma", Scheme("keep"), False),
        (Holder(scale=torch.tensor(2.6)), "scale", Scheme("keep"), False),
        (Holder(token=torch.rand(4)), "token", Scheme("uniform", {"a": -0.5, "b": 0.5}), True),
        (Holder(table=torch.rand(4, 3)), "table", Scheme("kaiming_uniform", {"a": 5**0.5}), True),
        (Holder(table=torch.rand(4, 3)).requires_grad_(False), "table", Scheme("keep"), True),
    ],
)
def test_what_a_module_cannot_set_itself(model: nn.Module, name: str, expected: Scheme, doubtful: bool) -> None:
    scheme, doubt = assumed(one(model, name))
    assert scheme == expected
    assert bool(doubt) == doubtful


def test_one_warning_names_all_that_was_assumed() -> None:
    with pytest.warns(UserWarning, match=r"'a': why; 'b': else\. Name a scheme for it: scheme=\{\"a\": …\}"):
        warn_of({"a": "why", "b": "else"})
    warn_of({})


def test_the_forget_gates_see_the_wanted_sum() -> None:
    for model in (nn.LSTM(2, 3, 2, bidirectional=True), nn.LSTMCell(2, 3)):
        with torch.no_grad():
            set_forget_bias(model, 1.5)
        biases = {name: value for name, value in model.named_parameters() if "bias" in name}
        for name, value in biases.items():
            assert (value[3:6] == (1.5 if "ih" in name else 0.0)).all()
            assert not (value[:3] == value[3:6]).all()
    set_forget_bias(nn.LSTM(2, 3, bias=False), 1.0)

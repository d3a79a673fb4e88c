from __future__ import annotations

import warnings

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize, prune

from samerun.errors import BadInput
from samerun.state.weights import Weight, collect


def one(model: nn.Module, name: str = "weight") -> Weight:
    return next(weight for weight in collect(model) if name in weight.names)


def write(weight: Weight, values: torch.Tensor) -> None:
    with torch.no_grad():
        weight.write(values)


def test_plain_parameters_by_name_in_sorted_order() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1, bias=False))
    assert [weight.name for weight in collect(model)] == ["0.bias", "0.weight", "1.weight"]
    assert [weight.name for weight in collect(nn.Linear(1, 1))] == ["bias", "weight"]


def test_a_shared_weight_has_all_its_names_and_modules() -> None:
    model = nn.ModuleDict({"encoder": nn.Embedding(5, 2), "decoder": nn.Linear(2, 5, bias=False)})
    model["decoder"].weight = model["encoder"].weight
    (weight,) = collect(model)
    assert weight.names == ("decoder.weight", "encoder.weight")
    assert weight.modules == (model["decoder"], model["encoder"])


def test_two_parameters_over_the_same_memory_are_one_weight() -> None:
    model = nn.ModuleDict({"a": nn.Linear(2, 2, bias=False), "b": nn.Linear(2, 2, bias=False)})
    model["b"].weight = nn.Parameter(model["a"].weight.data)
    assert [weight.names for weight in collect(model)] == [("a.weight", "b.weight")]


def test_a_shared_module_and_empty_parameters() -> None:
    layer = nn.Linear(2, 2, bias=False)
    assert [weight.names for weight in collect(nn.Sequential(layer, nn.ReLU(), layer))] == [("0.weight", "2.weight")]
    empty = nn.ParameterList([nn.Parameter(torch.empty(0)), nn.Parameter(torch.empty(0))])
    assert [weight.names for weight in collect(empty)] == [("0",), ("1",)]


VALUES = torch.arange(1.0, 13.0).reshape(4, 3)


def test_weight_normalisation_is_seen_through() -> None:
    model = parametrizations.weight_norm(nn.Linear(3, 4))
    assert [weight.name for weight in collect(model)] == ["bias", "weight"]
    write(one(model), VALUES)
    torch.testing.assert_close(model.weight, VALUES)
    torch.testing.assert_close(model.parametrizations.weight.original0, VALUES.norm(dim=1, keepdim=True))


@pytest.mark.parametrize("dim", [0, 1, None])
def test_the_older_weight_normalisation_is_seen_through(dim: int | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        model = nn.utils.weight_norm(nn.Linear(3, 4), dim=dim)
    assert [weight.name for weight in collect(model)] == ["bias", "weight"]
    write(one(model), VALUES)
    torch.testing.assert_close(model(torch.eye(3)), VALUES.T + model.bias)


def test_pruning_keeps_its_mask() -> None:
    model = prune.custom_from_mask(nn.Linear(3, 4), "weight", torch.arange(12).reshape(4, 3) % 2)
    assert [weight.name for weight in collect(model)] == ["bias", "weight"]
    write(one(model), VALUES)
    assert torch.equal(model(torch.eye(3)) - model.bias, (VALUES * model.weight_mask).T)


class Doubled(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 2 * x


class Halved(Doubled):
    def right_inverse(self, x: torch.Tensor) -> torch.Tensor:
        return x / 2


class Row(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.stack([x, x])


def test_a_parametrisation_of_ones_own_is_written_through_its_inverse_or_below_it() -> None:
    model = nn.Linear(3, 4)
    parametrize.register_parametrization(model, "weight", Halved())
    write(one(model), VALUES)
    assert torch.equal(model.weight, VALUES)
    model = nn.Linear(3, 4)
    parametrize.register_parametrization(model, "weight", Doubled())
    write(one(model), VALUES)
    assert torch.equal(model.parametrizations.weight.original, VALUES)


def test_a_parametrisation_that_cannot_be_set_says_so() -> None:
    model = nn.Module()
    model.row = nn.Parameter(torch.zeros(3))
    parametrize.register_parametrization(model, "row", Row(), unsafe=True)
    with pytest.raises(BadInput, match="'row' has no right_inverse"):
        write(one(model, "row"), torch.zeros(2, 3))


def test_what_has_no_shape_no_memory_or_no_real_numbers_is_refused() -> None:
    with pytest.raises(BadInput, match="'0.weight' has no shape yet: its module is lazy. Send one batch"):
        collect(nn.Sequential(nn.LazyLinear(3)))
    with pytest.raises(BadInput, match="on the meta device"):
        collect(nn.Linear(2, 2, device="meta"))
    model = nn.Module()
    model.weight = nn.Parameter(torch.zeros(3, dtype=torch.int8), requires_grad=False)
    with pytest.raises(BadInput, match="'weight' is quantised .torch.int8."):
        collect(model)


def test_a_quantised_module_is_refused() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quantised = pytest.importorskip("torch.ao.nn.quantized")
        try:
            model = nn.Sequential(quantised.Linear(2, 2))
        except RuntimeError as error:
            pytest.skip(str(error).splitlines()[0])
    with pytest.raises(BadInput, match="'0' is quantised .Linear."):
        collect(model)


def test_a_sharded_parameter_is_refused() -> None:
    model = nn.Linear(2, 2)
    model.weight.device_mesh = object()  # as torch.distributed.tensor's DTensor has
    with pytest.raises(BadInput, match="is sharded. Initialise the whole model, then shard it"):
        collect(model)

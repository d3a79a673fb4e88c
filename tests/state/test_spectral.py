from __future__ import annotations

import warnings

import pytest
import torch
from torch import nn

from samerun.state.spectral import reset_power_iterations


def old(layer: nn.Module) -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return nn.utils.spectral_norm(layer)


def vectors(model: nn.Module) -> list[torch.Tensor]:
    return [value for name, value in model.named_buffers() if name.endswith(("_u", "_v"))]


def reset(model: nn.Module, name: str = "fc", seed: int = 0) -> None:
    with torch.no_grad():
        reset_power_iterations(name, model, seed)


@pytest.mark.parametrize("norm", [nn.utils.parametrizations.spectral_norm, old], ids=["new", "old"])
def test_the_vectors_come_from_the_name_and_fit_the_weight(norm: object) -> None:
    torch.manual_seed(0)
    layer = nn.Linear(3, 4)
    state = layer.state_dict()
    found = []
    for draw in (1, 2):
        torch.manual_seed(draw)
        model = nn.Linear(3, 4)
        model.load_state_dict(state)
        model = norm(model)  # type: ignore[operator]
        reset(model)
        found.append(vectors(model))
    for one, other in zip(*found, strict=True):
        assert torch.equal(one, other)
    u, v = found[0]
    largest = torch.linalg.svdvals(state["weight"])[0]
    torch.testing.assert_close(torch.dot(u, state["weight"] @ v), largest, rtol=1e-2, atol=0.0)


def test_another_name_or_seed_starts_elsewhere() -> None:
    model = nn.utils.parametrizations.spectral_norm(nn.Conv2d(20, 20, 3))
    seen = []
    for name, seed in (("a", 0), ("b", 0), ("a", 1)):
        reset(model, name, seed)
        seen.append(vectors(model)[0].clone())
    assert not torch.equal(seen[0], seen[1])
    assert not torch.equal(seen[0], seen[2])


def test_other_modules_are_left_alone() -> None:
    for model in (nn.Linear(2, 2), nn.utils.parametrizations.weight_norm(nn.Linear(2, 2)), nn.BatchNorm1d(3)):
        before = {name: value.clone() for name, value in model.state_dict().items()}
        reset(model)
        assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())

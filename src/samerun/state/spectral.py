"""The vectors of a spectral norm's power iteration: random numbers that a model keeps beside its weights."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils import parametrize

from samerun.state.named_draws import NamedDraws

_ITERATIONS = 15  # as many as torch does when it puts the norm on


def reset_power_iterations(name: str, module: nn.Module, seed: int) -> None:
    """Draw anew, by name, the vectors of every spectral norm of a module, and iterate them on its weight.

    Args:
        name: the module's name in the model.
        module: any module; nothing happens to one without a spectral norm.
        seed: the seed of the start.
    """
    if parametrize.is_parametrized(module):
        for leaf, chain in module.parametrizations.items():
            for each in chain:
                if hasattr(each, "_power_method") and hasattr(each, "_u"):
                    matrix = each._reshape_weight_to_matrix(chain.original)
                    _iterate(f"{name}.{leaf}", seed, matrix, each._u, each._v)
    for hook in module._forward_pre_hooks.values():
        leaf = getattr(hook, "name", "")
        if hasattr(hook, "reshape_weight_to_matrix") and hasattr(module, f"{leaf}_u"):
            matrix = hook.reshape_weight_to_matrix(getattr(module, f"{leaf}_orig"))
            _iterate(f"{name}.{leaf}", seed, matrix, getattr(module, f"{leaf}_u"), getattr(module, f"{leaf}_v"))


def _iterate(name: str, seed: int, matrix: torch.Tensor, u: torch.Tensor, v: torch.Tensor) -> None:
    """Find the first singular vectors from a random start (power iteration; Miyato et al., 2018)."""
    for vector, label in ((u, "u"), (v, "v")):
        NamedDraws(seed, f"{name} {label}").fill_normal(vector, 0.0, 1.0)
        vector.copy_(nn.functional.normalize(vector, dim=0))
    for _ in range(_ITERATIONS):
        u.copy_(nn.functional.normalize(torch.mv(matrix, v), dim=0))
        v.copy_(nn.functional.normalize(torch.mv(matrix.mH, u), dim=0))

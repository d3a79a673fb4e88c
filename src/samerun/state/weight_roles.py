"""What a weight is for, as far as its start depends on it: a bias, a norm's scale, gates, a row of padding."""

from __future__ import annotations

import math
import warnings

import torch
from torch import nn

from samerun.state.schemes import Scheme, fans_of
from samerun.state.weights import Weight

_NORMS = tuple(
    kind
    for kind in (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm, getattr(nn, "RMSNorm", None))
    if kind is not None  # torch before 2.4 has no RMSNorm
)
_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_PLAIN = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


def is_norm(weight: Weight) -> bool:
    """Say whether it belongs to a normalisation: torch's own, or a module that has "norm" in its class's name."""
    return isinstance(weight.module, _NORMS) or "norm" in type(weight.module).__name__.lower()


def is_bias(weight: Weight) -> bool:
    """Say whether it is a bias by its name and by having one dimension."""
    leaf = weight.leaf
    return weight.tensor().dim() == 1 and (leaf == "bias" or leaf.startswith("bias_") or leaf.endswith("_bias"))


def blocks_of(weight: Weight) -> int:
    """Return how many matrices lie on top of each other in it: one for each gate, or query, key and value."""
    if isinstance(weight.module, nn.RNNBase | nn.RNNCellBase) and weight.leaf.startswith(("weight_ih", "weight_hh")):
        kind = getattr(weight.module, "mode", type(weight.module).__name__)
        return 4 if kind.startswith("LSTM") else 3 if kind.startswith("GRU") else 1
    return 3 if isinstance(weight.module, nn.MultiheadAttention) and weight.leaf == "in_proj_weight" else 1


def fans_for(weight: Weight, block: torch.Size, scheme: Scheme) -> tuple[float, float]:
    """Return the fans of one block, by its shape as torch.nn.init has them, or by what the module really connects.

    Args:
        weight: the weight.
        block: the shape of one block of it.
        scheme: with the option ``fans="module"``, a grouped convolution's outputs see their own group alone, and in a
            transposed one the first dimension is the input.
    """
    if len(block) < 2:
        return 0.0, 0.0
    fan_in, fan_out = fans_of(block)
    module = weight.module
    if scheme.options.get("fans") != "module" or not isinstance(module, _PLAIN + _TRANSPOSED):
        return fan_in, fan_out
    if isinstance(module, _TRANSPOSED):
        return fan_out / module.groups, fan_in
    return fan_in, fan_out / module.groups


def options_for(weight: Weight, scheme: Scheme) -> dict[str, object]:
    """Return a scheme's options as its function takes them, with the module's groups."""
    options = {key: value for key, value in scheme.options.items() if key != "fans"}
    if scheme.name == "dirac" and isinstance(weight.module, _PLAIN):
        options.setdefault("groups", weight.module.groups)
    return options


def padding_row(weight: Weight) -> int | None:
    """Return the row that stands for padding in an embedding; it stays zero."""
    rows = (getattr(module, "padding_idx", None) for module in weight.modules if _is_embedding(module))
    return next((row for row in rows if row is not None), None)


def _is_embedding(module: nn.Module) -> bool:
    return isinstance(module, nn.Embedding | nn.EmbeddingBag)


def assumed(weight: Weight) -> tuple[Scheme, str]:
    """Return what is done to a weight whose module has no way of its own to set it.

    Returns:
        The scheme and, if it is no more than an assumption, why (else an empty text).
    """
    value = weight.tensor()
    if is_norm(weight) and value.dim() == 1:
        return Scheme("zeros" if weight.leaf in ("bias", "beta") else "ones"), ""
    if is_bias(weight):
        return Scheme("zeros"), ""
    if not value.numel() or bool((value == value.flatten()[0]).all()):
        return Scheme("keep"), ""  # all the same: it does not depend on what was drawn before it was made
    if not value.requires_grad:
        return Scheme("keep"), "it is frozen and its module cannot set it: it was left as it is"
    if value.dim() < 2:
        bound = 1.0 / math.sqrt(value.numel())
        return Scheme("uniform", {"a": -bound, "b": bound}), "its module cannot set it: it was drawn like a bias"
    return Scheme(
        "kaiming_uniform", {"a": math.sqrt(5)}
    ), "its module cannot set it: it was drawn as a Linear's weight is"


def warn_of(doubts: dict[str, str]) -> None:
    """Warn once of all that had to be assumed."""
    if doubts:
        listed = "; ".join(f"{name!r}: {why}" for name, why in doubts.items())
        warnings.warn(
            f'{listed}. Name a scheme for it: scheme={{"{next(iter(doubts))}": …}}.', stacklevel=4
        )  # the line that called initialise


def set_forget_bias(module: nn.Module, value: float) -> None:
    """Set the bias of an LSTM's forget gates: the whole of it on the input's side, 0 on the hidden one's.

    The sum is what the gate sees; a positive one lets a fresh LSTM remember (Jozefowicz et al., "An Empirical
    Exploration of Recurrent Network Architectures", 2015). The gates lie in the order input, forget, cell, output.
    """
    size = int(module.hidden_size)
    for leaf, parameter in module.named_parameters(recurse=False):
        if leaf.startswith("bias_"):
            parameter[size : 2 * size] = value if leaf.startswith("bias_ih") else 0.0

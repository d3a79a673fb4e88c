"""A model's weights as a person names them, whatever stands between the name and the parameter.

``fc.weight`` is one name although weight normalisation keeps it as ``fc.parametrizations.weight.original0`` and
``original1``, and although two layers that share it both have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch.nn.utils import parametrize

from samerun.errors import BadInput


@dataclass(frozen=True)
class Weight:
    """One weight of a model.

    Attributes:
        names: all names that it has, sorted; the first is the one by which it is drawn.
        module: the module that holds it under its first name.
        leaf: what that module calls it.
        parameter: the parameter itself, where there is nothing in between; else None.
        modules: every module that holds it.
    """

    names: tuple[str, ...]
    module: torch.nn.Module
    leaf: str
    parameter: torch.nn.Parameter | None
    modules: tuple[torch.nn.Module, ...]

    @property
    def name(self) -> str:
        """The name by which it is drawn: the first of its names in sorted order."""
        return self.names[0]

    def tensor(self) -> torch.Tensor:
        """Return its value: the parameter, or what is computed of those that stand for it."""
        value = self.parameter if self.parameter is not None else getattr(self.module, self.leaf)
        if not isinstance(value, torch.Tensor):
            raise BadInput(f"The weight {self.name!r} has no value.", "Take its parametrisation off first.")
        return value

    def write(self, values: torch.Tensor) -> None:
        """Set it; called without gradients."""
        if self.parameter is not None:
            self.parameter.copy_(values)
        elif parametrize.is_parametrized(self.module, self.leaf):
            _write_parametrised(self, values)
        else:
            _write_hooked(self.module, self.leaf, values)


def collect(model: torch.nn.Module) -> list[Weight]:
    """Return the weights of a model, sorted by the first of their names.

    Raises:
        BadInput: one is not there yet, has no memory, or is quantised.
    """
    found: dict[object, list[tuple[str, torch.nn.Module, str]]] = {}
    kept: dict[object, torch.nn.Parameter | None] = {}
    for prefix, module in model.named_modules(remove_duplicate=False):
        _refuse_quantised(prefix, module)
        for leaf, parameter in _leaves(module):
            name = f"{prefix}.{leaf}" if prefix else leaf
            key = (id(module), leaf) if parameter is None else _identity(name, parameter)
            found.setdefault(key, []).append((name, module, leaf))
            kept[key] = parameter
    weights = [_weight(sorted(places, key=lambda place: place[0]), kept[key]) for key, places in found.items()]
    return sorted(weights, key=lambda weight: weight.name)


def _weight(places: list[tuple[str, torch.nn.Module, str]], parameter: torch.nn.Parameter | None) -> Weight:
    names, modules, leaves = zip(*places, strict=True)
    return Weight(tuple(names), modules[0], leaves[0], parameter, tuple({id(each): each for each in modules}.values()))


def _leaves(module: torch.nn.Module) -> Iterator[tuple[str, torch.nn.Parameter | None]]:
    """Yield what a module itself holds: names with their parameter, or None where something stands in between."""
    if isinstance(module, parametrize.ParametrizationList):
        return
    if parametrize.is_parametrized(module):
        yield from ((leaf, None) for leaf in module.parametrizations)
    hidden = dict(_hooked(module))
    yield from ((leaf, None) for leaf in dict.fromkeys(hidden.values()))
    for leaf, parameter in module._parameters.items():
        if parameter is not None and leaf not in hidden:
            yield leaf, parameter


def _hooked(module: torch.nn.Module) -> Iterator[tuple[str, str]]:
    """Yield the parameters that a hook makes a plain attribute of (pruning, older normalisations), and its name."""
    for leaf in module._parameters:
        base = leaf[: -len("_orig")] if leaf.endswith("_orig") else leaf[:-2]
        stands_for = leaf.endswith("_orig") or (leaf.endswith(("_g", "_v")) and f"{base}_g" in module._parameters)
        if stands_for and base not in module._parameters and isinstance(getattr(module, base, None), torch.Tensor):
            yield leaf, base


def _identity(name: str, parameter: torch.nn.Parameter) -> object:
    """Return what two names of one weight have in common: the memory, where there is some."""
    if isinstance(parameter, torch.nn.parameter.UninitializedTensorMixin):
        raise BadInput(
            f"The parameter {name!r} has no shape yet: its module is lazy.",
            "Send one batch through the model first, then initialise it.",
            name=name,
        )
    if parameter.is_meta:
        raise BadInput(
            f"The parameter {name!r} is on the meta device: it has no memory.",
            'Give it some first: model.to_empty(device="cpu").',
            name=name,
        )
    if hasattr(parameter, "device_mesh"):
        raise BadInput(f"The parameter {name!r} is sharded.", "Initialise the whole model, then shard it.", name=name)
    if parameter.is_quantized or not (parameter.is_floating_point() or parameter.is_complex()):
        raise _quantised(name, str(parameter.dtype))
    if not parameter.numel() or parameter.layout is not torch.strided:
        return id(parameter)
    return (str(parameter.device), parameter.data_ptr(), parameter.shape, parameter.stride())


def _refuse_quantised(prefix: str, module: torch.nn.Module) -> None:
    kind = type(module)
    if ".ao.nn.quantized" in kind.__module__ or hasattr(module, "_packed_params"):
        raise _quantised(prefix or "(the model)", kind.__name__)


def _quantised(name: str, kind: str) -> BadInput:
    return BadInput(
        f"{name!r} is quantised ({kind}): random numbers cannot be drawn into it.",
        "Initialise the model first and quantise it then.",
        name=name,
    )


def _write_parametrised(weight: Weight, values: torch.Tensor) -> None:
    chain = weight.module.parametrizations[weight.leaf]
    if all(hasattr(each, "right_inverse") for each in chain):
        setattr(weight.module, weight.leaf, values)
    elif getattr(chain, "original", None) is not None and chain.original.shape == values.shape:
        chain.original.copy_(values)
    else:
        raise BadInput(
            f"The parametrisation of {weight.name!r} has no right_inverse: it cannot be set.",
            'Leave it as it is with the scheme "keep", or initialise before it is put on.',
            name=weight.name,
        )


def _write_hooked(module: torch.nn.Module, leaf: str, values: torch.Tensor) -> None:
    getattr(module, leaf).data.copy_(values)
    if f"{leaf}_orig" in module._parameters:
        module._parameters[f"{leaf}_orig"].copy_(values)
        return
    size, direction = module._parameters[f"{leaf}_g"], module._parameters[f"{leaf}_v"]
    hooks = [hook for hook in module._forward_pre_hooks.values() if getattr(hook, "name", None) == leaf]
    direction.copy_(values)
    size.copy_(torch.norm_except_dim(values, 2, getattr(hooks[0], "dim", 0)))

"""The same start: a model's weights set by their names.

A model that is seeded and then built gets its numbers in the order of construction: one layer more, and all behind it
start elsewhere. ``initialise(model, seed)`` gives each weight the numbers of its own name instead.
"""

from __future__ import annotations

import fnmatch
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn.utils import parametrize

from samerun.errors import BadInput, BadOption
from samerun.state.derive import checked_seed
from samerun.state.named_draws import NamedDraws
from samerun.state.named_resets import NamedResets, Places
from samerun.state.schemes import NEEDS_MATRIX, SCHEMES, Scheme, scheme_from
from samerun.state.spectral import reset_power_iterations
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

SchemeLike = str | Scheme | tuple[str, Mapping[str, Any]]
Schemes = SchemeLike | Mapping[str, SchemeLike] | Callable[[nn.Module], object]


@dataclass(frozen=True)
class SetWeight:
    """What one weight was set to.

    Attributes:
        name: its name; of a shared one the first in sorted order, by which it is drawn.
        scheme: how: a scheme, ``Linear.reset_parameters``, or ``keep``.
        shape: its shape.
        also: the other names of a shared one.
    """

    name: str
    scheme: str
    shape: tuple[int, ...]
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Initialised:
    """What ``initialise`` did.

    Attributes:
        seed: the seed.
        weights: every weight, sorted by name.
        buffers_left: buffers of modules that have no way to reset them; they are as they were.
    """

    seed: int
    weights: tuple[SetWeight, ...]
    buffers_left: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> SetWeight:
        """Return what was done to the weight of this name."""
        found = next((each for each in self.weights if name == each.name or name in each.also), None)
        if found is None:
            raise KeyError(name)
        return found

    def __str__(self) -> str:
        width = max((len(each.name) for each in self.weights), default=0)
        lines = [f"{len(self.weights)} weights set by name from seed {self.seed}"]
        for each in self.weights:
            shared = f"  (also {', '.join(each.also)})" if each.also else ""
            lines.append(f"  {each.name:<{width}}  {each.scheme}  {list(each.shape)}{shared}")
        lines += [f"  left as it was: buffer {name}" for name in self.buffers_left]
        return "\n".join(lines)


def initialise(
    model: nn.Module, seed: int, *, scheme: Schemes = "default", forget_bias: float | None = None
) -> Initialised:
    """Set the weights of a torch model by name, whatever the order in which it was built.

    Adding, removing or reordering a layer does not change the others' numbers, nor do the device, the thread count or
    the instruction set. Numbers are drawn on the processor in float64 and rounded to each weight's precision. A weight
    that several layers share is set once, by the first of its names in sorted order. Nothing is drawn from the global
    generators. ``requires_grad`` stays as it is.

    Args:
        model: what is set, in place. Wrappers (DistributedDataParallel, torch.compile) are looked through.
        seed: 0 to 2**64 - 1.
        scheme: a scheme for all weights; or schemes by patterns of names, such as ``{"head.*": "xavier_uniform"}``, all
            else being ``"default"`` (a pattern that ends with the weight's very name counts first, then the one with
            most letters); or a function that sets one module, as for ``model.apply``. ``"default"`` is each module's
            own ``reset_parameters``. A scheme goes to weights of two dimensions and more; biases become 0 and norms 1
            and 0, unless a pattern ends with their very name (``"*.bias"``).
        forget_bias: what an LSTM's forget gates start with, instead of what the scheme gives them.

    Returns:
        What was done to each weight.

    Raises:
        BadSeed: ``seed`` is no such number.
        BadOption: a scheme or a pattern means nothing.
        BadInput: the model has no memory yet, is sharded, or is quantised.
    """
    seed = checked_seed(seed)
    model = _unwrapped(model)
    weights = collect(model)
    chosen = _choose(weights, scheme)
    with torch.no_grad():
        kept = [(weight, weight.tensor().clone()) for weight in weights if chosen[weight.name].name == "keep"]
        done = _run_resets(model, seed, weights, scheme if callable(scheme) else None)
        weights = collect(model)  # a module may have put a new parameter in place of its old one
        done |= _run_schemes(weights, seed, chosen, done)
        for weight, value in kept:
            weight.write(value)
        _finish(model, seed, forget_bias)
    rows = (SetWeight(each.name, done[each.name], tuple(each.tensor().shape), each.names[1:]) for each in weights)
    return Initialised(seed, tuple(rows), tuple(_buffers_left(model)))


def _unwrapped(model: nn.Module) -> nn.Module:
    if not isinstance(model, nn.Module):
        raise BadInput(f"{type(model).__name__} is no torch module.", "Give the model itself.")
    if isinstance(model, torch.jit.ScriptModule):
        raise BadInput("The model is compiled by torch.jit.", "Initialise it first, then script or trace it.")
    while type(model).__name__ in ("DistributedDataParallel", "DataParallel", "OptimizedModule"):
        model = getattr(model, "module", None) or model._orig_mod
    return model


# ---------------------------------------------------------------------- what is meant


def _choose(weights: list[Weight], scheme: Schemes) -> dict[str, Scheme]:
    """Return the scheme of each weight; "default" and "keep" among them."""
    if callable(scheme):
        return {weight.name: Scheme("default") for weight in weights}
    if not isinstance(scheme, Mapping):
        general = scheme_from(scheme)
        return {weight.name: _treated(weight, general) for weight in weights}
    patterns = {str(pattern): scheme_from(each) for pattern, each in scheme.items()}
    _check_patterns(patterns, weights)
    return {weight.name: _by_pattern(weight, patterns) for weight in weights}


def _by_pattern(weight: Weight, patterns: dict[str, Scheme]) -> Scheme:
    matching = [each for each in patterns if any(fnmatch.fnmatchcase(name, each) for name in weight.names)]
    if not matching:
        return Scheme("default")
    rank = {each: (_leaf(each) == weight.leaf, _letters(each)) for each in matching}
    best = [each for each in matching if rank[each] == max(rank.values())]
    if any(patterns[each] != patterns[best[0]] for each in best):
        raise BadOption(
            f"The patterns {' and '.join(map(repr, best))} mean {weight.name!r} equally.",
            "Write one of them out further.",
        )
    chosen = patterns[best[0]]
    return chosen if _leaf(best[0]) == weight.leaf else _treated(weight, chosen)


def _leaf(pattern: str) -> str:
    return pattern.rpartition(".")[2]


def _letters(pattern: str) -> int:
    return sum(letter not in "*?[]" for letter in pattern)


def _check_patterns(patterns: dict[str, Scheme], weights: list[Weight]) -> None:
    names = [name for weight in weights for name in weight.names]
    for pattern in patterns:
        if not fnmatch.filter(names, pattern):
            raise BadOption(
                f"The pattern {pattern!r} matches no weight.",
                f"The weights are called: {', '.join(names[:8])}{' …' if len(names) > 8 else ''}.",
                pattern=pattern,
            )


def _treated(weight: Weight, scheme: Scheme) -> Scheme:
    """Return what a scheme for many weights means for this one: biases and norms have their own."""
    if scheme.name in ("default", "keep"):
        return scheme
    if is_bias(weight) and not is_norm(weight):
        return Scheme("zeros")
    special = isinstance(weight.module, nn.MultiheadAttention) and weight.leaf in ("bias_k", "bias_v")
    if is_norm(weight) or special or weight.tensor().dim() < 2:
        return Scheme("default")
    return scheme


# ---------------------------------------------------------------------- how it is done


def _run_resets(
    model: nn.Module, seed: int, weights: list[Weight], function: Callable[[nn.Module], object] | None
) -> dict[str, str]:
    """Let each module set itself, children before parents; return what was set, and by which module's method."""
    places = Places((weight.name, weight.tensor()) for weight in weights if _has_place(weight))
    computed: dict[int, list[Weight]] = {}
    for weight in weights:
        if weight.parameter is None:
            computed.setdefault(id(weight.module), []).append(weight)
    done: dict[str, str] = {}
    for name, module in _in_order(model):
        for reset, label in _resets(module, function):
            touched = _run_one(seed, name, reset, places, computed.get(id(module), []))
            done |= dict.fromkeys(touched, label)
    return done


def _has_place(weight: Weight) -> bool:
    return weight.parameter is not None or not parametrize.is_parametrized(weight.module, weight.leaf)


def _in_order(model: nn.Module) -> list[tuple[str, nn.Module]]:
    """Return every module once, by its first name, in falling order of names.

    So children come before their parents, and of two that share a weight the one with the first name has the last
    word, however the model was built.
    """
    first: dict[int, tuple[str, nn.Module]] = {}
    for name, module in model.named_modules(remove_duplicate=False):
        known = first.get(id(module))
        if known is None or f"{name}." < f"{known[0]}.":
            first[id(module)] = (name, module)
    return sorted(first.values(), key=lambda each: f"{each[0]}." if each[0] else "", reverse=True)


def _resets(
    module: nn.Module, function: Callable[[nn.Module], object] | None
) -> Iterator[tuple[Callable[[], object], str]]:
    for name in ("reset_parameters", "_reset_parameters"):
        method = getattr(module, name, None)
        if callable(method) and _needs_nothing(method):
            yield method, f"{_class_name(module)}.{name}"
            break
    if function is not None:
        label = getattr(function, "__name__", type(function).__name__)
        yield lambda: function(module), f"{label}({_class_name(module)})"


def _needs_nothing(method: Callable[..., object]) -> bool:
    try:
        inspect.signature(method).bind()
    except (TypeError, ValueError):
        return False
    return True


def _class_name(module: nn.Module) -> str:
    return type(module).__name__.removeprefix("Parametrized")


def _run_one(seed: int, name: str, reset: Callable[[], object], places: Places, computed: list[Weight]) -> set[str]:
    """Let one module set itself; what a parametrisation computes is filled as it stands, then handed back to it."""
    with parametrize.cached():
        values = [(weight, weight.tensor()) for weight in computed]
        own = places.plus((weight.name, value) for weight, value in values)
        with NamedResets(seed, name, own) as mode:
            reset()
        filled = [(weight, value.detach().clone()) for weight, value in values if weight.name in mode.touched]
    for weight, value in filled:
        weight.write(value)
    return set(mode.touched)


def _run_schemes(weights: list[Weight], seed: int, chosen: dict[str, Scheme], done: dict[str, str]) -> dict[str, str]:
    doubts: dict[str, str] = {}
    said: dict[str, str] = {}
    for weight in weights:
        scheme = chosen.get(weight.name, Scheme("default"))
        if scheme.name == "default" and weight.name not in done:
            scheme, doubt = assumed(weight)
            doubts |= {weight.name: doubt} if doubt else {}
        if scheme.name in SCHEMES:
            weight.write(draw(weight, seed, scheme))
        if scheme.name != "default":
            said[weight.name] = str(scheme)
    warn_of(doubts)
    return said


def draw(weight: Weight, seed: int, scheme: Scheme) -> torch.Tensor:
    """Return what a scheme makes of a weight's numbers: a plain tensor on the processor, in the weight's precision.

    Raises:
        BadOption: the scheme means nothing for this shape.
    """
    like = weight.tensor()
    if scheme.name in NEEDS_MATRIX and like.dim() < 2:
        raise BadOption(
            f"{scheme.name} needs two dimensions; {weight.name!r} has the shape {list(like.shape)}.",
            "Choose zeros, constant, uniform or normal for it.",
        )
    values = torch.empty(like.shape, dtype=like.dtype, device="cpu")
    draws = NamedDraws(seed, weight.name)
    for block in values.chunk(blocks_of(weight)) if values.dim() else (values,):
        _apply(weight, block, draws, scheme)
    row = padding_row(weight)
    if row is not None:
        values[row] = 0.0
    return values


def _apply(weight: Weight, block: torch.Tensor, draws: NamedDraws, scheme: Scheme) -> None:
    try:
        SCHEMES[scheme.name](block, draws, fans_for(weight, block.shape, scheme), **options_for(weight, scheme))
    except ValueError as error:  # torch.nn.init's own: the shape or the groups do not fit
        raise BadOption(f"{scheme} cannot be used for {weight.name!r}: {error}.", "Choose another scheme.") from error


def _finish(model: nn.Module, seed: int, forget_bias: float | None) -> None:
    for name, module in _in_order(model):
        reset_power_iterations(name, module, seed)
        if forget_bias is not None and isinstance(module, nn.LSTM | nn.LSTMCell):
            set_forget_bias(module, float(forget_bias))


def _buffers_left(model: nn.Module) -> Iterator[str]:
    for name, module in model.named_modules():
        if hasattr(module, "reset_running_stats") or hasattr(module, "_power_method"):
            continue
        for each, _ in module.named_buffers(recurse=False):
            spectral = each.endswith(("_u", "_v")) and f"{each[:-2]}_orig" in module._parameters
            if not spectral:
                yield f"{name}.{each}" if name else each

"""What ``torch.nn.init`` offers, drawn from the numbers of a name.

Fans, gains, bounds and standard deviations are those of ``torch.nn.init`` (Glorot and Bengio, "Understanding the
difficulty of training deep feedforward neural networks", 2010; He et al., "Delving Deep into Rectifiers", 2015; Saxe
et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2013; Martens, "Deep
learning via Hessian-free optimization", 2010). Another name for a scheme, "xavier_uniform_", is its name in torch.
"""

from __future__ import annotations

import difflib
import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch.nn.init import calculate_gain

from samerun.errors import BadOption
from samerun.state.exact_normal import Floats, normal_quantile
from samerun.state.named_draws import NamedDraws

Fans = tuple[float, float]


@dataclass(frozen=True)
class Scheme:
    """A way to set a parameter, and its options: ``Scheme("kaiming_normal", {"mode": "fan_out"})``.

    Attributes:
        name: one of ``SCHEMES``, or ``"default"`` (what the module itself does) or ``"keep"`` (left as it is).
        options: its options by name, as ``torch.nn.init`` calls them; ``fans="module"`` with the xavier and kaiming
            schemes counts the connections that a transposed or grouped convolution really has.
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        given = ", ".join(f"{key}={value}" for key, value in self.options.items())
        return f"{self.name}({given})" if given else self.name


def fans_of(shape: torch.Size | tuple[int, ...]) -> tuple[int, int]:
    """Return how many numbers go into and out of each unit, as ``torch.nn.init`` counts them by the shape alone.

    Args:
        shape: (out, in, *kernel), two dimensions or more.
    """
    field_size = math.prod(shape[2:])
    return shape[1] * field_size, shape[0] * field_size


def uniform(tensor: torch.Tensor, draws: NamedDraws, fans: Fans, *, a: float = 0.0, b: float = 1.0) -> None:
    """Between ``a`` and ``b``."""
    draws.fill_uniform(tensor, a, b)


def normal(tensor: torch.Tensor, draws: NamedDraws, fans: Fans, *, mean: float = 0.0, std: float = 1.0) -> None:
    """Gaussian."""
    draws.fill_normal(tensor, mean, std)


def trunc_normal(
    tensor: torch.Tensor,
    draws: NamedDraws,
    fans: Fans,
    *,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
) -> None:
    """Gaussian, cut off at ``a`` and ``b`` (values, not multiples of ``std``)."""
    low, high = (0.5 * math.erfc((mean - bound) / (std * math.sqrt(2.0))) for bound in (a, b))
    if not 0.0 <= low < high:
        raise BadOption(f"trunc_normal has nothing between a={a} and b={b}.", "Give bounds near the mean, a below b.")

    def quantile(share: Floats) -> Floats:
        inner = np.clip(low + (high - low) * share, 2.0**-53, 1.0 - 2.0**-53)
        cut: Floats = np.clip(mean + std * normal_quantile(inner), a, b)
        return cut

    draws.fill_by_quantile(tensor, quantile)


def constant(tensor: torch.Tensor, draws: NamedDraws, fans: Fans, *, val: float) -> None:
    """The same number everywhere."""
    tensor.fill_(val)


def zeros(tensor: torch.Tensor, draws: NamedDraws, fans: Fans) -> None:
    """0 everywhere."""
    tensor.zero_()


def ones(tensor: torch.Tensor, draws: NamedDraws, fans: Fans) -> None:
    """1 everywhere."""
    tensor.fill_(1.0)


def xavier_uniform(tensor: torch.Tensor, draws: NamedDraws, fans: Fans, *, gain: float = 1.0) -> None:
    """Between plus and minus ``gain * sqrt(6 / (fan_in + fan_out))``."""
    bound = gain * math.sqrt(6.0 / _positive(fans[0] + fans[1]))
    draws.fill_uniform(tensor, -bound, bound)


def xavier_normal(tensor: torch.Tensor, draws: NamedDraws, fans: Fans, *, gain: float = 1.0) -> None:
    """Gaussian with the deviation ``gain * sqrt(2 / (fan_in + fan_out))``."""
    draws.fill_normal(tensor, 0.0, gain * math.sqrt(2.0 / _positive(fans[0] + fans[1])))


def kaiming_uniform(
    tensor: torch.Tensor,
    draws: NamedDraws,
    fans: Fans,
    *,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
) -> None:
    """Between plus and minus ``gain * sqrt(3 / fan)``."""
    bound = math.sqrt(3.0) * _kaiming_std(fans, a, mode, nonlinearity)
    draws.fill_uniform(tensor, -bound, bound)


def kaiming_normal(
    tensor: torch.Tensor,
    draws: NamedDraws,
    fans: Fans,
    *,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
) -> None:
    """Gaussian with the deviation ``gain / sqrt(fan)``."""
    draws.fill_normal(tensor, 0.0, _kaiming_std(fans, a, mode, nonlinearity))


def orthogonal(tensor: torch.Tensor, draws: NamedDraws, fans: Fans, *, gain: float = 1.0) -> None:
    """Orthonormal rows or columns, whichever are fewer; dimensions behind the first count as one.

    The factorisation is LAPACK's in float64: another machine may differ in the last bit of a float64 parameter, and
    hardly ever in that of a float32 one.
    """
    if tensor.numel() == 0:
        return
    rows, columns = tensor.shape[0], tensor.numel() // tensor.shape[0]
    precise = torch.complex128 if tensor.is_complex() else torch.float64
    tall = torch.empty((max(rows, columns), min(rows, columns)), dtype=precise)
    draws.fill_normal(tall, 0.0, 1.0)
    q, r = torch.linalg.qr(tall)
    q *= torch.sgn(torch.diagonal(r))  # so that each orthogonal matrix is as likely (Mezzadri, arXiv:math-ph/0609050)
    wanted = q if rows >= columns else q.mT
    tensor.copy_((gain * wanted).reshape(tensor.shape))


def sparse(tensor: torch.Tensor, draws: NamedDraws, fans: Fans, *, sparsity: float, std: float = 0.01) -> None:
    """Gaussian, with the share ``sparsity`` of each column, rounded up to whole rows, set to 0."""
    if tensor.dim() != 2 or not 0.0 <= sparsity <= 1.0:
        raise BadOption("sparse sets matrices, with a sparsity from 0 to 1.", "Choose another scheme for this name.")
    rows, columns = tensor.shape
    draws.fill_normal(tensor, 0.0, std)
    places = draws.uniform(rows * columns).reshape(rows, columns).argsort(axis=0, kind="stable")
    zeroed = torch.from_numpy(places[: math.ceil(sparsity * rows)]).to(tensor.device)
    tensor.scatter_(0, zeroed, 0.0)


def eye(tensor: torch.Tensor, draws: NamedDraws, fans: Fans) -> None:
    """The identity, as far as the matrix reaches."""
    if tensor.dim() != 2:
        raise BadOption("eye sets matrices.", "Choose dirac for a convolution.")
    tensor.copy_(torch.eye(*tensor.shape, dtype=tensor.dtype))


def dirac(tensor: torch.Tensor, draws: NamedDraws, fans: Fans, *, groups: int = 1) -> None:
    """The convolution that hands its input on, as far as there are channels; each of ``groups`` groups by itself."""
    torch.nn.init.dirac_(tensor, groups)


SCHEMES: dict[str, Callable[..., None]] = {
    each.__name__: each
    for each in (
        *(uniform, normal, trunc_normal, constant, zeros, ones, xavier_uniform, xavier_normal),
        *(kaiming_uniform, kaiming_normal, orthogonal, sparse, eye, dirac),
    )
}
"""Every scheme by its name; each fills a tensor from a name's numbers and its fans."""

NEEDS_MATRIX = frozenset(
    {"xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal", "orthogonal", "sparse", "eye", "dirac"}
)
"""Those that mean nothing for fewer than two dimensions."""

_FANNED = frozenset({"xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal"})
_SPECIAL = ("default", "keep")


def scheme_from(given: object) -> Scheme:
    """Return the scheme that was meant.

    Args:
        given: a ``Scheme``, a name (with or without torch's underscore at its end), or a pair of a name and options.

    Raises:
        BadOption: there is no such scheme, or it has no such option, or lacks one that it needs.
    """
    if isinstance(given, str):
        given = Scheme(given)
    elif isinstance(given, tuple | list) and len(given) == 2 and isinstance(given[1], Mapping):
        given = Scheme(given[0], given[1])
    if not isinstance(given, Scheme) or not isinstance(given.name, str):
        raise BadOption(f"{given!r} names no scheme.", 'Give a name, or a pair such as ("normal", {"std": 0.02}).')
    scheme = Scheme(given.name.removesuffix("_"), dict(given.options))
    _check(scheme)
    return scheme


def _check(scheme: Scheme) -> None:
    if scheme.name not in (*SCHEMES, *_SPECIAL):
        near = difflib.get_close_matches(scheme.name, (*SCHEMES, *_SPECIAL), 1)
        hint = f"Was {near[0]!r} meant?" if near else f"There are: {', '.join((*_SPECIAL, *SCHEMES))}."
        raise BadOption(f"There is no scheme {scheme.name!r}.", hint, scheme=scheme.name)
    known, needed = _options_of(scheme.name)
    wrong = sorted(set(scheme.options) - known) + sorted(needed - set(scheme.options))
    if wrong:
        said = "lacks" if wrong[0] in needed else "has no option"
        raise BadOption(f"The scheme {scheme.name!r} {said} {wrong[0]!r}.", f"Its options: {sorted(known) or 'none'}.")
    _check_values(scheme)


def _options_of(name: str) -> tuple[set[str], set[str]]:
    """Return the options that a scheme knows, and those that it cannot do without."""
    if name in _SPECIAL:
        return set(), set()
    options = [each for each in inspect.signature(SCHEMES[name]).parameters.values() if each.kind is each.KEYWORD_ONLY]
    known = {each.name for each in options} | ({"fans"} if name in _FANNED else set())
    return known, {each.name for each in options if each.default is each.empty}


def _check_values(scheme: Scheme) -> None:
    choices = {"mode": ("fan_in", "fan_out"), "fans": ("shape", "module")}
    for key, value in scheme.options.items():
        if key in choices and value not in choices[key]:
            raise BadOption(f"The scheme {scheme.name!r} has no {key} {value!r}.", f"Choose of {choices[key]}.")
        numeric = key not in choices and key != "nonlinearity"
        if numeric and (isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value)):
            raise BadOption(f"{key} of the scheme {scheme.name!r} is no number: {value!r}.", "Give a finite number.")
    if scheme.options.get("std", 1) < 0:
        raise BadOption(f"std of the scheme {scheme.name!r} is negative.", "Give 0 or more.")
    if "nonlinearity" in scheme.options:
        _gain(str(scheme.options["nonlinearity"]), 0.0)


def _kaiming_std(fans: Fans, a: float, mode: str, nonlinearity: str) -> float:
    return _gain(nonlinearity, a) / math.sqrt(_positive(fans[0] if mode == "fan_in" else fans[1]))


def _gain(nonlinearity: str, a: float) -> float:
    try:
        return float(calculate_gain(nonlinearity, a))
    except ValueError as error:
        raise BadOption(f"torch knows no gain for {nonlinearity!r}.", "Choose relu, leaky_relu, tanh, …") from error


def _positive(fan: float) -> float:
    return fan if fan > 0 else math.inf  # a layer without inputs: nothing to draw, as in torch.nn.init

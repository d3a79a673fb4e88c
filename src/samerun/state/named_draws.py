"""Random numbers of a name: the i-th number of a parameter depends on the seed, its name and i, on nothing else.

The raw bits are numpy's Philox, which is counter-based and never changes (NEP 19); what is made of them here uses only
operations that every machine rounds alike. Numbers are drawn on the processor in float64 and rounded once to the
precision of the tensor that takes them, so that a model in bfloat16 starts where its float32 twin does.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from samerun.state.exact_normal import Floats, normal_quantile
from samerun.state.streams import stream

_CHUNK = 1 << 16  # numbers a step: what is worked on stays in the processor's cache
_STEP = 2.0**-52


class NamedDraws:
    """The numbers that one name has, from the first on.

    Args:
        seed: the seed of the start, 0 to 2**64 - 1.
        name: whose numbers they are, such as ``"encoder.0.weight"``.
    """

    def __init__(self, seed: int, name: str) -> None:
        # An epoch of 0, whatever the process works under: a start does not depend on when it is made.
        self._bits = stream("initialise", sample=name, seed=seed, epoch=0).bit_generator

    def uniform(self, count: int) -> Floats:
        """Return the next ``count`` numbers, strictly between 0 and 1, multiples of 2**-53."""
        raw = self._bits.random_raw(count) >> np.uint64(12)
        uniform: Floats = (raw.astype(np.float64) + 0.5) * _STEP
        return uniform

    def normal(self, count: int) -> Floats:
        """Return the next ``count`` standard normal numbers."""
        return normal_quantile(self.uniform(count))

    def fill_uniform(self, tensor: torch.Tensor, low: float, high: float) -> None:
        """Fill a tensor with uniform numbers; of a complex one, both parts."""
        self._fill(_real(tensor), lambda count: low + (high - low) * self.uniform(count))

    def fill_normal(self, tensor: torch.Tensor, mean: float, std: float) -> None:
        """Fill a tensor with normal numbers; of a complex one both parts, each with half the variance, as torch has it.

        Args:
            tensor: what is filled, on any device, in row-major order of its elements whatever its strides.
            mean: the mean; of a complex tensor that of the real part.
            std: the standard deviation.
        """
        if tensor.is_complex():
            self._fill(torch.view_as_real(tensor), lambda count: np.sqrt(0.5) * std * self.normal(count))
            tensor.add_(mean)
        else:
            self._fill(tensor, lambda count: mean + std * self.normal(count))

    def fill_by_quantile(self, tensor: torch.Tensor, quantile: Callable[[Floats], Floats]) -> None:
        """Fill a tensor with what a quantile function makes of uniform numbers."""
        self._fill(_real(tensor), lambda count: quantile(self.uniform(count)))

    def _fill(self, tensor: torch.Tensor, draw: Callable[[int], Floats]) -> None:
        """Draw in chunks into a plain tensor of the same precision, then copy: one rounding, no big float64 copy."""
        plain = torch.empty(tensor.shape, dtype=tensor.dtype, device="cpu")
        flat = plain.view(-1)
        for start in range(0, flat.numel(), _CHUNK):
            part = flat[start : start + _CHUNK]
            part.copy_(torch.from_numpy(draw(part.numel())))
        tensor.copy_(plain)


def _real(tensor: torch.Tensor) -> torch.Tensor:
    return torch.view_as_real(tensor) if tensor.is_complex() else tensor

"""torch's hidden generator on the processor."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from samerun.state.derive import derive_seed
from samerun.state.generators import mersenne
from samerun.state.generators.generator import Generator, Plain

if TYPE_CHECKING:
    import torch

_LIBRARY_LIMIT = 2**32


class Torch(Generator):
    """What ``torch.rand`` and layers draw from on the processor."""

    name = "torch"
    module = "torch"

    def seed(self, seed: int, rank: int | None = None) -> None:
        """Seed it as ``torch.manual_seed(seed)`` does, devices included.

        That uses the lower 32 bits alone on the processor: for a seed of more, and with a rank, the whole state is
        made of a hash.
        """
        # It is there, or nobody would ask.
        import torch

        number = seed if rank is None else derive_seed(seed, rank=rank, purpose=self.purpose())
        torch.manual_seed(number)
        if rank is not None or seed >= _LIBRARY_LIMIT:
            key = derive_seed(seed, rank=rank, purpose=self.purpose(), bits=512)
            mersenne.put_bytes(torch.default_generator, mersenne.cpu_state(key, initial_seed=number))

    def capture(self) -> Plain:
        """Return the bytes that ``torch.get_rng_state()`` gives."""
        # It is there, or nobody would ask.
        import torch

        return mersenne.get_bytes(torch.default_generator)

    def check(self, state: Plain) -> str:
        """Look at a state; see ``Generator.check``."""
        if not isinstance(state, bytes):
            raise mersenne.malformed("torch's generator", "it is not made of bytes")
        mersenne.put_bytes(_scratch(), state)
        return ""

    def restore(self, state: Plain) -> None:
        """Set a checked state."""
        # It is there, or nobody would ask.
        import torch

        assert isinstance(state, bytes)
        mersenne.put_bytes(torch.default_generator, state)


@functools.cache
def _scratch() -> torch.Generator:
    """Return a generator on which states are tried."""
    # It is there, or nobody would ask.
    import torch

    return torch.Generator()

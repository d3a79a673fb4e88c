"""JAX: the flags of its compiler, which are read when the first array is made, and the precision of products."""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from typing import Any

from samerun.basics.portable import is_x86
from samerun.state.switches.switch import Asked, Flags, Variable, location_of

FLAGS = "XLA_FLAGS"
_MOMENT = "before JAX makes its first array"
_DETERMINISTIC = "--xla_gpu_deterministic_ops=true"
_AVX2 = "--xla_cpu_max_isa=AVX2"
_WITH_MAX_ISA = (0, 5)  # jaxlib; a flag that the compiler does not know ends the process
_PRECISION = "jax_default_matmul_precision"
_SHOWN = (
    *(_PRECISION, "jax_threefry_partitionable", "jax_default_prng_impl", "jax_enable_x64", "jax_platforms"),
    *("jax_numpy_dtype_promotion", "jax_disable_jit", "jax_debug_nans"),
)


class Jax:
    """JAX's own switches."""

    name = "jax"
    module = "jax"

    def variables(self, asked: Asked) -> tuple[Variable, ...]:
        """Return the compiler's flags, added to those that are there, and the threads that it may use."""
        release = _release()
        if not asked.any or release is None:
            return ()
        wanted = [_DETERMINISTIC]
        if asked.portable and is_x86() and release >= _WITH_MAX_ISA:
            wanted.append(_AVX2)
        flags = Variable(FLAGS, with_flags(os.environ.get(FLAGS, ""), wanted), _MOMENT, _late_for(asked))
        threads = Variable("NPROC", str(asked.threads), _MOMENT, _late_for(asked))
        return (flags, threads) if asked.portable else (flags,)

    def capture(self, asked: Asked) -> Flags:
        """Return the precision of products as it is set."""
        return {_PRECISION: getattr(_config(), _PRECISION, None)} if asked.all else {}

    def ask(self, asked: Asked) -> None:
        """Let products be calculated in full precision for ``portable``; all else is in the compiler's flags."""
        if asked.portable:
            self.restore({_PRECISION: "highest"})

    def restore(self, flags: Flags) -> None:
        """Give the precision back."""
        for name, value in flags.items():
            if getattr(_config(), name, None) != value:
                _config().update(name, value)

    def effective(self) -> Flags:
        """Return the configuration, and the platforms that JAX has started."""
        values = {name: getattr(_config(), name) for name in _SHOWN if hasattr(_config(), name)}
        return {**values, "platforms": ", ".join(_platforms()) or "none started yet"}


def with_flags(before: str, wanted: list[str]) -> str:
    """Return a text of flags with others added; one that is there already with another value is replaced."""
    names = {flag.partition("=")[0] for flag in wanted}
    kept = [flag for flag in before.split() if flag in wanted or flag.partition("=")[0] not in names]
    return " ".join([*kept, *(flag for flag in wanted if flag not in kept)])


@cache
def _release() -> tuple[int, ...] | None:
    """Return the release of the installed compiler, by the name of its metadata alone; None where there is none.

    Not by importlib.metadata, whose import takes longer than all the rest.
    """
    place = location_of("jaxlib")
    names = [name for name in os.listdir(os.path.dirname(place)) if name.startswith("jaxlib-")] if place else []
    words = re.findall(r"\d+", names[0])[:2] if names else ()
    return tuple(map(int, words)) or None


def _late_for(asked: Asked) -> Any:
    """Return what says whether the flags have been read where they matter: on the CPU only ``portable`` needs them."""
    return lambda: bool(_platforms()) and (asked.portable or _platforms() != ["cpu"])


def _platforms() -> list[str]:
    bridge: Any = sys.modules.get("jax._src.xla_bridge")
    return sorted(getattr(bridge, "_backends", None) or {})


def _config() -> Any:
    return sys.modules["jax"].config

"""NumPy and the OpenBLAS that it and SciPy bring: threads, and the processor that kernels are chosen for."""

from __future__ import annotations

import sys
from typing import Any

from samerun.basics.portable import ABOVE_AVX2, CORE, is_x86
from samerun.state.switches.pools import pools, set_threads, threads_of
from samerun.state.switches.switch import Asked, Flags, Variable

_MOMENT = "before numpy is imported"


class OpenBLAS:
    """The number of threads and the instruction set; ``portable`` pins both."""

    name = "numpy"
    module = "numpy"

    def variables(self, asked: Asked) -> tuple[Variable, ...]:
        """Return the variables that fix the number of threads and, on x86-64, the instruction set."""
        if not asked.portable:
            return ()
        threads = str(asked.threads)
        count = Variable(
            "OPENBLAS_NUM_THREADS",
            threads,
            _MOMENT,
            _loaded,
            _threads,
            put=lambda: set_threads(pools("openblas"), asked.threads),
        )
        if not is_x86():
            return (count,)
        return (
            count,
            Variable("OPENBLAS_CORETYPE", CORE, _MOMENT, _loaded, core),
            Variable("NPY_DISABLE_CPU_FEATURES", ABOVE_AVX2, _MOMENT, _imported, _above, matches=_none_of),
        )

    def capture(self, asked: Asked) -> Flags:
        """Return the number of threads of each OpenBLAS that is loaded."""
        return {pool.path: pool.threads() for pool in pools("openblas")}

    def ask(self, asked: Asked) -> None:
        """Set the number of threads of each OpenBLAS that is loaded."""
        if asked.portable:
            set_threads(pools("openblas"), asked.threads)

    def restore(self, flags: Flags) -> None:
        """Give each OpenBLAS its number back."""
        for pool in pools("openblas"):
            if flags.get(pool.path):
                pool.set_threads(flags[pool.path])

    def effective(self) -> Flags:
        """Return threads and processor of each OpenBLAS, and NumPy's own dispatch above its baseline."""
        found: dict[str, Any] = {}
        for pool in pools("openblas"):
            file = pool.path.rpartition("/")[2]
            found[f"{file}.threads"], found[f"{file}.core"] = pool.threads(), pool.core()
        return {**found, "simd": _simd()}


def core() -> str | None:
    """Return the processor for which the loaded OpenBLAS libraries have chosen; None where they do not agree."""
    cores = {pool.core() for pool in pools("openblas")}
    return cores.pop() if len(cores) == 1 else ", ".join(sorted(cores)) or None


def _loaded() -> bool:
    return bool(pools("openblas"))


def _threads() -> str | None:
    return threads_of(pools("openblas"))


def _imported() -> bool:
    return _umath() is not None


def _umath() -> Any:
    """Return NumPy's module of kernels, under the name that this release has for it."""
    return sys.modules.get("numpy._core._multiarray_umath") or sys.modules.get("numpy.core._multiarray_umath")


def _simd() -> str:
    """Return the sets above the baseline that NumPy may dispatch to in this process."""
    kernels = _umath()
    features = getattr(kernels, "__cpu_features__", {})
    return " ".join(name for name in getattr(kernels, "__cpu_dispatch__", ()) if features.get(name))


def _none_of(disabled: str, above: str) -> bool:
    return not set(disabled.replace(",", " ").split()) & set(above.split())


def _above() -> str | None:
    if not hasattr(_umath(), "__cpu_dispatch__"):
        return None
    return " ".join(name for name in _simd().split() if name.startswith(("AVX512", "X86_V4")))

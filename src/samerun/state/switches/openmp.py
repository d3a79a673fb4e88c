"""OpenMP's threads (torch, scikit-learn, XGBoost, LightGBM): with another number of them, sums differ."""

from __future__ import annotations

from samerun.state.switches.pools import pools, set_threads, threads_of
from samerun.state.switches.switch import Asked, Flags, Variable

_MOMENT = "before the first library with OpenMP (torch, scikit-learn) is imported"


class OpenMP:
    """The number of threads; ``portable`` pins it."""

    name = "openmp"
    module = ""

    def variables(self, asked: Asked) -> tuple[Variable, ...]:
        """Return the variables that fix the number of threads, and that it may not vary by itself."""
        if not asked.portable:
            return ()
        count = str(asked.threads)
        return (
            Variable(
                "OMP_NUM_THREADS",
                count,
                _MOMENT,
                _loaded,
                _threads,
                put=lambda: set_threads(pools("openmp"), asked.threads),
            ),
            # Off unless it is asked for, so that a library loaded already has it as it should be.
            Variable("OMP_DYNAMIC", "FALSE", _MOMENT, _loaded, _dynamic),
        )

    def capture(self, asked: Asked) -> Flags:
        """Return the number of threads of each runtime that is loaded."""
        return {pool.path: pool.threads() for pool in pools("openmp")}

    def ask(self, asked: Asked) -> None:
        """Set the number of threads of what is loaded, for calls from this thread."""
        if asked.portable:
            set_threads(pools("openmp"), asked.threads)

    def restore(self, flags: Flags) -> None:
        """Give each runtime its number back."""
        for pool in pools("openmp"):
            if flags.get(pool.path):
                pool.set_threads(flags[pool.path])

    def effective(self) -> Flags:
        """Return the number of threads of each runtime, by the name of its file."""
        return {f"{pool.path.rpartition('/')[2]}.threads": pool.threads() for pool in pools("openmp")}


def _threads() -> str | None:
    return threads_of(pools("openmp"))


def _loaded() -> bool:
    return bool(pools("openmp"))


def _dynamic() -> str | None:
    functions = [pool.function("get_dynamic") for pool in pools("openmp")]
    return "TRUE" if any(function() for function in functions if function is not None) else "FALSE"

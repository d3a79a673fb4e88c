"""Intel's MKL, in torch's wheels for x86-64 and in conda's NumPy: threads, and one path for all processors.

Source of the numbers: Intel oneMKL Developer Reference, "Conditional Numerical Reproducibility Control".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samerun.basics.portable import is_x86
from samerun.state.switches.pools import Pool, pools, set_threads, threads_of
from samerun.state.switches.switch import Asked, Flags, Variable

_ALL = -1
_COMPATIBLE = 3
_BRANCHES = {
    1: "OFF", 2: "AUTO", 3: "COMPATIBLE", 4: "SSE2", 6: "SSSE3", 7: "SSE4_1", 8: "SSE4_2", 9: "AVX", 10: "AVX2",
    11: "AVX512_MIC", 12: "AVX512", 13: "AVX512_MIC_E1", 14: "AVX512_E1",
}  # fmt: skip
_MOMENT = "before MKL is first used"


class MKL:
    """``portable`` pins the number of threads and the branch that every x86-64 processor has (COMPATIBLE)."""

    name = "mkl"
    module = ""

    def variables(self, asked: Asked) -> tuple[Variable, ...]:
        """Return the variables of MKL, where there can be one."""
        if not asked.portable or not is_x86():
            return ()
        return (
            Variable(
                "MKL_NUM_THREADS",
                str(asked.threads),
                _MOMENT,
                _loaded,
                lambda: threads_of(_pools()),
                put=lambda: set_threads(_pools(), asked.threads),
            ),
            Variable("MKL_DYNAMIC", "FALSE", _MOMENT, _loaded, _dynamic, put=_be_fixed),
            Variable("MKL_CBWR", "COMPATIBLE", _MOMENT, _loaded, branch, _same_branch, _be_compatible, probing=True),
        )

    def capture(self, asked: Asked) -> Flags:
        """Return the number of threads of each MKL that is loaded, and whether it may take fewer by itself."""
        return {**{pool.path: pool.threads() for pool in _pools()}, "dynamic": _dynamic()}

    def ask(self, asked: Asked) -> None:
        """Set the number of threads of each MKL that is loaded."""
        if asked.portable:
            set_threads(_pools(), asked.threads)

    def restore(self, flags: Flags) -> None:
        """Give each MKL its number back; its branch stays for as long as the process lives."""
        for pool in _pools():
            if flags.get(pool.path):
                pool.set_threads(flags[pool.path])
        for function in _each("MKL_Set_Dynamic"):
            if flags.get("dynamic"):
                function(flags["dynamic"] == "TRUE")

    def effective(self) -> Flags:
        """Return the number of threads and the branch."""
        return {"threads": threads_of(_pools()), "dynamic": _dynamic(), "branch": branch()} if _loaded() else {}


def branch() -> str | None:
    """Return the branch that MKL takes, by its name; asking is a first use of it."""
    found = [function(_ALL) for function in _each("MKL_CBWR_Get", "mkl_serv_cbwr_get")]
    return _BRANCHES.get(found[0] & 0xFFFF, str(found[0])) if found else None


def _same_branch(value: str, effective: str) -> bool:
    return value.upper().partition(",")[0] == effective


def _be_compatible() -> bool:
    """Choose the branch by a call, which MKL takes until it is first used; returns whether it did."""
    return {function(_COMPATIBLE) for function in _each("MKL_CBWR_Set", "mkl_serv_cbwr_set")} == {0}


def _pools() -> list[Pool]:
    """Return the libraries that have an MKL in them; torch's has none on other processors."""
    return [pool for pool in pools("mkl") if pool.function("MKL_Get_Max_Threads") is not None]


def _loaded() -> bool:
    return bool(_pools())


def _be_fixed() -> bool:
    """Forbid MKL to take fewer threads by itself, which it allows at any time; returns whether it is forbidden."""
    for function in _each("MKL_Set_Dynamic"):
        function(0)
    return _dynamic() == "FALSE"


def _dynamic() -> str | None:
    answers = {bool(function()) for function in _each("MKL_Get_Dynamic", "mkl_serv_get_dynamic")}
    return str(answers.pop()).upper() if len(answers) == 1 else None


def _each(*names: str) -> list[Callable[..., Any]]:
    """Return the first function of these names of each MKL."""
    found = [pool.function(*names) for pool in _pools()]
    return [function for function in found if function is not None]

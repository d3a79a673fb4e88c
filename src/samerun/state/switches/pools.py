"""The thread pools of the numerical libraries that this process has loaded: OpenBLAS, OpenMP and MKL, asked directly.

Reading the list of loaded libraries and asking each costs 0.2 ms; nothing is loaded that is not there already.
"""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

_KINDS = (
    ("openblas", re.compile(r"lib(scipy_)?openblas[^/]*$")),
    ("openmp", re.compile(r"lib(gomp|iomp5|omp)[-.][^/]*$")),
    ("mkl", re.compile(r"lib(mkl_rt|torch_cpu)[-.][^/]*$")),  # torch carries an MKL of its own
)
# OpenBLAS is built with names of its own, so that two of them can live in one process.
_OPENBLAS = tuple(f"{first}openblas_{{}}{last}" for first in ("", "scipy_") for last in ("", "64_", "_64"))
_NAMES = {"openblas": _OPENBLAS, "openmp": ("omp_{}",), "mkl": ("{}",)}
_COUNT = {"openblas": ("get_num_threads",), "openmp": ("get_max_threads",), "mkl": ("MKL_Get_Max_Threads",)}
# One function after the other, until it is so; of each, the first of these names.
_SET: dict[str, tuple[tuple[str, ...], ...]] = {
    "openblas": (("set_num_threads",),),
    "openmp": (("set_num_threads",),),
    # For the process, then for this thread, whose own number goes before (torch.set_num_threads sets that one).
    "mkl": (("MKL_Set_Num_Threads", "mkl_serv_set_num_threads"), ("MKL_Set_Num_Threads_Local",)),
}


@dataclass(frozen=True)
class Pool:
    """One library that brings threads: its kind (``openblas``, ``openmp``, ``mkl``) and its file."""

    kind: str
    path: str

    def function(self, *names: str) -> Callable[..., Any] | None:
        """Return the first function that the library has of these, by names without its own prefix; None if none."""
        try:
            library = ctypes.CDLL(self.path, mode=getattr(os, "RTLD_NOLOAD", 0))
        except OSError:  # unloaded since
            return None
        full = (pattern.format(name) for name in names for pattern in _NAMES[self.kind])
        return next((getattr(library, name) for name in full if hasattr(library, name)), None)

    def threads(self) -> int | None:
        """Return how many threads it uses when called from this thread."""
        function = self.function(*_COUNT[self.kind])
        return int(function()) if function is not None else None

    def set_threads(self, count: int) -> bool:
        """Let it use ``count`` threads when called from this thread; returns whether it does."""
        for names in _SET[self.kind]:
            function = self.function(*names)
            if function is not None and self.threads() != count:
                function(count)
        return self.threads() == count

    def core(self) -> str:
        """Return the processor that an OpenBLAS has chosen its kernels for; empty where it does not tell."""
        function = self.function("get_corename")
        if function is None:
            return ""
        function.restype = ctypes.c_char_p  # type: ignore[attr-defined]
        return (function() or b"").decode("ascii", "replace")


class _Info(ctypes.Structure):
    """The first fields of ``struct dl_phdr_info`` (dl_iterate_phdr(3))."""

    _fields_ = [("address", ctypes.c_void_p), ("name", ctypes.c_char_p)]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Info), ctypes.c_size_t, ctypes.c_void_p)


def pools(kind: str | None = None) -> list[Pool]:
    """Return the pools of one kind, or all, in the order in which they were loaded."""
    return [pool for pool in _pools() if kind is None or pool.kind == kind]


def set_threads(those: Iterable[Pool], count: int) -> bool:
    """Let each of these pools use ``count`` threads; returns whether all of them do."""
    done = [pool.set_threads(count) for pool in those]  # the first that does not must not spare the others
    return all(done)


def threads_of(those: Iterable[Pool]) -> str | None:
    """Return the number of threads of these pools, in digits: ``4``, or ``1, 4`` where they do not agree.

    None where there are none, or one does not tell.
    """
    counts = {pool.threads() for pool in those}
    return None if None in counts or not counts else ", ".join(map(str, sorted(filter(None, counts))))


def _pools() -> Iterator[Pool]:
    for path in _loaded():
        for kind, pattern in _KINDS:
            if pattern.search(path):
                yield Pool(kind, path)


def _loaded() -> list[str]:
    """Return the shared libraries of this process; empty where the system does not tell."""
    walk = getattr(ctypes.CDLL(None), "dl_iterate_phdr", None)
    names: list[str] = []

    def note(info: Any, size: int, data: object) -> int:
        names.append(os.fsdecode(info.contents.name or b""))
        return 0

    if walk is not None:
        walk(_Callback(note), None)
    return names

"""What pins libraries so that two machines agree: one number of threads, one instruction set, full precision.

On x86-64 the instruction set is AVX2 with FMA (the level x86-64-v3: Intel since 2013, AMD since 2015); elsewhere none
is pinned, because the libraries have no common set to choose.
"""

from __future__ import annotations

import os

CORE = "Haswell"
"""OpenBLAS's name for AVX2 with FMA."""

ABOVE_AVX2 = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR X86_V4"
"""What NumPy may dispatch to above AVX2, by the names of all its releases; it passes over those it does not know."""


def is_x86() -> bool:
    """Return whether this is an x86-64 processor."""
    return _machine() in ("x86_64", "amd64", "AMD64")


def _machine() -> str:
    return os.uname().machine  # the module platform says the same, and takes 3 ms to import


def pinned(threads: int = 1) -> dict[str, str]:
    """Return the variables that a process must be started with.

    Args:
        threads: the number of threads that each library uses.
    """
    count = str(threads)
    return {
        "OMP_NUM_THREADS": count,
        "OMP_DYNAMIC": "FALSE",
        "OPENBLAS_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "MKL_DYNAMIC": "FALSE",
        "NPROC": count,  # what JAX takes for the number of processors
        "NVIDIA_TF32_OVERRIDE": "0",
        "TF_ENABLE_ONEDNN_OPTS": "0",  # TensorFlow switches it on by the processor
        **(_INSTRUCTION_SETS if is_x86() else {}),
    }


_INSTRUCTION_SETS = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_CBWR": "COMPATIBLE",  # the only branch that processors of other makers take too
    "OPENBLAS_CORETYPE": CORE,
    "NPY_DISABLE_CPU_FEATURES": ABOVE_AVX2,
}

"""The instruction set that numerical libraries were told to use."""

from __future__ import annotations

from collections.abc import Iterator

from samerun.basics.portable import ABOVE_AVX2, is_x86, pinned
from samerun.factors.factor import Variables
from samerun.record.values import Values

_OLDEST = {
    "ATEN_CPU_CAPABILITY": "default",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "MKL_CBWR": "COMPATIBLE",
    "OPENBLAS_CORETYPE": "Nehalem",
    "NPY_DISABLE_CPU_FEATURES": f"{ABOVE_AVX2} AVX2 FMA3 X86_V3",
}
"""What processors did before AVX."""


class InstructionSet(Variables):
    """Variables by which ATen, oneDNN, MKL, OpenBLAS and NumPy choose their kernels.

    Each must be set before the library's first use, hence before the start.
    """

    kind = "instruction-set"
    advised = "set it before the start, or accept differences within rounding between processors"
    names = (
        "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS",
        "OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES", "GLIBC_TUNABLES",
        "TF_ENABLE_ONEDNN_OPTS",
    )  # fmt: skip

    def variations(self, values: Values) -> Iterator[Values]:
        """Yield processors with AVX2 alone, and with none of it; other architectures have nothing to choose from."""
        if is_x86():
            yield {**values, **{name: value for name, value in pinned().items() if name in _OLDEST}}
            yield {**values, **_OLDEST}

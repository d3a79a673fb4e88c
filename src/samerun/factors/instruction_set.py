"""The instruction set that numerical libraries were told to use."""

from __future__ import annotations

from samerun.factors.factor import Variables


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

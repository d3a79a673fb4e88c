"""The precision that matrix products and convolutions are calculated with."""

from __future__ import annotations

import os
from collections.abc import Iterator

from samerun.factors.condition import MODE
from samerun.factors.factor import Plan, Scene, Variables
from samerun.record.values import Reading, Values

FULL = "full"
"""What a question asks for: that what the program allows, with ``torch.set_float32_matmul_precision``, is not done."""

_DRIVER = "/proc/driver/nvidia/version"
_EXACT = {
    "NVIDIA_TF32_OVERRIDE": "0",
    "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE": "0",
    "ONEDNN_DEFAULT_FPMATH_MODE": "STRICT",
    "DNNL_DEFAULT_FPMATH_MODE": "STRICT",
    "JAX_DEFAULT_MATMUL_PRECISION": "highest",
}
"""The variables that allow fewer bits, with the value of each that does not."""

_ALL_BITS = ("", "highest", "False")


class Precision(Variables):
    """TF32 and reduced-precision sums: the variables that allow them, and what the libraries said at the end."""

    kind = "precision"
    names = tuple(_EXACT)
    advised = "set the precision in the program (`torch.backends.fp32_precision`)"

    def read(self, scene: Scene) -> Reading:
        """Return the variables that are set and every precision flag that a library reported."""
        effective = scene.observed.effective if scene.observed else {}
        flags = {name: value for name, value in sorted(effective.items()) if "precision" in name or "tf32" in name}
        return {**super().read(scene), **flags}  # type: ignore[dict-item]

    def give(self, plan: Plan, values: Values) -> None:
        """Set the variables; and have the program's own wishes left aside, where that is asked."""
        super().give(plan, values)
        if values.get(MODE):
            plan.conditions[self.kind] = values[MODE]

    def variations(self, values: Values) -> Iterator[Values]:
        """Yield products with all their bits, where something may leave some out: the program, a variable, a GPU."""
        allowed = {name: exact for name, exact in _EXACT.items() if values.get(name, exact) != exact}
        if os.path.exists(_DRIVER) and values.get("NVIDIA_TF32_OVERRIDE") != "0":
            allowed["NVIDIA_TF32_OVERRIDE"] = "0"
        is_wished = any(values.get(f"torch.{name}_precision", "") not in _ALL_BITS for name in ("matmul", "mkldnn"))
        if allowed or is_wished:
            yield {**values, **allowed, MODE: FULL}

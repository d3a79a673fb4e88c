"""The precision that matrix products and convolutions are calculated with."""

from __future__ import annotations

from samerun.factors.factor import Scene, Variables
from samerun.record.values import Reading


class Precision(Variables):
    """TF32 and reduced-precision sums, as the libraries said at the end."""

    kind = "precision"
    names = ("NVIDIA_TF32_OVERRIDE",)
    advised = "set the precision in the program (`torch.backends.fp32_precision`)"

    def read(self, scene: Scene) -> Reading:
        """Return the variable and every precision flag that a library reported."""
        effective = scene.observed.effective if scene.observed else {}
        flags = {name: value for name, value in sorted(effective.items()) if "precision" in name or "tf32" in name}
        return {**super().read(scene), **flags}  # type: ignore[dict-item]

"""The precision that matrix products and convolutions are calculated with."""

from __future__ import annotations

import os
from collections.abc import Iterator

from samerun.factors.factor import Scene, Variables
from samerun.record.values import Reading, Values

_DRIVER = "/proc/driver/nvidia/version"
_OVERRIDE = "NVIDIA_TF32_OVERRIDE"


class Precision(Variables):
    """TF32 and reduced-precision sums, as the libraries said at the end."""

    kind = "precision"
    names = (_OVERRIDE,)
    advised = "set the precision in the program (`torch.backends.fp32_precision`)"

    def read(self, scene: Scene) -> Reading:
        """Return the variable and every precision flag that a library reported."""
        effective = scene.observed.effective if scene.observed else {}
        flags = {name: value for name, value in sorted(effective.items()) if "precision" in name or "tf32" in name}
        return {**super().read(scene), **flags}  # type: ignore[dict-item]

    def variations(self, values: Values) -> Iterator[Values]:
        """Yield products with all 32 bits, where there is a GPU that would leave some out."""
        if os.path.exists(_DRIVER) and values.get(_OVERRIDE) != "0":
            yield {**values, _OVERRIDE: "0"}

"""The network: which addresses the program spoke to."""

from __future__ import annotations

from samerun.factors.factor import Plain, Scene
from samerun.record.missing import Missing
from samerun.record.values import Reading


class Network(Plain):
    """Addresses outside of this machine; what came from there is not kept."""

    kind = "network"
    advised = "keep a copy of what the program fetches there"

    def read(self, scene: Scene) -> Reading:
        """Return the addresses."""
        if scene.observed is None:
            return Missing("the program has not ended yet")
        return dict.fromkeys(sorted(scene.observed.sockets), "connected")

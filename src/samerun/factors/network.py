"""The network: which addresses the program spoke to."""

from __future__ import annotations

from collections.abc import Iterator

from samerun.factors.condition import MODE
from samerun.factors.factor import Plain, Plan, Scene
from samerun.record.missing import Missing
from samerun.record.values import Reading, Values

AWAY = "away"


class Network(Plain):
    """Addresses outside of this machine; what came from there is not kept."""

    kind = "network"
    advised = "keep a copy of what the program fetches there"

    def read(self, scene: Scene) -> Reading:
        """Return the addresses."""
        if scene.observed is None:
            return Missing("the program has not ended yet")
        return dict.fromkeys(sorted(scene.observed.sockets), "connected")

    def give(self, plan: Plan, values: Values) -> None:
        """Take the network away, if that is asked for."""
        if values.get(MODE) == AWAY:
            plan.setup["no_network"] = True

    def variations(self, values: Values) -> Iterator[Values]:
        """Yield no network at all, for a program that tried to reach it."""
        if values:
            yield {**values, MODE: AWAY}

"""The entropy of a run: what its libraries would have taken from the operating system."""

from __future__ import annotations

from samerun.factors.factor import Plain, Plan, Scene
from samerun.record.values import Change, Reading, Values


class OsEntropy(Plain):
    """Drawn afresh for each recording and kept; where the program asked, and on which lines, is kept beside it."""

    kind = "os-entropy"

    def read(self, scene: Scene) -> Reading:
        """Return the entropy and the places that drew from it unseeded."""
        unseeded = scene.observed.unseeded if scene.observed else {}
        return {"entropy": scene.plan.entropy, "unseeded": dict(sorted(unseeded.items()))}

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return one change where the program drew from it and it was another."""
        drew = {**a.get("unseeded", {}), **b.get("unseeded", {})}
        if a.get("entropy") == b.get("entropy") or not drew:
            return []
        where = next((place for place in drew.values() if place), None)
        return [
            Change(
                self.kind,
                ", ".join(sorted(drew)),
                a.get("entropy"),
                b.get("entropy"),
                where=where,
                note="drawn unseeded",
            )
        ]

    def give(self, plan: Plan, values: Values) -> None:
        """Supply the same again; ``of`` holds other entropy for single sources, ``released`` those left alone."""
        plan.entropy = values["entropy"]
        plan.entropy_of = dict(values.get("of", {}))
        plan.released = tuple(values.get("released", ()))

    def advice(self, change: Change) -> str:
        """Return how to seed the program."""
        return "seed the program's generators, or record it with --seed N"

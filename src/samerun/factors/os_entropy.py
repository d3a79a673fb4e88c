"""The entropy of a run: what its libraries would have taken from the operating system, and what it took itself."""

from __future__ import annotations

from samerun.factors.condition import MODE, PLACES, SITES, Condition
from samerun.factors.factor import Plan, Scene
from samerun.factors.unseeded import EVERY, KEPT, kind_of
from samerun.record.values import Change, Reading, Values

NO_ENTROPY = "0" * 64


class OsEntropy(Condition):
    """Drawn afresh for each recording and kept; where the program asked, and on which lines, is kept beside it.

    ``unseeded`` are the lines whose libraries drew without a seed, ``places`` those that asked the operating system
    themselves (``os.urandom``, ``secrets``, ``uuid``). Held still, those get their bits from the entropy, too.
    """

    kind = "os-entropy"
    still = "held"

    def read(self, scene: Scene) -> Reading:
        """Return the entropy and the places that drew from it unseeded."""
        unseeded = scene.observed.unseeded if scene.observed else {}
        given = super().read(scene)
        asked = given if isinstance(given, dict) else {}
        return {"entropy": scene.plan.entropy, "unseeded": dict(sorted(unseeded.items())), **asked}

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
        super().give(plan, values)
        plan.entropy = values["entropy"]
        plan.entropy_of = dict(values.get("of", {}))
        plan.released = tuple(values.get("released", ()))

    def held(self, values: Values) -> Values | None:
        """Return the run's entropy, from which the program's own questions are answered; most libraries' are not.

        Those whose generators are a kind of their own (``unseeded``) are left to the operating system.
        """
        others = sorted({"polars", *values.get("unseeded", {})})
        kept = [KEPT + source for source in others if kind_of(source) == self.kind]
        return {**self.released(values), "released": [EVERY, *kept], MODE: self.still}

    def released(self, values: Values) -> Values:
        """Return values with which nothing at all is supplied: every source is the operating system's."""
        kept = {name: value for name, value in values.items() if name not in (MODE, SITES, PLACES)}
        return {**kept, "entropy": values.get("entropy", NO_ENTROPY), "released": [EVERY]}

    def advice(self, change: Change) -> str:
        """Return how to seed the program."""
        return "seed the program's generators, or record it with --seed N"

"""The seed that ``record --seed`` gave."""

from __future__ import annotations

from samerun.factors.factor import Plain, Plan, Scene
from samerun.record.missing import Missing
from samerun.record.values import Reading, Values


class Seed(Plain):
    """A number that seeds every library and everything that would have come from the system."""

    kind = "seed"
    advised = "pass the same --seed"

    def read(self, scene: Scene) -> Reading:
        """Return the seed, or that none was asked for (a seed in the program's own arguments is an argument)."""
        return {"--seed": scene.plan.seed} if scene.plan.seed is not None else Missing("no --seed was given")

    def give(self, plan: Plan, values: Values) -> None:
        """Give the same seed."""
        plan.seed = int(values["--seed"])

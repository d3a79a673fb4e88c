"""The seed that ``record --seed`` gave."""

from __future__ import annotations

from samerun.factors.factor import Plain, Plan, Scene
from samerun.record.values import Reading, Values


class Seed(Plain):
    """A number that seeds every library and everything that would have come from the system."""

    kind = "seed"
    advised = "pass the same --seed"

    def read(self, scene: Scene) -> Reading:
        """Return the seed; None where none was asked for (a seed in the program's own arguments is an argument)."""
        return {"--seed": scene.plan.seed}

    def give(self, plan: Plan, values: Values) -> None:
        """Give the same seed, or none."""
        plan.seed = None if values["--seed"] is None else int(values["--seed"])

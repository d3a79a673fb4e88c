"""The hash seed: in which order sets of strings are walked."""

from __future__ import annotations

from collections.abc import Iterator

from samerun.factors.factor import Plan, Scene, Variables
from samerun.record.values import Change, Reading, Values

VARIABLE = "PYTHONHASHSEED"
RANDOM = "random"
UNSET = "unset"


class HashOrder(Variables):
    """``PYTHONHASHSEED``: the recorder draws one if the shell sets none, and keeps ``found: unset``."""

    kind = "hash-order"
    names = (VARIABLE,)
    given_too = ("found",)

    def read(self, scene: Scene) -> Reading:
        """Return the value that the program had, and what was found before the recorder set it."""
        found = scene.environment.get(VARIABLE, "")
        return {
            VARIABLE: scene.plan.environment.get(VARIABLE, RANDOM),
            "found": UNSET if found in ("", RANDOM) else found,  # the interpreter draws one in both cases
        }

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return a change where a user set it differently; a value that was drawn is nobody's change."""
        users = [values[VARIABLE] if values["found"] != UNSET else UNSET for values in (a, b)]
        return [Change(self.kind, VARIABLE, *users)] if users[0] != users[1] else []

    def give(self, plan: Plan, values: Values) -> None:
        """Start the interpreter with the same hash seed, or with none."""
        if values[VARIABLE] == RANDOM and values.get("found") == UNSET:
            plan.environment.pop(VARIABLE, None)
        else:
            plan.environment[VARIABLE] = values[VARIABLE]

    def variations(self, values: Values) -> Iterator[Values]:
        """Yield two other hash seeds."""
        for seed in ("1", "20731"):
            if values.get(VARIABLE) != seed:
                yield {"found": UNSET, **values, VARIABLE: seed}

    def held(self, values: Values) -> Values | None:
        """Return the seed that the run had."""
        return values if values.get(VARIABLE, RANDOM) != RANDOM else {VARIABLE: "0", "found": UNSET}

    def released(self, values: Values) -> Values:
        """Return no seed, but for one that the user set."""
        return {**values, VARIABLE: RANDOM, "found": UNSET} if values.get("found", UNSET) == UNSET else values

    def advice(self, change: Change) -> str:
        """Return how to fix the order."""
        return f"start it with {VARIABLE}=0, or sort what comes out of a set or a hash"

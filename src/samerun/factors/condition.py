"""A condition: something that ought not to matter, which is varied to see whether it does, or held still."""

from __future__ import annotations

from collections.abc import Iterator

from samerun.factors.factor import Plain, Plan, Scene
from samerun.record.values import Change, Reading, Values

MODE = "mode"
SITES = "sites"
PLACES = "places"


class Condition(Plain):
    """What is carried out inside the program's processes by ``inside.conditions``.

    Its values are ``mode``, absent where it is as it is, ``sites``, the lines (``path:line``) that it is restricted
    to, and ``places``, the user's lines that were seen to use it while it was watched.

    ``modes`` are what it is varied to; ``still`` the mode that holds it still, empty where it cannot be held.
    """

    modes: tuple[str, ...] = ()
    still: str = ""

    def read(self, scene: Scene) -> Reading:
        """Return what was given, and which lines were seen to use it."""
        given = scene.plan.conditions.get(self.kind, "")
        mode, _, sites = given.partition("@")
        places = list(scene.observed.used.get(self.kind, ())) if scene.observed else []
        values: Values = {MODE: mode} if mode else {}
        if sites:
            values[SITES] = sites.split(",")
        return {**values, PLACES: places} if places else values

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return nothing: what a question has asked for is no change of anybody's."""
        return []

    def give(self, plan: Plan, values: Values) -> None:
        """Have it carried out in every process of the program."""
        if values.get(MODE):
            sites = "@" + ",".join(values[SITES]) if values.get(SITES) else ""
            plan.conditions[self.kind] = values[MODE] + sites

    def variations(self, values: Values) -> Iterator[Values]:
        """Yield each other mode."""
        for mode in self.modes:
            yield {MODE: mode}

    def held(self, values: Values) -> Values | None:
        """Return values that hold it still."""
        return {MODE: self.still} if self.still else None

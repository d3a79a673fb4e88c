"""Memory that is read before it was written: it holds whatever lay there."""

from __future__ import annotations

from samerun.factors.condition import MODE, SITES, Condition
from samerun.factors.factor import Plan
from samerun.inside.conditions.memory import BYTES
from samerun.record.values import Change, Values

TUNABLES = "GLIBC_TUNABLES"
_OWN = ("glibc.malloc.perturb", "glibc.malloc.tcache_count")


class UninitialisedMemory(Condition):
    """Fresh memory, all of one byte: zeros where it is held still, and something else where it is varied.

    The GNU C library fills what it hands out (mallopt(3), ``M_PERTURB``: the byte's complement); the blocks that it
    keeps for each thread would be passed over, and are switched off. ``inside.conditions.memory`` does the rest.
    """

    kind = "uninitialised-memory"
    modes = ("filled",)
    still = "zeroed"

    def give(self, plan: Plan, values: Values) -> None:
        """Have fresh memory filled; where only some lines are meant, it is for ``inside`` alone."""
        super().give(plan, values)
        if values.get(MODE) in BYTES and not values.get(SITES):
            present = [each for each in plan.environment.get(TUNABLES, "").split(":") if each]
            kept = [each for each in present if not each.startswith(_OWN)]
            perturb = 0xFF ^ BYTES[values[MODE]]
            plan.environment[TUNABLES] = ":".join([*kept, f"{_OWN[0]}={perturb}", f"{_OWN[1]}=0"])

    def advice(self, change: Change) -> str:
        """Return how to get rid of the dependence."""
        return "use `np.zeros` or `torch.zeros` in place of `empty`, or write every element before it is read"

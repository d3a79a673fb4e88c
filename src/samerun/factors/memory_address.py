"""Where objects lie in memory: ``id``, the hash of objects that have none of their own, and the order of their sets."""

from __future__ import annotations

from samerun.factors.condition import MODE, Condition
from samerun.factors.factor import Plan
from samerun.factors.hash_order import VARIABLE as HASH_SEED
from samerun.record.values import Change, Values


class MemoryAddress(Condition):
    """Addresses, which the system draws anew for each process.

    Held, it does not (personality(2)); the hash seed is fixed as well, since the order in which sets are walked while
    libraries are imported is the order in which memory is taken. What several threads take at the same time cannot be
    held. Moved, memory is taken at the start, so that everything after it lies elsewhere, also within a page.
    """

    kind = "memory-address"
    modes = ("moved",)
    still = "held"

    def give(self, plan: Plan, values: Values) -> None:
        """Have the system place everything alike; to be called after the hash seed was given."""
        super().give(plan, values)
        if values.get(MODE) == self.still:
            plan.setup["same_addresses"] = True
            plan.environment.setdefault(HASH_SEED, "0")

    def advice(self, change: Change) -> str:
        """Return how to get rid of the dependence."""
        return "sort by a key of your own, not by `id()`; give the class a `__hash__`, or use a list in place of a set"

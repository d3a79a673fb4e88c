"""The numbers of processes: the system gives whichever is next."""

from __future__ import annotations

from samerun.factors.condition import MODE, SITES, Condition
from samerun.factors.factor import Plan
from samerun.inside.conditions.process_id import FIRST
from samerun.record.values import Change, Values

_FIRST = {"held": FIRST, "moved": 31_007}


class ProcessId(Condition):
    """``os.getpid()`` and all that comes of it.

    Held, the program has a space of numbers of its own, in which it is always the same one, and its children the next
    (pid_namespaces(7)); restricted to lines, those alone are told another number.
    """

    kind = "process-id"
    modes = ("moved",)
    still = "held"

    def give(self, plan: Plan, values: Values) -> None:
        """Have the first process get a certain number."""
        super().give(plan, values)
        if values.get(MODE) in _FIRST and not values.get(SITES):
            plan.setup["first_pid"] = _FIRST[values[MODE]]

    def advice(self, change: Change) -> str:
        """Return how to get rid of the dependence."""
        return "use a rank, a worker's index or a name of your own in place of the process's number"

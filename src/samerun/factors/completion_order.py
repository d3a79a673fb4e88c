"""The order in which threads, processes and coroutines finish."""

from __future__ import annotations

from samerun.factors.condition import Condition
from samerun.record.values import Change


class CompletionOrder(Condition):
    """What is collected as it comes: nobody promises which of several finishes first."""

    kind = "completion-order"
    modes = ("reversed", "delayed")
    still = "ordered"

    def advice(self, change: Change) -> str:
        """Return how to get rid of the dependence."""
        return (
            "put the results into the order of the work before they are combined: `executor.map` or `pool.map` in "
            "place of `as_completed` and `imap_unordered`, or sort them by a key that came with the work"
        )

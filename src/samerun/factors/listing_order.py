"""The order in which folders are listed."""

from __future__ import annotations

from samerun.factors.condition import Condition
from samerun.record.values import Change


class ListingOrder(Condition):
    """What ``os.listdir``, ``os.scandir``, ``glob`` and ``pathlib`` give: no file system promises an order."""

    kind = "listing-order"
    modes = ("reversed", "shuffled")
    still = "sorted"

    def advice(self, change: Change) -> str:
        """Return how to get rid of the dependence."""
        return "sort the names: `sorted(os.listdir(...))`, `sorted(Path(...).glob(...))`"

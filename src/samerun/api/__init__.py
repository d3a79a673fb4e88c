"""The verbs: the one place that joins the stages.

Each verb lives in a module of its own and is loaded on its first use: recording a small script must not pay for what
compares pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from samerun.basics.lazy import lazy_names

if TYPE_CHECKING:
    from samerun.api.clearing import collect_garbage, remove
    from samerun.api.comparing import Compared, diff
    from samerun.api.explaining import explain
    from samerun.api.looking import find, load, metrics_history, runs
    from samerun.api.recording import Recorded, record
    from samerun.api.replaying import Progress, Replay, replay
    from samerun.api.stores import store_here
    from samerun.store.collect import Freed, Removed
    from samerun.store.index import Row

__all__ = [
    "Compared",
    "Freed",
    "Progress",
    "Recorded",
    "Removed",
    "Replay",
    "Row",
    "collect_garbage",
    "diff",
    "explain",
    "find",
    "load",
    "metrics_history",
    "record",
    "remove",
    "replay",
    "runs",
    "store_here",
]

__getattr__ = lazy_names(
    __name__,
    {
        "Compared": "samerun.api.comparing:Compared",
        "Freed": "samerun.store.collect:Freed",
        "Progress": "samerun.api.replaying:Progress",
        "Recorded": "samerun.api.recording:Recorded",
        "Removed": "samerun.store.collect:Removed",
        "Replay": "samerun.api.replaying:Replay",
        "Row": "samerun.store.index:Row",
        "collect_garbage": "samerun.api.clearing:collect_garbage",
        "diff": "samerun.api.comparing:diff",
        "explain": "samerun.api.explaining:explain",
        "find": "samerun.api.looking:find",
        "load": "samerun.api.looking:load",
        "metrics_history": "samerun.api.looking:metrics_history",
        "record": "samerun.api.recording:record",
        "remove": "samerun.api.clearing:remove",
        "replay": "samerun.api.replaying:replay",
        "runs": "samerun.api.looking:runs",
        "store_here": "samerun.api.stores:store_here",
    },
)

"""The verbs: the one place that joins the stages.

Each verb lives in a module of its own and is loaded on its first use: recording a small script must not pay for what
compares pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from samerun.basics.lazy import lazy_names

if TYPE_CHECKING:
    from samerun.api.checking import check
    from samerun.api.clearing import collect_garbage, remove
    from samerun.api.comparing import Compared, diff
    from samerun.api.data import Locked, lock_data, verify_data
    from samerun.api.data_diff import diff_data
    from samerun.api.data_of_runs import RunData, verify_run_data
    from samerun.api.explaining import explain
    from samerun.api.lineage import data_of
    from samerun.api.looking import find, load, metrics_history, runs
    from samerun.api.recording import Recorded, record
    from samerun.api.replaying import Progress, Replay, replay
    from samerun.api.stores import store_here
    from samerun.data.differing import DataDiff
    from samerun.data.verifying import Verified
    from samerun.record.lineage import Lineage
    from samerun.store.collect import Freed, Removed
    from samerun.store.index import Row

__all__ = [
    "Compared",
    "DataDiff",
    "Freed",
    "Lineage",
    "Locked",
    "Progress",
    "Recorded",
    "Removed",
    "Replay",
    "Row",
    "RunData",
    "check",
    "Verified",
    "collect_garbage",
    "data_of",
    "diff",
    "diff_data",
    "explain",
    "find",
    "load",
    "lock_data",
    "metrics_history",
    "record",
    "remove",
    "replay",
    "runs",
    "store_here",
    "verify_data",
    "verify_run_data",
]

__getattr__ = lazy_names(
    __name__,
    {
        "Compared": "samerun.api.comparing:Compared",
        "DataDiff": "samerun.data.differing:DataDiff",
        "Freed": "samerun.store.collect:Freed",
        "Lineage": "samerun.record.lineage:Lineage",
        "Locked": "samerun.api.data:Locked",
        "Progress": "samerun.api.replaying:Progress",
        "Recorded": "samerun.api.recording:Recorded",
        "Removed": "samerun.store.collect:Removed",
        "Replay": "samerun.api.replaying:Replay",
        "Row": "samerun.store.index:Row",
        "RunData": "samerun.api.data_of_runs:RunData",
        "Verified": "samerun.data.verifying:Verified",
        "check": "samerun.api.checking:check",
        "collect_garbage": "samerun.api.clearing:collect_garbage",
        "data_of": "samerun.api.lineage:data_of",
        "diff": "samerun.api.comparing:diff",
        "diff_data": "samerun.api.data_diff:diff_data",
        "explain": "samerun.api.explaining:explain",
        "find": "samerun.api.looking:find",
        "load": "samerun.api.looking:load",
        "lock_data": "samerun.api.data:lock_data",
        "metrics_history": "samerun.api.looking:metrics_history",
        "record": "samerun.api.recording:record",
        "remove": "samerun.api.clearing:remove",
        "replay": "samerun.api.replaying:replay",
        "runs": "samerun.api.looking:runs",
        "store_here": "samerun.api.stores:store_here",
        "verify_data": "samerun.api.data:verify_data",
        "verify_run_data": "samerun.api.data_of_runs:verify_run_data",
    },
)

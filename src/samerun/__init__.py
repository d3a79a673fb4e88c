"""samerun: record an experiment as it is, run it again, and say how the same the two runs are.

    with samerun.run("digits", config={"lr": 0.1}) as run:
        run.log({"loss": 0.3}, step=1)

The verbs of the command line are here too: ``record``, ``replay``, ``diff``. Names are loaded on first use, so that
``import samerun`` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from samerun.basics.lazy import lazy_names
from samerun.version import VERSION as __version__

if TYPE_CHECKING:
    from samerun import data, state
    from samerun.api import Compared, Recorded, Replay, check, diff, explain, load, record, replay, runs
    from samerun.errors import SamerunError
    from samerun.launch.handle import ActiveRun, current
    from samerun.launch.handle import open_run as run

__all__ = [
    "ActiveRun",
    "Compared",
    "Recorded",
    "Replay",
    "SamerunError",
    "__version__",
    "check",
    "current",
    "data",
    "diff",
    "explain",
    "load",
    "record",
    "replay",
    "run",
    "runs",
    "state",
]

__getattr__ = lazy_names(
    __name__,
    {
        "ActiveRun": "samerun.launch.handle:ActiveRun",
        "Compared": "samerun.api.comparing:Compared",
        "Recorded": "samerun.api.recording:Recorded",
        "Replay": "samerun.api.replaying:Replay",
        "SamerunError": "samerun.errors:SamerunError",
        "check": "samerun.api.checking:check",
        "current": "samerun.launch.handle:current",
        "data": "samerun.data",
        "diff": "samerun.api.comparing:diff",
        "explain": "samerun.api.explaining:explain",
        "load": "samerun.api.looking:load",
        "record": "samerun.api.recording:record",
        "replay": "samerun.api.replaying:replay",
        "run": "samerun.launch.handle:open_run",
        "runs": "samerun.api.looking:runs",
        "state": "samerun.state",
    },
)

"""samerun: record an experiment as it is, run it again, and say how the same the two runs are.

    with samerun.run("digits", config={"lr": 0.1}) as run:
        run.log({"loss": 0.3}, step=1)

The verbs of the command line are here too: ``record``, ``replay``, ``diff``. Names are loaded on first use, so that
``import samerun`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from samerun.version import VERSION as __version__

if TYPE_CHECKING:
    from samerun.api import Compared, Recorded, Replay, diff, load, record, replay, runs
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
    "current",
    "diff",
    "load",
    "record",
    "replay",
    "run",
    "runs",
]

_PLACES = {
    "ActiveRun": ("samerun.launch.handle", "ActiveRun"),
    "Compared": ("samerun.api", "Compared"),
    "Recorded": ("samerun.api", "Recorded"),
    "Replay": ("samerun.api", "Replay"),
    "SamerunError": ("samerun.errors", "SamerunError"),
    "current": ("samerun.launch.handle", "current"),
    "diff": ("samerun.api", "diff"),
    "load": ("samerun.api", "load"),
    "record": ("samerun.api", "record"),
    "replay": ("samerun.api", "replay"),
    "run": ("samerun.launch.handle", "open_run"),
    "runs": ("samerun.api", "runs"),
}


def __getattr__(name: str) -> Any:
    """Load a public name on its first use."""
    if name not in _PLACES:
        raise AttributeError(f"module 'samerun' has no attribute {name!r}")
    module, attribute = _PLACES[name]
    # The one place where an own module is imported inside a function: importing samerun may not cost training its
    # start.
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__

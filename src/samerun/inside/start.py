"""Start what observes and what supplies, in the order in which they need each other."""

from __future__ import annotations

import os
import sys

from . import (
    drawn,
    earlier,
    ending,
    entropy,
    events,
    files,
    identity,
    imports,
    moved,
    natives,
    network,
    os_entropy,
    places,
    processes,
    seeding,
    unseeded_numpy,
    unseeded_polars,
    unseeded_python,
    unseeded_tensorflow,
    unseeded_torch,
    variables,
)
from .conditions import asked

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Mapping

PARTS: tuple[Any, ...] = (
    *(moved, places, earlier, imports, variables, network, files, natives, ending),
    *(processes, entropy, seeding, drawn, os_entropy, unseeded_python, unseeded_numpy),
    *(unseeded_polars, unseeded_tensorflow, unseeded_torch, asked),
)
"""Each has ``install(environment)``; one that fails is reported and the others go on."""


def start(environment: Mapping[str, str]) -> None:
    """Start recording in this process.

    Args:
        environment: the process's variables. ``SAMERUN_SPOOL`` is the folder for events (absent: nothing is started).
    """
    given = dict(environment)
    spool = given.get("SAMERUN_SPOOL")
    if not spool or os.name != "posix":
        return
    identity.enter(given)
    events.emit("syspath", *sys.path)
    for part in PARTS:
        try:
            part.install(given)
        except Exception as error:  # the edge to the user's program
            events.fault("start of " + part.__name__, error)

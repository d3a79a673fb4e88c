"""Start what observes and what supplies, in the order in which they need each other."""

from __future__ import annotations

from typing import Mapping

from . import events, imports


def start(environment: Mapping[str, str]) -> None:
    """Start recording in this process.

    Args:
        environment: the process's variables. ``SAMERUN_SPOOL`` is the folder for events (absent: nothing is started).
    """
    spool = environment.get("SAMERUN_SPOOL")
    if not spool:
        return
    events.open_channel(spool, "main")
    imports.install()

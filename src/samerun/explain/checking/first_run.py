"""The first run of a command that is to be checked: recorded in a fresh copy of the folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from samerun.errors import CannotCheck, CannotStart, StoreTrouble
from samerun.explain.judging import Kept
from samerun.launch.again import clear
from samerun.launch.found import Request
from samerun.launch.fresh import prepare_fresh
from samerun.launch.launcher import launch
from samerun.store import folder
from samerun.store.layout import StoreLayout
from samerun.version import VERSION

LONGER, AND_S = 10.0, 30.0
"""A run that takes this many times longer than the first one, and so many seconds more, does not end."""


def record_fresh(
    command: list[str], cwd: Path, environment: Mapping[str, str], layout: StoreLayout, timeout_s: float | None
) -> Kept:
    """Record a command in a fresh copy of the folder; the user's own stays as it is.

    Args:
        command: the argument vector.
        cwd: where it is started.
        environment: the variables.
        layout: the store.
        timeout_s: after how many seconds it is killed; None never.

    Raises:
        CannotCheck: it did not end in time.
        CannotStart: it cannot be started.
        StoreTrouble: its record could not be kept.
    """
    _refuse_missing(command, cwd, environment)
    again = prepare_fresh(Request(command, tags=("check",)), cwd, environment, layout, VERSION)
    try:
        again.launch.timeout_s = timeout_s
        done = launch(again.launch)
    finally:
        clear(again)
    if done.ending.timed_out:
        raise CannotCheck(
            f"The command did not end within {timeout_s:g} seconds and was killed.",
            f"Allow more: --timeout SECONDS. What it printed until then: samerun show {done.run.id}",
            run=done.run.id,
        )
    if done.trouble:
        raise StoreTrouble(done.trouble, "Free space or make the store writable, and check again.")
    return Kept(folder.load(done.folder), done.folder)


def _refuse_missing(command: list[str], cwd: Path, environment: Mapping[str, str]) -> None:
    """Refuse a command that is not there before a folder is copied for it."""
    program = command[0] if command else ""
    found = shutil.which(str(cwd / program) if os.sep in program else program, path=environment.get("PATH"))
    if not program or found is None:
        raise CannotStart(
            f"The command {program!r} was not found, or may not be executed." if program else "There is no command.",
            "For example: samerun check -- python train.py",
            status=127,
        )


def patience(base: Kept, timeout_s: float | None) -> float:
    """Return after how many seconds a further run is taken not to end."""
    return timeout_s or AND_S + LONGER * (base.run.seconds or 0.0)

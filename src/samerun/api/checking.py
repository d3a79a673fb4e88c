"""``check``: is a program reproducible, and what does its result depend on."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path

from samerun.api.comparing import ended
from samerun.api.stores import store_here, store_trouble
from samerun.errors import CannotCheck, StoreTrouble
from samerun.explain.checking.checking import Asked
from samerun.explain.checking.checking import check as ask
from samerun.explain.judging import Judge, Kept
from samerun.explain.laboratory import Laboratory, Limits
from samerun.launch.again import clear
from samerun.launch.found import Request
from samerun.launch.fresh import prepare_fresh
from samerun.launch.launcher import launch
from samerun.record.cause import Check
from samerun.store import folder
from samerun.store.layout import StoreLayout
from samerun.store.references import find_run
from samerun.version import VERSION

Tell = Callable[[str], None]

LONGER, AND_S = 10.0, 60.0
"""A run that takes this many times longer than the first one, and so many seconds more, does not end."""


def check(
    command: list[str] | None = None,
    *,
    run: str | None = None,
    rtol: float = 0.0,
    atol: float = 0.0,
    metric: str | None = None,
    times: int = 2,
    vary: Collection[str] | None = None,
    max_replays: int | None = None,
    timeout_s: float | None = None,
    layout: StoreLayout | None = None,
    progress: Tell | None = None,
) -> Check:
    """Say whether a command, or a recorded run, is reproducible, and what its result depends on.

    Args:
        command: the argument vector; it is recorded first, in a fresh copy of the folder.
        run: a recorded run in its place (an id, a unique prefix, a folder, ``last``, ``last~N``).
        rtol: relative tolerance for numbers.
        atol: absolute tolerance for numbers.
        metric: judge by this metric alone.
        times: how many plain runs must agree.
        vary: the conditions (kinds) that are varied; None for all that can matter.
        max_replays: how many runs may be made.
        timeout_s: after how many seconds a run is killed; None takes ten times what the first one took, and a minute.
        layout: the store; None takes the one of the present folder.
        progress: is told in words what is being tried.

    Raises:
        CannotCheck: the command fails as it is, or does not end.
        UnknownRun, DamagedRun, NewerSchema, RunStillGoing, CannotReplay, CannotStart: as their names say.
    """
    tell = progress or (lambda text: None)
    layout = layout or store_here()
    try:
        base = _recorded(command, layout, timeout_s, tell) if run is None else _found(run, layout)
        layout = StoreLayout(base.folder.path.parent.parent)
        limits = Limits(max_replays, timeout_s or AND_S + LONGER * (base.run.seconds or 0.0))
        laboratory = Laboratory(base, layout, os.environ, VERSION, limits, tell)
        return ask(base, laboratory, Judge(rtol, atol, metric), Asked(times, vary))
    except OSError as error:
        raise store_trouble(layout, error) from error


def _found(run: str, layout: StoreLayout) -> Kept:
    where = find_run(layout, run, Path.cwd())
    return Kept(ended(folder.load(where)), where)


def _recorded(command: list[str] | None, layout: StoreLayout, timeout_s: float | None, tell: Tell) -> Kept:
    tell("recording it in a fresh copy of the folder")
    request = Request(list(command or []), tags=("check",))
    again = prepare_fresh(request, Path.cwd(), os.environ, layout, VERSION)
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

"""``check``: is a program reproducible, and what does its result depend on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from samerun.api.comparing import ended
from samerun.api.stores import store_here, store_trouble
from samerun.errors import StoreTrouble
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


def check(
    command: list[str] | None = None,
    *,
    run: str | None = None,
    rtol: float = 0.0,
    atol: float = 0.0,
    max_replays: int | None = None,
    timeout_s: float | None = None,
    progress: Tell | None = None,
) -> Check:
    """Say whether a command, or a recorded run, is reproducible, and what its result depends on.

    Args:
        command: the argument vector; it is recorded first, in a fresh copy of the folder.
        run: a recorded run in its place (an id, a unique prefix, a folder, ``last``, ``last~N``).
        rtol: relative tolerance for numbers.
        atol: absolute tolerance for numbers.
        max_replays: how many runs may be made.
        timeout_s: after how many seconds a run is killed.
        progress: is told in words what is being tried.

    Raises:
        UnknownRun, DamagedRun, NewerSchema, RunStillGoing, CannotReplay, CannotStart: as their names say.
    """
    tell = progress or (lambda text: None)
    layout = store_here()
    try:
        base = _recorded(command, layout, timeout_s, tell) if run is None else _found(run, layout)
        layout = StoreLayout(base.folder.path.parent.parent)
        laboratory = Laboratory(base, layout, os.environ, VERSION, Limits(max_replays, timeout_s), tell)
        return ask(base, laboratory, Judge(rtol, atol))
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
    if done.trouble:
        raise StoreTrouble(done.trouble, "Free space or make the store writable, and check again.")
    return Kept(folder.load(done.folder), done.folder)

"""``check``: is a program reproducible, and what does its result depend on."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path

from samerun.api.comparing import ended
from samerun.api.stores import store_here, store_trouble
from samerun.explain.checking.checking import Asked
from samerun.explain.checking.checking import check as ask
from samerun.explain.checking.first_run import patience, record_fresh
from samerun.explain.judging import Judge, Kept
from samerun.explain.laboratory import Laboratory, Limits
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
        if run is None:
            tell("recording it in a fresh copy of the folder")
            base = record_fresh(list(command or []), Path.cwd(), os.environ, layout, timeout_s)
        else:
            base = _found(run, layout)
        layout = StoreLayout(base.folder.path.parent.parent)
        limits = Limits(max_replays, patience(base, timeout_s))
        laboratory = Laboratory(base, layout, os.environ, VERSION, limits, tell)
        return ask(base, laboratory, Judge(rtol, atol, metric), Asked(times, vary))
    except OSError as error:
        raise store_trouble(layout, error) from error


def _found(run: str, layout: StoreLayout) -> Kept:
    where = find_run(layout, run, Path.cwd())
    return Kept(ended(folder.load(where)), where)

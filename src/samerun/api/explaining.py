"""``explain``: which of the changes between two runs made the difference."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from samerun.api.comparing import ended
from samerun.api.stores import store_here, store_trouble
from samerun.errors import BadOption
from samerun.explain.explaining import explain as search
from samerun.explain.judging import Judge, Kept
from samerun.explain.laboratory import Laboratory, Limits
from samerun.explain.pace import side_by_side
from samerun.record.cause import Explanation
from samerun.record.run import Run
from samerun.store import folder
from samerun.store.layout import StoreLayout
from samerun.store.references import find_run
from samerun.version import VERSION


def explain(
    a: str,
    b: str,
    *,
    rtol: float = 0.0,
    atol: float = 0.0,
    metric: str | None = None,
    max_replays: int | None = None,
    timeout_s: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> Explanation:
    """Say which changes between two runs made their results differ, confirmed by running the first one again.

    Args:
        a: the run that is made again with values of the other (an id, a unique prefix, a folder, ``last~1``).
        b: the run whose result is to be reached.
        rtol: relative tolerance for numbers.
        atol: absolute tolerance for numbers.
        metric: judge by this metric alone.
        max_replays: how many runs may be made.
        timeout_s: after how many seconds a run is killed; by default ten times what the longer run took, and a minute.
        progress: is told in words what is being tried.

    Raises:
        UnknownRun, DamagedRun, NewerSchema, RunStillGoing, CannotReplay: as their names say.
        BadOption: the runs are of different commands, or lie in different stores.
    """
    layout = store_here()
    folders = [find_run(layout, name, Path.cwd()) for name in (a, b)]
    roots = {each.path.parent.parent for each in folders}
    if len(roots) > 1:
        raise BadOption("The two runs lie in different stores.", "Explain two runs of one store.")
    layout = StoreLayout(roots.pop())
    one, other = (Kept(ended(folder.load(each)), each) for each in folders)
    limits = Limits(max_replays, timeout_s or _patience(one.run, other.run), side_by_side(one.run, other.run))
    laboratory = Laboratory(one, layout, os.environ, VERSION, limits, progress or (lambda text: None))
    try:
        return search(one, other, laboratory, Judge(rtol, atol, metric))
    except OSError as error:
        raise store_trouble(layout, error) from error


def _patience(a: Run, b: Run) -> float:
    """Return how long a trial may take where nothing is said: a mixture of two programs may never end."""
    return 10 * max(a.seconds or 0.0, b.seconds or 0.0) + 60

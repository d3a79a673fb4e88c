"""``diff``: two runs held against each other."""

from __future__ import annotations

from pathlib import Path

from samerun.api.stores import store_here
from samerun.errors import RunStillGoing
from samerun.explain.judging import Compared, Kept, compare_runs
from samerun.record.run import Run
from samerun.store import folder
from samerun.store.references import find_run

__all__ = ["Compared", "diff", "ended"]


def diff(a: str, b: str, *, rtol: float = 0.0, atol: float = 0.0) -> Compared:
    """Compare two recorded runs: factors, outputs, metrics.

    Raises:
        UnknownRun, DamagedRun, NewerSchema, RunStillGoing: as their names say.
    """
    layout = store_here()
    folders = [find_run(layout, name, Path.cwd()) for name in (a, b)]
    one, other = (Kept(ended(folder.load(each)), each) for each in folders)
    return compare_runs(one, other, rtol, atol)


def ended(run: Run) -> Run:
    """Return a run that has ended, or raise RunStillGoing."""
    if not run.ended:
        raise RunStillGoing(
            f"The run {run.id} has not ended yet.", "Wait for it, or look at it with `samerun show`.", run=run.id
        )
    return run

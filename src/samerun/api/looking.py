"""What is in the store: the list, a run, its metrics."""

from __future__ import annotations

from pathlib import Path

from samerun.api.stores import store_here
from samerun.record.run import Run
from samerun.store import folder, metrics_log
from samerun.store.index import Row, list_runs
from samerun.store.layout import RunFolder
from samerun.store.references import find_run


def runs() -> list[Row]:
    """Return all runs of the current store, newest first; damaged ones too, with what is wrong."""
    return list_runs(store_here())


def find(run: str) -> RunFolder:
    """Return the folder of a run.

    Raises:
        UnknownRun: no run, or several, answer to that name.
    """
    return find_run(store_here(), run, Path.cwd())


def load(run: str) -> Run:
    """Return the record of a run.

    Raises:
        UnknownRun, DamagedRun, NewerSchema: as their names say.
    """
    return folder.load(find(run))


def metrics_history(run: str) -> dict[str, list[tuple[object, object, object]]]:
    """Return what a run logged: name -> (step, epoch, value) in order."""
    return {name: list(points) for name, points in metrics_log.history(find(run).logs).items()}

"""``diff``: two runs held against each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from samerun.api.stores import store_here
from samerun.compare.factors import compare_factors
from samerun.compare.metrics import Point, compare_metrics
from samerun.compare.outputs import Side, compare_outputs
from samerun.compare.verdict import comparing, ending_note, overall
from samerun.errors import RunStillGoing
from samerun.record.output import MetricComparison, OutputComparison
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.record.verdict import Verdict
from samerun.store import folder, metrics_log
from samerun.store.layout import RunFolder
from samerun.store.references import find_run
from samerun.store.settings import volatile_names


@dataclass(frozen=True)
class Compared:
    """Two runs held against each other."""

    a: Run
    b: Run
    verdict: Verdict
    factors: list[Change]
    outputs: list[OutputComparison]
    metrics: list[MetricComparison]
    note: str = ""


def diff(a: str, b: str, *, rtol: float = 0.0, atol: float = 0.0) -> Compared:
    """Compare two recorded runs: factors, outputs, metrics.

    Raises:
        UnknownRun, DamagedRun, NewerSchema, RunStillGoing: as their names say.
    """
    layout = store_here()
    folders = [find_run(layout, name, Path.cwd()) for name in (a, b)]
    runs = [ended(folder.load(each)) for each in folders]
    return compare(runs[0], folders[0], runs[1], folders[1], rtol, atol)


def compare(a: Run, where_a: RunFolder, b: Run, where_b: RunFolder, rtol: float, atol: float) -> Compared:
    """Compare two runs that have ended, each with its folder."""
    how = comparing(a, b, rtol, atol, volatile_names(Path(a.place.tree)))
    outputs = compare_outputs(Side(a, where_a.path), Side(b, where_b.path), how)
    metrics = compare_metrics(_history(a, where_a), _history(b, where_b), how)
    verdict = overall(a, b, outputs, metrics)
    return Compared(a, b, verdict, compare_factors(a, b), outputs, metrics, ending_note(a, b))


def _history(run: Run, where: RunFolder) -> dict[str, list[Point]]:
    """Return what was logged; a metric that was only found in a result file has one point."""
    history: dict[str, list[Point]] = {name: list(points) for name, points in metrics_log.history(where.logs).items()}
    return {**{name: [(None, None, value)] for name, value in run.metrics.items()}, **history}


def ended(run: Run) -> Run:
    """Return a run that has ended, or raise RunStillGoing."""
    if not run.ended:
        raise RunStillGoing(
            f"The run {run.id} has not ended yet.", "Wait for it, or look at it with `samerun show`.", run=run.id
        )
    return run

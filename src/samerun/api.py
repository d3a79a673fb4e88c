"""The verbs: the one place that joins the stages."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from samerun.compare.factors import compare_factors
from samerun.compare.metrics import compare_metrics
from samerun.compare.outputs import Side, compare_outputs
from samerun.compare.verdict import comparing, ending_note, overall
from samerun.errors import RunStillGoing, StoreTrouble
from samerun.launch.again import run_again
from samerun.launch.found import Request, prepare
from samerun.launch.keeping import KeepInputs
from samerun.launch.launcher import launch
from samerun.launch.rebuild import rebuild_environment
from samerun.record.output import MetricComparison, OutputComparison
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.record.verdict import Verdict
from samerun.store import collect, folder, metrics_log
from samerun.store.index import Row, list_runs
from samerun.store.layout import RunFolder, StoreLayout, find_store
from samerun.store.references import find_run
from samerun.store.settings import volatile_names
from samerun.version import VERSION

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Recorded:
    """A recorded run: the record, its folder, and the child's return code as ``subprocess`` gives it.

    ``trouble`` is a sentence where the program ended but its record could not be completed.
    """

    run: Run
    folder: Path
    returncode: int
    trouble: str = ""


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


@dataclass(frozen=True)
class Replay:
    """A run, its replay, and what the comparison says."""

    run: Run
    replay: Run
    verdict: Verdict
    outputs: list[OutputComparison]
    metrics: list[MetricComparison]
    factors_changed: list[Change]
    notes: list[str] = field(default_factory=list)


def store_here() -> StoreLayout:
    """Return the store of the current folder, whether it exists yet or not."""
    return find_store(Path.cwd(), os.environ)


def record(
    command: list[str],
    *,
    name: str | None = None,
    tags: Iterable[str] = (),
    seed: int | None = None,
    deterministic: bool = False,
    keep_inputs: KeepInputs = "small",
) -> Recorded:
    """Run a command as it is and keep the run.

    Args:
        command: the argument vector.
        name: the experiment's name; the script's name if none is given.
        tags: words to find the run by.
        seed: seeds every library; without it nothing is ever reseeded.
        deterministic: asks libraries for deterministic kernels.
        keep_inputs: which inputs are copied into the store: ``never``, ``small`` (up to 100 MB a file, 1 GB a run),
            ``all``.

    Returns:
        The run. Its program's own failure is not an error of this function: see ``returncode``.

    Raises:
        CannotStart: the command cannot be started.
        StoreTrouble: the store cannot be written before the start.
    """
    layout = store_here()
    request = Request(command, name, tuple(tags), seed, deterministic, keep_inputs)
    try:
        order = prepare(request, Path.cwd(), os.environ, layout, VERSION)
        done = launch(order)
    except OSError as error:
        raise _store_trouble(layout, error) from error
    return Recorded(done.run, done.folder.path, done.ending.returncode, done.trouble)


def replay(
    run: str,
    *,
    rtol: float = 0.0,
    atol: float = 0.0,
    env: Literal["same", "rebuild"] = "same",
    progress: Progress | None = None,
) -> Replay:
    """Run a recorded run again in a workspace of its own, and compare.

    Args:
        run: which run (an id, a unique prefix, a folder, ``last``, ``last~N``).
        rtol: relative tolerance for numbers.
        atol: absolute tolerance for numbers.
        env: ``same`` uses the environment as it is now; ``rebuild`` makes the recorded one with uv and keeps it.
        progress: is told in words what is being done.

    Raises:
        UnknownRun, DamagedRun, NewerSchema, RunStillGoing, CannotReplay, MissingExtra: as their names say.
    """
    tell = progress or (lambda text: None)
    layout = store_here()
    where = find_run(layout, run, Path.cwd())
    layout = StoreLayout(where.path.parent.parent)
    recorded = _ended(folder.load(where))
    python = None
    if env == "rebuild":
        tell("rebuilding the environment")
        python = rebuild_environment(recorded, layout, tell)
    try:
        replayed = run_again(recorded, layout, os.environ, VERSION, python=python, tell=tell)
    except OSError as error:
        raise _store_trouble(layout, error) from error
    tell("comparing")
    done = replayed.launched
    if done.trouble:
        raise StoreTrouble(done.trouble, "Free space or make the store writable, and replay again.")
    compared = _compare(recorded, where, done.run, done.folder, rtol, atol)
    notes = [*replayed.notes, *([compared.note] if compared.note else [])]
    return Replay(recorded, done.run, compared.verdict, compared.outputs, compared.metrics, compared.factors, notes)


def diff(a: str, b: str, *, rtol: float = 0.0, atol: float = 0.0) -> Compared:
    """Compare two recorded runs: factors, outputs, metrics.

    Raises:
        UnknownRun, DamagedRun, NewerSchema, RunStillGoing: as their names say.
    """
    layout = store_here()
    folders = [find_run(layout, name, Path.cwd()) for name in (a, b)]
    runs = [_ended(folder.load(each)) for each in folders]
    return _compare(runs[0], folders[0], runs[1], folders[1], rtol, atol)


def _compare(a: Run, where_a: RunFolder, b: Run, where_b: RunFolder, rtol: float, atol: float) -> Compared:
    how = comparing(a, b, rtol, atol, volatile_names(Path(a.place.tree)))
    outputs = compare_outputs(Side(a, where_a.path), Side(b, where_b.path), how)
    metrics = compare_metrics(_history(a, where_a), _history(b, where_b), how)
    verdict = overall(a, b, outputs, metrics)
    return Compared(a, b, verdict, compare_factors(a, b), outputs, metrics, ending_note(a, b))


def _history(run: Run, where: RunFolder) -> dict[str, list[tuple[object, object, object]]]:
    """Return what was logged; a metric that was only found in a result file has one point."""
    history: dict[str, list[tuple[object, object, object]]] = {
        name: list(points) for name, points in metrics_log.history(where.logs).items()
    }
    return {**{name: [(None, None, value)] for name, value in run.metrics.items()}, **history}


def _ended(run: Run) -> Run:
    if not run.ended:
        raise RunStillGoing(
            f"The run {run.id} has not ended yet.", "Wait for it, or look at it with `samerun show`.", run=run.id
        )
    return run


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


def remove(runs: Iterable[str]) -> collect.Removed:
    """Remove runs; what they alone used is freed by ``collect_garbage``."""
    layout = store_here()
    return collect.remove(layout, [find_run(layout, name, Path.cwd()) for name in runs])


def collect_garbage(dry_run: bool = False) -> collect.Freed:
    """Free objects, workspaces and environments that no run refers to."""
    return collect.collect(store_here(), dry_run=dry_run)


def _store_trouble(layout: StoreLayout, error: OSError) -> StoreTrouble:
    return StoreTrouble(
        f"The store {layout.root} cannot be used: {error.strerror or error}.",
        "Free space or make it writable, or set SAMERUN_STORE to another folder.",
        store=str(layout.root),
    )

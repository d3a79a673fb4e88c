"""``replay``: run a recorded run again and say how the same it is."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from samerun.api.comparing import ended
from samerun.api.stores import store_here, store_trouble
from samerun.compare.verdict import unexplained_note
from samerun.errors import StoreTrouble
from samerun.explain.judging import Kept, compare_runs
from samerun.launch.again import run_again
from samerun.launch.rebuild import rebuild_environment
from samerun.record.output import MetricComparison, OutputComparison
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.record.verdict import Verdict
from samerun.store import folder
from samerun.store.layout import StoreLayout
from samerun.store.references import find_run
from samerun.version import VERSION

Progress = Callable[[str], None]


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
    recorded = ended(folder.load(where))
    python = None
    if env == "rebuild":
        tell("rebuilding the environment")
        python = rebuild_environment(recorded, layout, tell)
    try:
        replayed = run_again(recorded, layout, os.environ, VERSION, python=python, tell=tell)
    except OSError as error:
        raise store_trouble(layout, error) from error
    tell("comparing")
    done = replayed.launched
    if done.trouble:
        raise StoreTrouble(done.trouble, "Free space or make the store writable, and replay again.")
    again = folder.load(done.folder)  # as it was written: both sides went through the same JSON
    compared = compare_runs(Kept(recorded, where), Kept(again, done.folder), rtol, atol)
    given_all = not any("secret" in note for note in replayed.notes)
    unexplained = unexplained_note(recorded, again, compared.verdict, compared.factors) if given_all else ""
    notes = [*replayed.notes, *(note for note in (compared.note, unexplained) if note)]
    return Replay(recorded, again, compared.verdict, compared.outputs, compared.metrics, compared.factors, notes)

"""The verdict over two runs: the worst of what their outputs, metrics and ends say."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from samerun.outputs.comparing import Comparing
from samerun.outputs.volatile import drawn_names
from samerun.record.output import MetricComparison, OutputComparison
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.record.verdict import Verdict, worst
from samerun.record.window import NamedWindow, Window


def overall(a: Run, b: Run, outputs: Iterable[OutputComparison], metrics: Iterable[MetricComparison]) -> Verdict:
    """Return the verdict: ``incomplete`` where either run failed or an output is missing."""
    found: list[Verdict] = [each.verdict for each in outputs]
    found += [each.verdict for each in metrics]
    found += ["incomplete" for run in (a, b) if run.status != "finished"]
    return worst(found)


def ending_note(a: Run, b: Run) -> str:
    """Return a sentence on how the runs ended, where that is not simply well."""
    if a.status == b.status == "finished":
        return ""
    how = [f"{run.status} with exit status {run.exit_code}" for run in (a, b)]
    return f"Both runs {how[0]}." if how[0] == how[1] else f"The first run {how[0]}, the second {how[1]}."


def unexplained_note(a: Run, b: Run, verdict: Verdict, changes: Iterable[Change]) -> str:
    """Return a sentence where a result differs although nothing that was recorded does.

    Draws and sums that depend on which worker takes which task, or on the clock, cannot be given to a replay.
    """
    if verdict != "different" or any(change.note != "not imported" for change in changes):
        return ""
    workers = max(len(run.window.pids) for run in (a, b) if run.window) - 1 if a.window or b.window else 0
    cause = (
        f"it works with {workers} further processes, and which of them takes which task, or ends first, is not the "
        "same in every run (completion-order)"
        if workers > 0
        else "something in it is not the same in every run: the clock, threads that end in another order, or what "
        "`samerun show` lists as not captured"
    )
    return f"Nothing that was recorded has changed, so the program does not repeat its own result: {cause}."


def comparing(a: Run, b: Run, rtol: float = 0.0, atol: float = 0.0, volatile: Iterable[str] = ()) -> Comparing:
    """Return how two runs' outputs are to be compared."""
    return Comparing(_window(a), _window(b), rtol, atol, tuple(volatile))


def _window(run: Run) -> Window:
    window = run.window or Window(run.started, run.started + (run.seconds or 0.0), run_id=run.id)
    names = drawn_names((output.path for output in run.outputs), run.id)
    return NamedWindow(**structs.asdict(window), names=names) if names else window

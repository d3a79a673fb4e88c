"""Two runs held against each other, and whether their results are the same at the level that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from samerun.compare.factors import compare_factors
from samerun.compare.metrics import Point, compare_metrics
from samerun.compare.outputs import Side, compare_outputs
from samerun.compare.verdict import comparing, ending_note, overall
from samerun.errors import BadOption
from samerun.record.output import MetricComparison, OutputComparison
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.record.verdict import Verdict, is_same, worst
from samerun.store import metrics_log
from samerun.store.layout import RunFolder
from samerun.store.settings import volatile_names

SHOWN = 2
"""How many differing results one sentence of evidence names."""


COPIES = frozenset((".hydra", "hparams.yaml"))
"""Where Hydra and Lightning write the configuration down that they were given: a folder's name, a file's name."""


@dataclass(frozen=True)
class Kept:
    """A run and the folder that it lies in."""

    run: Run
    folder: RunFolder


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


def compare_runs(a: Kept, b: Kept, rtol: float = 0.0, atol: float = 0.0) -> Compared:
    """Compare two runs that have ended: factors, outputs, metrics."""
    how = comparing(a.run, b.run, rtol, atol, volatile_names(Path(a.run.place.tree)))
    outputs = compare_outputs(Side(a.run, a.folder.path), Side(b.run, b.folder.path), how)
    metrics = compare_metrics(_history(a), _history(b), how)
    verdict = overall(a.run, b.run, outputs, metrics)
    return Compared(a.run, b.run, verdict, compare_factors(a.run, b.run), outputs, metrics, ending_note(a.run, b.run))


def _history(kept: Kept) -> dict[str, list[Point]]:
    """Return what was logged; a metric that was only found in a result file has one point."""
    logged = metrics_log.history(kept.folder.logs).items()
    history: dict[str, list[Point]] = {name: list(points) for name, points in logged}
    return {**{name: [(None, None, value)] for name, value in kept.run.metrics.items()}, **history}


@dataclass(frozen=True)
class Judge:
    """Says whether two runs have the same result.

    Args:
        rtol: relative tolerance for numbers.
        atol: absolute tolerance for numbers.
        metric: the one metric that counts; None for everything that the runs left.
        passes_over_copies: whether copies of what the runs were given do not count: the configuration as a framework
            wrote it down, the cells of a notebook that was executed.
    """

    rtol: float = 0.0
    atol: float = 0.0
    metric: str | None = None
    passes_over_copies: bool = False

    def without_copies(self, a: Kept, b: Kept) -> Judge:
        """Return a judge who passes over copies of what was given where two runs differ in more than these.

        Every option that changed stands in them, so each would be a cause, whether the program obeys it or not.
        """
        found = compare_runs(a, b, self.rtol, self.atol)
        differing = [each for each in self._counted(found) if not is_same(each.verdict)]
        return replace(self, passes_over_copies=not all(_is_copy(each) for each in differing))

    def has_copies(self, a: Kept, b: Kept) -> bool:
        """Say whether two runs differ in copies of the configuration that are passed over."""
        found = compare_runs(a, b, self.rtol, self.atol).outputs if self.passes_over_copies else []
        return any(not is_same(each.verdict) and _is_configuration(each) for each in found)

    def with_known_metric(self, a: Kept, b: Kept) -> Judge:
        """Return a judge by a metric that a run has: the one asked for, or that which is only written otherwise.

        ``val/acc`` is the ``acc`` that a result file holds under ``val``, which is named ``val.acc``.

        Raises:
            BadOption: neither run has it: nothing would ever differ.
        """
        known = sorted({**_history(a), **_history(b)}) if self.metric is not None else []
        if self.metric is None or self.metric in known:
            return self
        alike = [name for name in known if _plain(name) == _plain(self.metric)]
        if len(alike) == 1:
            return replace(self, metric=alike[0])
        raise BadOption(
            f"Neither run has a metric {self.metric!r}.",
            f"They have: {', '.join(known[:8])}." if known else "They have none; judge by what they wrote.",
            metrics=known,
        )

    def verdict(self, a: Kept, b: Kept) -> Verdict:
        """Return how the same the results are; runs that failed alike have the same result."""
        if _ending(a.run) != _ending(b.run):
            return "different"
        found = compare_runs(a, b, self.rtol, self.atol)
        return worst(each.verdict for each in self._counted(found))

    def same(self, a: Kept, b: Kept) -> bool:
        """Say whether the results are the same."""
        return is_same(self.verdict(a, b))

    def describe(self, a: Kept, b: Kept) -> str:
        """Return in a few words in what the results differ."""
        if _ending(a.run) != _ending(b.run):
            return f"exit status {a.run.exit_code} -> {b.run.exit_code}"
        found = compare_runs(a, b, self.rtol, self.atol)
        differing = [each for each in self._counted(found) if not is_same(each.verdict)]
        words = [_words(each) for each in differing[:SHOWN]]
        more = f" and {len(differing) - SHOWN} more" if len(differing) > SHOWN else ""
        return "; ".join(words) + more if words else "the results are the same"

    def _counted(self, found: Compared) -> Sequence[OutputComparison | MetricComparison]:
        if self.metric is not None:
            return [each for each in found.metrics if each.name == self.metric]
        counted: list[OutputComparison | MetricComparison] = [*found.metrics, *found.outputs]
        return [each for each in counted if not _is_copy(each)] if self.passes_over_copies else counted


def _is_copy(each: OutputComparison | MetricComparison) -> bool:
    """Say whether two outputs differ only in what the runs were given, copied there by a framework."""
    return isinstance(each, OutputComparison) and (_is_configuration(each) or _is_source_of_cells(each))


def _is_configuration(each: OutputComparison) -> bool:
    return not COPIES.isdisjoint(PurePosixPath(each.path).parts)


def _is_source_of_cells(each: OutputComparison) -> bool:
    """Say whether two notebooks differ in the text of their cells alone, and in nothing that these put out."""
    cells = each.difference.children if each.kind == "notebook" and not is_same(each.verdict) else ()
    parts = [part for cell in cells for part in (cell.children or (cell,)) if not is_same(part.verdict)]
    return bool(parts) and all(part.label == "source" for part in parts)


def _plain(metric: str) -> str:
    return metric.replace("/", ".")


def _ending(run: Run) -> tuple[str, int | None]:
    return run.status, run.exit_code


def _words(each: OutputComparison | MetricComparison) -> str:
    if isinstance(each, MetricComparison):
        return f"{each.name} {each.a} -> {each.b}"
    return f"{each.path}: {each.detail}" if each.detail else each.path

"""A verdict in one sentence, with the numbers behind it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from samerun.record.output import MetricComparison, OutputComparison
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.record.verdict import VERDICTS, Verdict, is_same
from samerun.report.plain_words import Tone, clean, pair, plural

_TONES: dict[Verdict, Tone] = {
    "identical": "good",
    "equivalent": "good",
    "within-tolerance": "good",
    "different": "bad",
    "incomplete": "bad",
}


class Compared(Struct, frozen=True):
    """Two runs held against each other: what the pages of ``diff`` and ``replay`` are made from.

    ``factors`` are the changes from ``a`` to ``b``; ``notes`` are sentences about what could not be given or known.
    """

    a: Run
    b: Run
    verdict: Verdict
    outputs: Sequence[OutputComparison]
    metrics: Sequence[MetricComparison]
    factors: Sequence[Change]
    notes: Sequence[str] = ()


def tone_of(verdict: Verdict) -> Tone:
    """Return the colour of a verdict."""
    return _TONES[verdict]


def verdict_sentence(compared: Compared) -> str:
    """Return the verdict and its reason: ``different: 2 of 5 outputs differ; accuracy 0.9361 -> 0.9333``."""
    return f"{compared.verdict}: {_reason(compared)}"


def worst_first(items: Sequence[OutputComparison]) -> list[OutputComparison]:
    """Return the outputs that are not identical, the worst first, otherwise in their order."""
    return _ranked([item for item in items if item.verdict != "identical"])


def worst_metrics_first(items: Sequence[MetricComparison]) -> list[MetricComparison]:
    """Return the metrics that are not identical, the worst first, otherwise in their order."""
    differing = [item for item in items if item.verdict != "identical"]
    return sorted(differing, key=lambda item: -VERDICTS.index(item.verdict))


def metric_change(metric: MetricComparison) -> str:
    """Return ``accuracy 0.9361 -> 0.9333``, with what more is known of the steps between."""
    a, b = pair(metric.a, metric.b)
    if a == b:
        return f"{clean(metric.name)}: {clean(metric.detail) or 'its steps differ, its last value does not'}"
    absent = {"None": "not there"}
    return f"{clean(metric.name)} {absent.get(a, a)} -> {absent.get(b, b)}"


def _ranked(items: list[OutputComparison]) -> list[OutputComparison]:
    return sorted(items, key=lambda item: -VERDICTS.index(item.verdict))


def _reason(compared: Compared) -> str:
    if compared.verdict == "incomplete":
        return _incomplete(compared)
    if not is_same(compared.verdict):
        return _different(compared)
    if not compared.outputs and not compared.metrics:
        return "both ended the same way; neither left a file or a metric to compare"
    if compared.verdict == "identical":
        return f"{_all(compared)} bit for bit"
    if compared.verdict == "equivalent":
        count = sum(len(item.difference.ignored()) for item in compared.outputs)
        verbs = ("follows", "was") if count == 1 else ("follow", "were")
        passed = (
            f"; {plural(count, 'field')} that {verbs[0]} the time or the place {verbs[1]} passed over" if count else ""
        )
        return f"{_all(compared)} in content{passed}"
    return f"{_all(compared)} within the tolerance{_lead(compared)}"


def _all(compared: Compared) -> str:
    counts = [(len(compared.outputs), "output"), (len(compared.metrics), "metric")]
    named = " and ".join(plural(count, word) for count, word in counts if count)
    most = max(count for count, _ in counts)
    if most <= 1:
        return f"the {named} agree{'s' if sum(count for count, _ in counts) == 1 else ''}"
    return f"all {named} agree" if counts[0][0] != 1 else f"the {named} agree"


def _different(compared: Compared) -> str:
    parts = [
        _part(compared.outputs, "output"),
        _part(compared.metrics, "metric"),
    ]
    named = " and ".join(part for part in parts if part)
    differs = "differs" if named.startswith("the ") and " and " not in named else "differ"
    return f"{named} {differs}{_lead(compared)}" if named else f"the runs ended differently{_endings(compared)}"


def _part(items: Sequence[OutputComparison] | Sequence[MetricComparison], word: str) -> str:
    count = sum(not is_same(item.verdict) for item in items)
    if not count:
        return ""
    return f"the {word}" if len(items) == 1 else f"{count:,} of {plural(len(items), word)}"


def _lead(compared: Compared) -> str:
    """Return the one difference to begin with: a number that changed says more than a file that did."""
    metrics = [metric for metric in worst_metrics_first(compared.metrics) if metric.verdict == compared.verdict]
    outputs = [output for output in worst_first(compared.outputs) if output.verdict == compared.verdict]
    if metrics:
        return f"; {metric_change(metrics[0])}"
    return f"; {clean(outputs[0].path)}: {clean(outputs[0].detail)}" if outputs else ""


def _incomplete(compared: Compared) -> str:
    reasons = []
    if compared.b.status not in ("finished", compared.a.status) or compared.a.exit_code != compared.b.exit_code:
        reasons.append(f"the runs ended differently{_endings(compared)}")
    missing = [item for item in compared.outputs if item.verdict == "incomplete"]
    if missing:
        verb = "is missing or cannot be compared" if len(missing) == 1 else "are missing or cannot be compared"
        total = plural(len(compared.outputs), "output")
        reasons.append(f"{len(missing):,} of {total} {verb}; {clean(missing[0].path)}: {clean(missing[0].detail)}")
    gone = [metric.name for metric in compared.metrics if metric.verdict == "incomplete"]
    if gone and not missing:
        reasons.append(f"{plural(len(gone), 'metric')} missing, such as {clean(gone[0])}")
    return "; ".join(reasons) or f"neither run reached its end: both {ending(compared.a)}"


def _endings(compared: Compared) -> str:
    return f": {ending(compared.a)} -> {ending(compared.b)}"


def ending(run: Run) -> str:
    """Return how a run ended in a word: ``finished``, ``failed (3)``, ``killed``, ``running``."""
    return status_word(run.status, run.exit_code)


def status_word(status: str, exit_code: int | None, damaged: bool = False) -> str:
    """Return a run's status as ``ls`` shows it."""
    if damaged:
        return "damaged"
    return f"failed ({exit_code})" if status == "failed" and exit_code is not None else status


def status_tone(word: str) -> Tone:
    """Return the colour of a status."""
    if word.startswith(("failed", "killed", "damaged")):
        return "bad"
    return "good" if word == "finished" else "warn"

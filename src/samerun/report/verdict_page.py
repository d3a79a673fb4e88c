"""The page of ``replay``: the verdict, the numbers behind it, what was passed over, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from samerun.record.output import OutputComparison
from samerun.record.verdict import is_same
from samerun.report.changes import change_lines
from samerun.report.plain_words import Paint, clean, shorten, span, unpainted
from samerun.report.verdict_words import (
    Compared,
    ending,
    metric_change,
    tone_of,
    verdict_sentence,
    worst_first,
    worst_metrics_first,
)

MOST = 10
"""How many lines a section shows; ``diff --all`` shows the rest."""


def verdict_page(compared: Compared, paint: Paint = unpainted) -> str:
    """Return the page of a replay (``compared.b``) of a run (``compared.a``)."""
    differing = [item for item in worst_first(compared.outputs) if not is_same(item.verdict)]
    metrics = [item for item in worst_metrics_first(compared.metrics) if not is_same(item.verdict)]
    sections = [
        _head(compared, paint),
        _section("Outputs that differ", [_output_line(item) for item in differing], paint),
        _section("Metrics that differ", [metric_change(metric) for metric in metrics], paint),
        _section("Passed over, because they follow the time or the place", _ignored(compared.outputs), paint),
        _section("Not as it was when it was recorded", change_lines(compared.factors, MOST, paint), paint, None),
        _section("Notes", [clean(note) for note in compared.notes], paint, None),
        ["Next: " + next_step(compared)],
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def next_step(compared: Compared) -> str:
    """Return what to do after a replay, as a command where there is one."""
    a, b = clean(compared.a.id), clean(compared.b.id)
    if is_same(compared.verdict):
        return f"nothing; the result can be obtained again. samerun show {b} shows the replay."
    if compared.verdict == "incomplete" and compared.b.status != "finished":
        return f"samerun show {b} says how the replay ended and where its printed text is."
    if any(change.kind == "package" for change in compared.factors):
        return (
            f"samerun replay {a} --env rebuild uses the recorded packages; samerun diff {a} {b} shows all differences."
        )
    return f"samerun diff {a} {b} shows every difference."


def _head(compared: Compared, paint: Paint) -> list[str]:
    sentence = verdict_sentence(compared)
    word = compared.verdict
    a, b = compared.a, compared.b
    return [
        paint(word, tone_of(word)) + sentence[len(word) :],
        "",
        f"  run     {clean(a.id)}  {ending(a)}  {span(a.seconds)}  {shorten(' '.join(a.command), 80)}",
        f"  replay  {clean(b.id)}  {ending(b)}  {span(b.seconds)}",
    ]


def _section(title: str, lines: Sequence[str], paint: Paint, most: int | None = MOST) -> list[str]:
    if not lines:
        return []
    shown = [f"  {line}" for line in lines[:most]]
    if most is not None and len(lines) > most:
        shown.append(paint(f"  and {len(lines) - most:,} more", "dim"))
    return [paint(title, "strong"), *shown]


def _output_line(output: OutputComparison) -> str:
    return f"{clean(output.path)} ({clean(output.kind)}): {clean(output.detail) or output.verdict}"


def _ignored(outputs: Sequence[OutputComparison]) -> list[str]:
    """Return each volatile field once, with the file it stands in."""
    lines = [
        f"{clean(output.path)}: {clean(node.label)} ({clean(node.volatile)})"
        for output in outputs
        for node in output.difference.ignored()
    ]
    return list(dict.fromkeys(lines))

"""The page of ``diff``: a tree of what differs, first what matters most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from samerun.record.difference import Difference
from samerun.record.output import OutputComparison
from samerun.record.verdict import VERDICTS
from samerun.report.changes import change_lines
from samerun.report.plain_words import Paint, clean, plural, shorten, unpainted
from samerun.report.verdict_words import (
    Compared,
    ending,
    metric_change,
    tone_of,
    verdict_sentence,
    worst_first,
    worst_metrics_first,
)

MOST = 12
"""How many branches of one node are shown unless all are asked for."""

DEPTH = 6
"""How deep the tree is shown unless all of it is asked for."""


def difference_page(compared: Compared, everything: bool = False, paint: Paint = unpainted) -> str:
    """Return the page: the verdict, the two runs, outputs and metrics that differ, then the factors that changed.

    Args:
        compared: the two runs.
        everything: show all branches, also those that make no difference (volatile fields).
        paint: gives colours.
    """
    sections = [
        _head(compared, paint),
        _section("outputs", _outputs(compared.outputs, everything, paint), paint),
        _section("metrics", _metrics(compared, everything, paint), paint),
        _section("what changed between them", _factors(compared, everything, paint), paint),
        _section("notes", [clean(note) for note in compared.notes], paint),
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def tree_lines(node: Difference, everything: bool = False, depth: int = 0, paint: Paint = unpainted) -> list[str]:
    """Return the lines below one difference, its branches the worst first; long lists are cut with a count."""
    children = sorted(_shown(node.children, everything), key=lambda child: -VERDICTS.index(child.verdict))
    most = len(children) if everything else MOST
    if depth >= DEPTH and not everything:
        return [paint("… deeper differences; --all shows them", "dim")] if children else []
    lines = list(_branches(children[:most], len(children) > most, everything, depth, paint))
    if len(children) > most:
        lines.append(paint(f"└─ and {len(children) - most:,} more; --all shows them", "dim"))
    return lines


def _branches(children: Sequence[Difference], more: bool, everything: bool, depth: int, paint: Paint) -> Iterator[str]:
    for position, child in enumerate(children):
        last = position == len(children) - 1 and not more
        yield f"{'└─' if last else '├─'} {_label(child, paint)}"
        below = tree_lines(child, everything, depth + 1, paint)
        yield from (("   " if last else "│  ") + line for line in below)


def _without_repetition(output: OutputComparison, everything: bool) -> Difference:
    """Return an output's tree; where its only branch is what was said already, what is below that branch."""
    tree = output.difference
    children = _shown(tree.children, everything)
    said = f"{children[0].label}: {children[0].detail}" if len(children) == 1 else ""
    return children[0] if said and said == output.detail else tree


def _label(node: Difference, paint: Paint) -> str:
    text = clean(node.label)
    said = clean(node.detail) or _both(node)
    if text == "...":  # what a comparison counted instead of keeping
        return paint(said, "dim")
    if node.volatile:
        return paint(f"{text}: {said} (passed over: {clean(node.volatile)})", "dim")
    return f"{text}: {said}" if said else text


def _both(node: Difference) -> str:
    if node.a is None and node.b is None:
        return ""
    sides = [shorten(side, 40) if side is not None else "not there" for side in (node.a, node.b)]
    return f"{sides[0]} -> {sides[1]}"


def _shown(children: Sequence[Difference], everything: bool) -> list[Difference]:
    return [child for child in children if everything or not (child.volatile and child.verdict == "equivalent")]


def _head(compared: Compared, paint: Paint) -> list[str]:
    sentence = verdict_sentence(compared)
    word, rest = sentence[: len(compared.verdict)], sentence[len(compared.verdict) :]
    lines = [paint(word, tone_of(compared.verdict)) + rest, ""]
    for letter, run in (("a", compared.a), ("b", compared.b)):
        lines.append(f"  {letter}  {clean(run.id)}  {ending(run)}  {shorten(' '.join(run.command), 80)}")
    return lines


def _section(title: str, lines: Sequence[str], paint: Paint) -> list[str]:
    return [paint(title, "strong"), *(f"  {line}" for line in lines)] if lines else []


def _outputs(outputs: Sequence[OutputComparison], everything: bool, paint: Paint) -> list[str]:
    differing = worst_first(outputs)
    most = len(differing) if everything else MOST
    lines: list[str] = []
    for output in differing[:most]:
        word = paint(output.verdict, tone_of(output.verdict))
        lines.append(f"{clean(output.path)} ({clean(output.kind)})  {word}  {clean(output.detail)}".rstrip())
        tree = _without_repetition(output, everything)
        lines += [f"  {line}" for line in tree_lines(tree, everything, paint=paint)]
    if len(differing) > most:
        lines.append(paint(f"and {len(differing) - most:,} more; --all shows them", "dim"))
    same = len(outputs) - len(differing)
    return [*lines, paint(f"{plural(same, 'output')} identical", "dim")] if same else lines


def _metrics(compared: Compared, everything: bool, paint: Paint) -> list[str]:
    differing = worst_metrics_first(compared.metrics)
    most = len(differing) if everything else MOST
    lines = [_metric_line(metric_change(metric), metric.detail) for metric in differing[:most]]
    if len(differing) > most:
        lines.append(paint(f"and {len(differing) - most:,} more; --all shows them", "dim"))
    same = len(compared.metrics) - len(differing)
    return [*lines, paint(f"{plural(same, 'metric')} identical", "dim")] if same else lines


def _metric_line(change: str, detail: str) -> str:
    repeated = not detail or clean(detail) in change or detail.startswith("1 of 1 ")
    return change if repeated else f"{change}  ({clean(detail)})"


def _factors(compared: Compared, everything: bool, paint: Paint) -> list[str]:
    if not compared.factors:
        return ["nothing that was recorded"]
    return change_lines(compared.factors, None if everything else MOST, paint)

"""Lineage as the text of a graph, for Graphviz and Mermaid: contents, runs, and arrows as time goes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Literal

from samerun.record.lineage import Lineage, Use
from samerun.report.plain_words import clean, shorten

Form = Literal["dot", "mermaid"]

_NAME = 40


def lineage_graph(lineage: Lineage, form: Form) -> str:
    """Return the graph of a lineage; the same text for the same lineage.

    Args:
        lineage: what is known.
        form: ``dot`` (https://graphviz.org/doc/info/lang.html) or ``mermaid`` (a flowchart).
    """
    uses = sorted({*lineage.uses, *lineage.back, *lineage.forth})
    contents = _contents(lineage, uses)
    runs = {run: f"r{number}" for number, run in enumerate(sorted(lineage.runs))}
    lines = _dot(lineage, uses, contents, runs) if form == "dot" else _mermaid(lineage, uses, contents, runs)
    return "\n".join(lines) + "\n"


def _contents(lineage: Lineage, uses: list[Use]) -> dict[str, tuple[str, str]]:
    """Return the node and the label of each content: the names that it had, and the beginning of its hash."""
    names: dict[str, dict[str, None]] = {digest: {} for digest in lineage.hashes}
    for use in uses:
        names.setdefault(use.hash, {})[shorten(os.path.basename(use.path) or use.path, _NAME)] = None
    return {
        digest: (f"c{number}", ", ".join([*list(own)[:3], clean(digest[:12])]))
        for number, (digest, own) in enumerate(sorted(names.items()))
    }


def _dot(
    lineage: Lineage, uses: list[Use], contents: dict[str, tuple[str, str]], runs: dict[str, str]
) -> Iterator[str]:
    yield "digraph lineage {"
    yield "  rankdir=LR;"
    for digest, (node, label) in contents.items():
        bold = ", style=bold" if digest in lineage.hashes else ""
        yield f'  {node} [shape=note, label="{_quoted(label)}"{bold}];'
    for run, node in runs.items():
        bold = ", style=bold" if run == lineage.run else ""
        yield f'  {node} [shape=box, label="{_quoted(_run_label(lineage, run))}"{bold}];'
    for use in uses:
        yield f"  {_edge(use, contents, runs, '->', ' [style=dashed]')};"
    yield "}"


def _mermaid(
    lineage: Lineage, uses: list[Use], contents: dict[str, tuple[str, str]], runs: dict[str, str]
) -> Iterator[str]:
    yield "flowchart LR"
    yield from (f'  {node}(["{_escaped(label)}"])' for node, label in contents.values())
    yield from (f'  {node}["{_escaped(_run_label(lineage, run))}"]' for run, node in runs.items())
    for use in uses:
        yield f"  {_edge(use, contents, runs, '-.->' if use.role == 'locked' else '-->', '')}"
    bold = [*(contents[digest][0] for digest in lineage.hashes), *([runs[lineage.run]] if lineage.run in runs else [])]
    yield from (f"  style {node} stroke-width:3px" for node in bold)


def _edge(use: Use, contents: dict[str, tuple[str, str]], runs: dict[str, str], arrow: str, dashed: str) -> str:
    ends = [contents[use.hash][0], runs[use.run]]
    one, other = ends if use.role != "wrote" else reversed(ends)
    return f"{one} {arrow} {other}{dashed if use.role == 'locked' else ''}"


def _run_label(lineage: Lineage, run: str) -> str:
    return f"{shorten(lineage.runs[run].name, _NAME)}, {clean(run)}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _escaped(text: str) -> str:
    """Return a text as Mermaid takes it: characters that mean something stand as their numbers."""
    return "".join(letter if letter.isalnum() or letter in " .,-_/" else f"#{ord(letter)};" for letter in text)

"""The page of figures: ``docs/benchmarks.md``."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path

from benchmarks.agreement import Agreement
from benchmarks.measuring import Figure

MARKS = ("<!-- figures -->", "<!-- /figures -->")
HEAD = """\
# Figures

Written by `make bench`; not edited by hand. Each subject and the bare thing beside it were run in turn in one sitting;
the values are medians, *held to* says which value the budget bounds.
"""


def text(figures: Sequence[Figure], agreements: Sequence[Agreement]) -> str:
    """Return the whole page."""
    parts = [HEAD, f"Machine: {machine()}.\n", table(figures), notes(figures)]
    if agreements:
        parts += ["## Files read and written, beside strace\n", AGREEMENT, agreement_table(agreements)]
    return "\n".join(part for part in parts if part)


AGREEMENT = """\
Each example is recorded while strace watches the same processes. Counted are the files of the project: those opened for
reading that stood there beforehand, and those written that were there at the end.
"""


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table."""
    rows = ["| what | bare | samerun | ratio | held to | value | met |", "|---|---|---|---|---|---|---|"]
    return "\n".join([*rows, *(row(figure) for figure in figures)]) + "\n"


def row(figure: Figure) -> str:
    """Return one figure as a row."""
    bare, measured = (amount(value, figure.unit) for value in (figure.bare, figure.measured))
    cells = figure.name, bare, measured, f"{figure.ratio:.2f}", figure.rule, held_value(figure), yes(figure.met)
    return f"| {' | '.join(cells)} |"


def held_value(figure: Figure) -> str:
    """Return the value that the budget bounds, in the rule's own unit."""
    if "%" in figure.rule:
        return f"{figure.held:+.2%}"
    if "speed" in figure.rule:
        return f"{1 / figure.held:.2f}"
    if "×" in figure.rule:
        return f"{figure.held:.2f}"
    return amount(figure.held, figure.unit)


def amount(value: float, unit: str) -> str:
    """Return a quantity with its unit: seconds below one as milliseconds."""
    if unit == "s" and value < 1:
        return f"{1000 * value:.0f} ms"
    return f"{value:.3g} {unit}"


def yes(met: bool) -> str:
    """Return a word for the last column."""
    return "yes" if met else "**no**"


def notes(figures: Sequence[Figure]) -> str:
    """Return the remarks on single figures."""
    return "".join(f"- {figure.name}: {figure.note}\n" for figure in figures if figure.note)


def agreement_table(agreements: Sequence[Agreement]) -> str:
    """Return a row an example, and below them what one side alone saw."""
    rows = ["| example | read | written | missing | invented |", "|---|---|---|---|---|"]
    for one in agreements:
        missing, invented = one.missing_read + one.missing_written, one.invented_read + one.invented_written
        rows.append(f"| {one.example} | {one.read} | {one.written} | {listed(missing)} | {listed(invented)} |")
    return "\n".join(rows) + "\n"


def listed(paths: Sequence[str]) -> str:
    """Return a few paths for a cell."""
    shown = ", ".join(f"`{path}`" for path in paths[:4])
    return shown + (f" and {len(paths) - 4} more" if len(paths) > 4 else "") or "–"


def with_summary(readme: str, figures: Sequence[Figure]) -> str:
    """Return the README with the short table of figures between its two marks."""
    before, _, rest = readme.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    rows = ["| what | measured | held to |", "|---|---|---|", *(short_row(figure) for figure in figures)]
    return "\n".join([before + MARKS[0], "", *rows, "", MARKS[1] + after])


def short_row(figure: Figure) -> str:
    """Return one figure as a row of three cells; what misses its budget says so."""
    missed = "" if figure.met else " (missed)"
    return f"| {figure.name} | {held_value(figure)}{missed} | {figure.rule} |"


def machine() -> str:
    """Return the processor, the cores and the Python in one line."""
    model = platform.processor() or platform.machine()
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        names = [
            line.partition(":")[2].strip() for line in facts.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    return f"{model}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}"

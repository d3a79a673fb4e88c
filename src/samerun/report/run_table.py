"""The table of ``ls``: a line a run; and the same as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from samerun.report.plain_words import Paint, age, clean, columns, csv_cell, number, pad, shorten, span, unpainted
from samerun.report.verdict_words import status_tone, status_word

RunRow = Mapping[str, Any]
"""One run of the list: ``id name status exit_code started seconds parent tags metrics arguments problems``; ``started``
is seconds since the epoch."""

_TELLING = re.compile(r"acc|auc|f1|loss|error|score|r2|rmse|mae|ppl|perplexity|bleu|iou|map", re.IGNORECASE)
_COLUMNS = ("id", "name", "status", "started", "seconds", "exit_code", "parent", "tags")
_RIGHT = {"when", "took"}
NAME_WIDTH = 24
METRICS = 3
"""How many metrics the table shows."""


def run_table(rows: Sequence[RunRow], now: float, asked: Sequence[str] = (), paint: Paint = unpainted) -> str:
    """Return the table.

    Args:
        rows: the runs to show, in their order.
        now: seconds since the epoch, for the ages.
        asked: names of metrics that were sorted or filtered by, which are shown first.
        paint: gives colours.
    """
    metrics = main_metrics(rows, asked)
    heads = ["id", "name", "status", "when", "took", *(shorten(name, 18) for name in metrics), "tags"]
    table = [_cells(row, metrics, now) for row in rows]
    if not any(cells[-1] for cells in table):
        heads, table = heads[:-1], [cells[:-1] for cells in table]
    widths = [max(map(columns, column)) for column in zip(heads, *table, strict=True)]
    right = {place for place, head in enumerate(heads) if head in _RIGHT or 5 <= place < 5 + len(metrics)}
    lines = [paint(_line(heads, widths, right), "strong")]
    lines += [_painted(_line(cells, widths, right), cells[2], paint) for cells in table]
    return "\n".join(lines) + "\n"


def run_csv(rows: Sequence[RunRow], moment: Any) -> str:
    """Return the runs as CSV: all metrics and arguments, each in a column of its own; no cell is a formula.

    Args:
        rows: the runs.
        moment: turns seconds since the epoch into text.
    """
    groups = {group: _names(rows, group) for group in ("metrics", "arguments")}
    heads = [*_COLUMNS, *(f"{group}.{name}" for group, names in groups.items() for name in names)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([csv_cell(head) for head in heads])
    for row in rows:
        values = [{**row, "started": moment(row["started"]), "tags": " ".join(row["tags"])}[name] for name in _COLUMNS]
        values += [(row[group] or {}).get(name) for group, names in groups.items() for name in names]
        writer.writerow([csv_cell(value) for value in values])
    return text.getvalue()


def main_metrics(rows: Sequence[RunRow], asked: Sequence[str] = ()) -> list[str]:
    """Return the names of the metrics worth a column: those asked for, then telling names, then the commonest."""
    counts = Counter(name for row in rows for name, value in (row["metrics"] or {}).items() if _is_short(value))
    chosen = [name for name in asked if name in counts]
    ranked = sorted(counts, key=lambda name: (not _TELLING.search(name), -counts[name], len(name), name))
    return [*chosen, *(name for name in ranked if name not in chosen)][: max(METRICS, len(chosen))]


def _is_short(value: Any) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and len(value) < 20)


def _names(rows: Sequence[RunRow], group: str) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row[group] or {}))


def _cells(row: RunRow, metrics: Sequence[str], now: float) -> list[str]:
    values = row["metrics"] or {}
    return [
        clean(row["id"]),
        shorten(row["name"] or "", NAME_WIDTH),
        clean(status_word(row["status"], row["exit_code"], bool(row["problems"]))),
        age(row["started"], now) if row["started"] else "",
        span(row["seconds"]),
        *(number(values[name], 4) if name in values else "" for name in metrics),
        shorten(" ".join(row["tags"] or ()), NAME_WIDTH),
    ]


def _line(cells: Sequence[str], widths: Sequence[int], right: set[int]) -> str:
    filled = (pad(cell, widths[place], place in right) for place, cell in enumerate(cells))
    return "  ".join(filled).rstrip()


def _painted(line: str, status: str, paint: Paint) -> str:
    tone = status_tone(status)
    return line.replace(f"  {status}", "  " + paint(status, tone), 1) if tone != "good" else line

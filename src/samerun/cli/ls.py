"""``samerun ls``: the list of runs."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import click
import msgspec

from samerun.basics.query import matches, order
from samerun.basics.query_parser import parse, parse_sort
from samerun.cli.options import json_option
from samerun.cli.printing import paint_for, print_document, print_page, say
from samerun.cli.stored import stored_runs
from samerun.errors import BadOption
from samerun.report.plain_words import instant, plural
from samerun.report.run_table import run_csv, run_table

FIELDS = (
    "id", "name", "status", "started", "seconds", "exit_code", "parent", "tags", "metrics", "arguments", "problems",
)  # fmt: skip
"""What ``--where`` and ``--sort`` can ask for."""

SHOWN = 20
"""How many runs are listed unless more are asked for."""

_METRIC = re.compile(r"metrics\.(?:`([^`]+)`|([\w.]+))|`metrics\.([^`]+)`")


@click.command("ls", short_help="List the runs.")
@click.option("--sort", metavar="FIELD", help="Sort by a field, the largest first with - before it: -metrics.acc")
@click.option(
    "--where", metavar="EXPRESSION", help="List only what matches: \"metrics.acc > 0.9 and status == 'finished'\""
)
@click.option(
    "-n", "count", type=click.IntRange(1), metavar="N", help=f"How many to list; {SHOWN} on a page without it."
)
@click.option("--all", "everything", is_flag=True, help="List all of them.")
@click.option(
    "--csv", "as_csv", is_flag=True, help="Print all of them as CSV, every metric and argument in its own column."
)
@json_option
def command(
    sort: str | None, where: str | None, count: int | None, everything: bool, as_csv: bool, as_json: bool
) -> int:
    """List the runs of this project, the newest first."""
    if as_csv and as_json:
        raise BadOption("--csv and --json are two forms of the same list.", "Give one of them.")
    # Both are read before the store is: a slip of the pen is answered at once.
    keys = parse_sort(sort, FIELDS) if sort is not None else []
    expression = parse(where, FIELDS) if where is not None else None
    found = [msgspec.structs.asdict(row) for row in stored_runs()]
    kept = found if expression is None else [row for row in found if matches(expression, _told(row))]
    most = count or (SHOWN if not (everything or as_csv or as_json) else len(kept))
    shown = order(kept, keys)[:most]
    if as_json:
        print_document("runs/1", {"runs": [_document(row) for row in shown]})
    elif as_csv:
        print_page(run_csv(shown, instant))
    else:
        _print_table(shown, len(kept), len(found), _asked(sort, where))
    return 0


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as expressions see it: its moment is ISO 8601, so that it compares with a date."""
    return {**row, "started": instant(row["started"]) if row["started"] else None}


def _document(row: Mapping[str, Any]) -> dict[str, Any]:
    told = _told(dict(row))
    return {name: told[name] for name in FIELDS}


def _asked(*texts: str | None) -> list[str]:
    """Return the metrics that were sorted or filtered by: the table shows them."""
    names = (next(filter(None, groups)) for text in texts if text for groups in _METRIC.findall(text))
    return list(dict.fromkeys(names))


def _print_table(shown: Sequence[Mapping[str, Any]], matching: int, total: int, asked: list[str]) -> None:
    if not total:
        say("samerun: there are no runs here yet. Start with: samerun record -- python train.py")
        return
    if not matching:
        say(f"samerun: none of {plural(total, 'run')} matches.")
        return
    print_page(run_table(shown, time.time(), asked, paint_for(sys.stdout)))
    if matching > len(shown):
        say(f"{matching - len(shown):,} more; --all lists them")

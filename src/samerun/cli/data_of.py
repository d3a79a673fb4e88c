"""``samerun data of``: which runs read or wrote a content, where it came from, what came of it."""

from __future__ import annotations

import os
import sys
import time
from typing import Any, Literal

import click
import msgspec

from samerun import api
from samerun.cli.options import all_option, json_option
from samerun.cli.printing import paint_for, print_document, print_page
from samerun.cli.progress import ProgressBar
from samerun.errors import BadOption
from samerun.record.lineage import Lineage
from samerun.report.lineage_graph import lineage_graph
from samerun.report.lineage_page import lineage_page
from samerun.report.plain_words import instant

_ALL = 10_000_000


@click.command("of", short_help="List the runs that read or wrote a content.")
@click.argument("file", metavar="FILE")
@click.option("--graph", type=click.Choice(["dot", "mermaid"]), help="Print a graph as text instead of a page.")
@all_option
@json_option
def command(file: str, graph: Literal["dot", "mermaid"] | None, everything: bool, as_json: bool) -> int:
    """List the runs that read or wrote what FILE holds, where it came from, and what came of it.

    Contents are compared, not names. FILE may also be a path that is gone but that a run knew, a run's id, or the first
    digits of a BLAKE3. The status is 0 if a run knows it and 1 if none does.
    """
    if graph and as_json:
        raise BadOption("--graph and --json are two forms of the same answer.", "Give one of them.")
    with ProgressBar() as progress:
        progress("looking through the runs")
        found = api.data_of(file, most=_ALL) if everything else api.data_of(file)
    if as_json:
        print_document("data-of/1", _document(found))
    elif graph:
        print_page(lineage_graph(found, graph))
    else:
        print_page(lineage_page(found, time.time(), _shown, everything, paint_for(sys.stdout)))
    return 0 if found.uses else 1


def _shown(path: str) -> str:
    """Return a path as it is written in the current folder, if it lies below it."""
    here = os.getcwd().rstrip("/") + "/"
    return path.removeprefix(here)


def _document(found: Lineage) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(found)
    for run in document["runs"].values():
        run["started"] = instant(run["started"])
    return {"known": bool(found.uses), **document, "run": found.run or None}

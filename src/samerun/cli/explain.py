"""``samerun explain``: which of the changes between two runs made the difference."""

from __future__ import annotations

import sys

import click
import msgspec

from samerun import api
from samerun.cli.options import json_option, search_options, tolerance_options
from samerun.cli.printing import paint_for, print_document, print_page
from samerun.cli.progress import ProgressBar
from samerun.cli.run_names import run_argument
from samerun.report.causes_page import explanation_page


@click.command("explain", short_help="Say which change between two runs made the difference.")
@run_argument("a")
@run_argument("b")
@tolerance_options
@click.option("--metric", metavar="NAME", help="Judge by this metric alone.")
@search_options
@json_option
def command(
    a: str,
    b: str,
    rtol: float,
    atol: float,
    metric: str | None,
    max_replays: int | None,
    timeout: float | None,
    as_json: bool,
) -> int:
    """Say which of the changes between the runs A and B made their results differ.

    Each answer is confirmed: A is run again, in a folder of its own, with some of B's values, until the smallest set
    of changes is known that gives B's result. The status is 0 if the results are the same and 1 if they differ.
    """
    with ProgressBar() as progress:
        found = api.explain(
            a,
            b,
            rtol=rtol,
            atol=atol,
            metric=metric,
            max_replays=max_replays,
            timeout_s=timeout,
            progress=progress,
        )
    if as_json:
        print_document("explain/1", msgspec.to_builtins(found))
    else:
        print_page(explanation_page(found, paint_for(sys.stdout)))
    return 0 if found.same else 1

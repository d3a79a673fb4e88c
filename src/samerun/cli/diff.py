"""``samerun diff``: what differs between two runs."""

from __future__ import annotations

import sys

import click

from samerun import api
from samerun.cli.comparing import compared_diff
from samerun.cli.documents import change_documents, metric_documents, output_documents
from samerun.cli.options import all_option, json_option, tolerance_options
from samerun.cli.printing import paint_for, print_document, print_page
from samerun.cli.run_names import run_argument
from samerun.record.verdict import is_same
from samerun.report.difference_tree import difference_page


@click.command("diff", short_help="Show what differs between two runs.")
@run_argument("a")
@run_argument("b")
@tolerance_options
@all_option
@json_option
def command(a: str, b: str, rtol: float, atol: float, everything: bool, as_json: bool) -> int:
    """Show what differs between the runs A and B: outputs and metrics first, then what changed between them.

    A and B are ids, beginnings of ids, run folders' paths, last or last~N. The status is 0 if the results are the
    same and 1 if they differ.
    """
    diff = api.diff(a, b, rtol=rtol, atol=atol)
    if as_json:
        print_document("diff/1", _document(diff))
    else:
        print_page(difference_page(compared_diff(diff), everything, paint_for(sys.stdout)))
    return 0 if is_same(diff.verdict) else 1


def _document(diff: api.Compared) -> dict[str, object]:
    return {
        "a": diff.a.id,
        "b": diff.b.id,
        "verdict": diff.verdict,
        "outputs": output_documents(diff.outputs),
        "metrics": metric_documents(diff.metrics),
        "factors": change_documents(diff.factors),
        "notes": [diff.note] if diff.note else [],
    }

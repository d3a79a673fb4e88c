"""``samerun data diff``: what differs between two data sets."""

from __future__ import annotations

import sys

import click

from samerun import api
from samerun.cli.data_page import (
    change_documents,
    change_lines,
    content_words,
    count_words,
    counts,
    status_of,
    summary,
    verdict_words,
)
from samerun.cli.data_progress import DataProgress
from samerun.cli.options import all_option, json_option
from samerun.cli.printing import paint_for, print_document, print_page


@click.command("diff", short_help="Show what differs between two data sets.")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option("--quick", is_flag=True, help="Read only files whose size, times or inode are not what they were.")
@click.option("--brief", is_flag=True, help="Do not look into changed files.")
@all_option
@json_option
def command(a: str, b: str, quick: bool, brief: bool, everything: bool, as_json: bool) -> int:
    """Show what differs between A and B: what was changed, removed, added, renamed or copied.

    Each is a folder, a file or a lock. Of a changed table, array or document that is there on both sides, the rows,
    columns, indices or keys that differ are shown. The status is 0 if both are the same, 1 if they differ,
    and 2 if all that is wrong is that some of it could not be read.
    """
    with DataProgress() as progress:
        found = api.diff_data(a, b, details=not brief, quick=quick, progress=progress.tell)
    if as_json:
        print_document("data-diff/1", _document(found, a, b))
    else:
        paint = paint_for(sys.stdout)
        if found.same:
            lines = [f"{paint('same', 'good')}: {content_words(found.a)}"]
        else:
            head = f"{verdict_words(found.changes, paint)}: {count_words(found.changes)}"
            lines = [head, *change_lines(found.changes, everything, paint)]
        print_page("\n".join(lines) + "\n")
    return status_of(found.changes)


def _document(found: api.DataDiff, a: str, b: str) -> dict[str, object]:
    return {
        "same": found.same,
        "a": {"path": a, **summary(found.a)},
        "b": {"path": b, **summary(found.b)},
        "counts": counts(found.changes),
        "changes": change_documents(found.changes),
    }

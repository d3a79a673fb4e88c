"""``samerun data verify``: is data still what a lock says?"""

from __future__ import annotations

import sys

import click

from samerun import api
from samerun.cli.data_page import change_documents, change_lines, content_words, count_words, counts, summary
from samerun.cli.data_progress import DataProgress
from samerun.cli.options import all_option, json_option
from samerun.cli.printing import paint_for, print_document, print_page
from samerun.report.plain_words import Paint, clean


@click.command("verify", short_help="Say whether data is still what a lock says.")
@click.argument("lock", metavar="LOCK")
@click.option("--quick", is_flag=True, help="Read only files whose size, times or inode are not what they were.")
@click.option("--root", metavar="DIR", help="The folder that the lock's paths start from.")
@all_option
@json_option
def command(lock: str, quick: bool, root: str | None, everything: bool, as_json: bool) -> int:
    """Read the data that LOCK names and say whether it is the same.

    The status is 0 if it is, 1 if it differs, and 2 if all that is wrong is that some of it could not be read.
    """
    with DataProgress() as progress:
        found = api.verify_data(lock, root=root, quick=quick, progress=progress.tell)
    if as_json:
        print_document("data-verify/1", _document(found, lock))
    else:
        print_page(_page(found, lock, everything, paint_for(sys.stdout)))
    if found.same:
        return 0
    return 2 if all(change.what == "unread" for change in found.changes) else 1


def _page(found: api.Verified, lock: str, everything: bool, paint: Paint) -> str:
    if found.same:
        how = "unchanged by their stat, or by bytes" if found.quick else "by bytes"
        return f"{paint('same', 'good')}: {content_words(found.found)}, {how}, below {clean(found.base)}\n"
    head = f"{paint('different', 'bad')} from {clean(lock)}: {count_words(found.changes)}, below {clean(found.base)}"
    return "\n".join([head, *change_lines(found.changes, everything, paint)]) + "\n"


def _document(found: api.Verified, lock: str) -> dict[str, object]:
    return {
        "same": found.same,
        "lock": lock,
        "base": found.base,
        "quick": found.quick,
        "a": summary(found.lock.manifest),
        "b": summary(found.found),
        "counts": counts(found.changes),
        "changes": change_documents(found.changes),
    }

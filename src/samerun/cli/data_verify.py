"""``samerun data verify``: is data still what a lock says, or what a run read?"""

from __future__ import annotations

import os
import sys

import click

from samerun import api
from samerun.cli.data_foreign import is_foreign, verify_foreign
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
from samerun.cli.data_run_page import run_data_document, run_data_page
from samerun.cli.options import all_option, json_option
from samerun.cli.printing import paint_for, print_document, print_page
from samerun.errors import BadOption, UnknownRun
from samerun.report.plain_words import Paint, clean
from samerun.store.layout import RunFolder


@click.command("verify", short_help="Say whether data is still what a lock says, or a run read.")
@click.argument("lock", metavar="LOCK|RUN")
@click.option("--quick", is_flag=True, help="Read only files whose size, times or inode are not what they were.")
@click.option("--root", metavar="DIR", help="The folder (or address) that the lock's paths start from.")
@click.option("--bytes", "read", is_flag=True, help="Read remote files instead of believing their servers.")
@all_option
@json_option
def command(lock: str, quick: bool, root: str | None, read: bool, everything: bool, as_json: bool) -> int:
    """Read the data that LOCK names, or that RUN read, and say whether it is the same.

    For the data of a run it is said, too, where copies are of what is not. The status is 0 if all is the same, 1 if it
    differs, and 2 if all that is wrong is that some of it is not known or could not be read. LOCK may also be a .dvc
    file, a dvc.lock, or a lock of addresses.
    """
    if is_foreign(lock):
        return verify_foreign(lock, read, root, quick, everything, as_json)
    if read:
        raise BadOption("--bytes is for locks of remote files; local files are always read.", "Leave it out.")
    run = _run(lock)
    if run is not None:
        return _verify_run(run, quick, root, everything, as_json)
    with DataProgress() as progress:
        found = api.verify_data(lock, root=root, quick=quick, progress=progress.tell)
    if as_json:
        print_document("data-verify/1", _document(found, lock))
    else:
        print_page(_page(found, lock, everything, paint_for(sys.stdout)))
    return status_of(found.changes)


def _run(text: str) -> RunFolder | None:
    """Return the run that is meant, if it is one; a name with a dot that is not there is a lock that is missed."""
    if os.path.exists(text) and not os.path.exists(os.path.join(text, "run.json")):
        return None
    try:
        return api.find(text)
    except UnknownRun:
        if "." in text or os.sep in text:
            return None
        raise


def _verify_run(run: RunFolder, quick: bool, root: str | None, everything: bool, as_json: bool) -> int:
    if root is not None:
        raise BadOption("--root belongs to a lock; a run knows where its data lay.", "Leave it out.")
    with DataProgress() as progress:
        found = api.verify_run_data(run, quick=quick, progress=progress.tell)
    if as_json:
        print_document("data-run/1", run_data_document(found))
    else:
        print_page(run_data_page(found, everything, paint_for(sys.stdout)))
    counts = found.counts()
    return 0 if found.same else 1 if counts["changed"] + counts["gone"] + counts["new"] else 2


def _page(found: api.Verified, lock: str, everything: bool, paint: Paint) -> str:
    if found.same:
        how = "unchanged by their stat, or by bytes" if found.quick else "by bytes"
        return f"{paint('same', 'good')}: {content_words(found.found)}, {how}, below {clean(found.base)}\n"
    head = f"{verdict_words(found.changes, paint, lock)}: {count_words(found.changes)}, below {clean(found.base)}"
    lines = [head, *change_lines(found.changes, everything, paint)]
    if not found.found.entries and all(change.what == "removed" for change in found.changes):
        lines += ["", "Nothing of it is there. If the data lies elsewhere, say where its paths start: --root DIR."]
    return "\n".join(lines) + "\n"


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

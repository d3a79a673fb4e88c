"""Verifying what others' files and locks of remote files say: ``.dvc``, ``dvc.lock``, and locks of addresses."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from samerun import data  # its names are loaded when they are used: what speaks to servers takes long
from samerun.cli.data_page import change_documents, change_lines, count_words, counts, status_of, verdict_words
from samerun.cli.data_progress import DataProgress
from samerun.cli.printing import paint_for, print_document, print_page
from samerun.data.changes import Change
from samerun.data.dvc_names import is_dvc_file
from samerun.data.remote_names import is_remote_lock
from samerun.errors import BadOption
from samerun.report.plain_words import Paint, clean, plural, size

if TYPE_CHECKING:
    from samerun.data.dvc_verifying import DvcVerified
    from samerun.data.remote_locking import RemoteVerified


def is_foreign(path: str) -> bool:
    """Say whether a path is a ``.dvc`` file, a ``dvc.lock`` or a lock of remote files."""
    return is_dvc_file(path) or is_remote_lock(path)


def verify_foreign(path: str, read: bool, root: str | None, quick: bool, everything: bool, as_json: bool) -> int:
    """Verify it, print the page or the document, and return the exit status.

    Args:
        path: the file.
        read: read every byte of remote files.
        root: an address to use for that of a lock of remote files.
        quick: refused: nothing is remembered of such files.
        everything: show whole lists.
        as_json: print the document.
    """
    if quick:
        raise BadOption("--quick belongs to a lock of local files.", "Leave it out.")
    if is_remote_lock(path):
        with DataProgress() as progress:
            remote = data.verify_remote(path, read=read, root=root, progress=progress.tell)
        _print(remote.changes, _remote_same(remote), path, everything, as_json, _remote_document(remote, path))
        return status_of(remote.changes)
    if root is not None or read:
        raise BadOption("--root and --bytes do not belong to files of DVC, which are always read.", "Leave it out.")
    with DataProgress() as progress:
        found = data.verify_dvc(path, progress=progress.tell)
    _print(found.changes, _dvc_same(found), path, everything, as_json, _dvc_document(found))
    return status_of(found.changes)


def _print(
    changes: Sequence[Change], same: str, path: str, everything: bool, as_json: bool, document: dict[str, Any]
) -> None:
    if as_json:
        schema = document.pop("schema")
        rest = {"counts": counts(changes), "changes": change_documents(changes)}
        print_document(schema, {"same": not changes, **document, **rest})
        return
    paint: Paint = paint_for(sys.stdout)
    if not changes:
        lines = [f"{paint('same', 'good')}: {same}"]
    else:
        head = f"{verdict_words(changes, paint, path)}: {count_words(changes)}"
        lines = [head, *change_lines(changes, everything, paint)]
    lines += [f"not looked at: {clean(one['place'])}: {clean(one['why'])}" for one in document.get("elsewhere", ())]
    print_page("\n".join(lines) + "\n")


def _dvc_same(found: DvcVerified) -> str:
    read = f"{plural(found.files, 'file')}, {size(found.bytes)}"
    return f"{plural(found.items, 'tracked path')} ({read}), by bytes, below {clean(found.root)}"


def _remote_same(found: RemoteVerified) -> str:
    how = "by bytes" if found.read else "by what the servers say"
    return f"{plural(found.files, 'remote file')}, {size(found.bytes)}, {how}"


def _dvc_document(found: DvcVerified) -> dict[str, Any]:
    return {
        "schema": "data-dvc/1",
        "file": found.file,
        "root": found.root,
        "items": found.items,
        "files": found.files,
        "bytes": found.bytes,
        "elsewhere": msgspec.to_builtins(found.elsewhere),
    }


def _remote_document(found: RemoteVerified, path: str) -> dict[str, Any]:
    return {
        "schema": "data-remote/1",
        "lock": path,
        "urls": list(found.lock.urls),
        "read": found.read,
        "files": found.files,
        "bytes": found.bytes,
    }

"""``samerun data lock URL...``: writing down what remote files are now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from samerun.basics.lazy import lazy_names
from samerun.cli.data_progress import DataProgress
from samerun.cli.printing import print_document, print_file, print_page, say
from samerun.data.remote_names import is_remote
from samerun.errors import BadOption
from samerun.report.plain_words import clean, plural, size

if TYPE_CHECKING:
    from samerun.data.remote_lock import RemoteLock

# What speaks to servers takes long to load, and is not needed where a folder is locked.
_late = lazy_names(
    __name__,
    {
        "encode_remote_lock": "samerun.data.remote_lock:encode_remote_lock",
        "lock_remote": "samerun.data.remote_locking:lock_remote",
        "remote_notes": "samerun.data.remote_notes:remote_notes",
    },
)


def are_remote(paths: Sequence[str]) -> bool:
    """Say whether addresses were given.

    Raises:
        BadOption: addresses and paths of this machine were given together.
    """
    remote = [is_remote(path) for path in paths]
    if any(remote) and not all(remote):
        raise BadOption("Addresses and local paths do not go into one lock.", "Make one lock of each sort.")
    return any(remote)


def lock_addresses(urls: Sequence[str], output: str, read: bool, as_json: bool) -> int:
    """Lock remote files, print the page or the document, and return the exit status.

    Args:
        urls: the addresses.
        output: the lock to write; ``-`` prints it.
        read: read every byte.
        as_json: print the document.
    """
    with DataProgress() as progress:
        made: RemoteLock = _late("lock_remote")(
            urls, None if output == "-" else output, read=read, progress=progress.tell
        )
    notes = _late("remote_notes")(made, urls)
    if as_json:
        facts = {"files": len(made.entries), "bytes": made.bytes, "read": made.read, "notes": notes}
        print_document("data-remote-lock/1", {"lock": output, "urls": list(made.urls), **facts})
        return 0
    how = "read" if made.read else "as their servers say"
    page = f"{plural(len(made.entries), 'remote file')}, {size(made.bytes)}, {how}"
    if output == "-":
        print_file(_late("encode_remote_lock")(made))
        say(f"samerun: {page}")
    else:
        print_page(f"{clean(output)}: {page}\n")
    for note in notes:
        say(f"samerun: {clean(note)}")
    return 0

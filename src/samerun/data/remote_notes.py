"""What a person should know about a lock of remote files."""

from __future__ import annotations

from collections.abc import Sequence

from samerun.data.remote_lock import RemoteLock
from samerun.data.remote_urls import kept


def remote_notes(made: RemoteLock, urls: Sequence[str]) -> list[str]:
    """Return a sentence for each thing that the lock cannot hold.

    Args:
        made: the lock.
        urls: the addresses as they were given.
    """
    notes = [f"the query of {url} is not kept: it may be a credential" for url, cut in map(kept, urls) if cut]
    silent = [entry.url for entry in made.entries if not (entry.etag or entry.modified)]
    if silent and not made.read:
        notes.append(f"of {silent[0]} the server says nothing by which it can be known again; use --bytes")
    return notes

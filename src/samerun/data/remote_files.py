"""Remote files: what a server says of each without sending it, and what a place to read them from can do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import msgspec

from samerun.errors import MissingData


class RemoteEntry(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One remote file.

    ``url`` is without credentials. ``size`` is in bytes, None where the server does not say. ``etag`` is the server's
    own mark of the content, without quotes (``W/`` before it if the server promises no more than the same meaning);
    ``modified`` is when it says that it was last changed, as it writes it. ``blake3`` is hex, where it was read.
    """

    url: str
    size: int | None = None
    etag: str = ""
    modified: str = ""
    blake3: str = ""


class Source(Protocol):
    """A place that remote files are read from."""

    def entries(self, url: str) -> list[RemoteEntry]:
        """Return what is at an address: one file, or all below it.

        Raises:
            MissingData: there is nothing, or it cannot be looked at.
        """

    def pieces(self, url: str) -> Iterator[bytes]:
        """Yield a file's bytes.

        Raises:
            MissingData: it cannot be read, or ends before its end.
        """


def refused(place: str, why: str, next_step: str = "Is the address right, and may you read it?") -> MissingData:
    """Return the error for a remote file that cannot be had; ``place`` must hold no credentials."""
    return MissingData(f"{place} cannot be read: {why}.", next_step, url=place)


def gone(place: str) -> MissingData:
    """Return the error for a remote file that is not there."""
    return MissingData(
        f"{place} cannot be read: there is nothing there.", "Is the address right?", url=place, gone=True
    )


def is_gone(error: MissingData) -> bool:
    """Say whether the server says that there is nothing, rather than refusing or failing."""
    return bool(error.facts.get("gone"))

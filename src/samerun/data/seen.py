"""What a look at data gave: its manifest, what could not be read and why, what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from samerun.data.manifest import Manifest
from samerun.errors import MissingData


class Unread(NamedTuple):
    """Something that could not be read: its path in the tree and why; ``folder`` says that all below it is unknown."""

    path: str
    why: str
    folder: bool = False


class Seen(NamedTuple):
    """A tree as far as it could be read."""

    manifest: Manifest
    unread: list[Unread]
    left_out: list[str]


def refuse_unread(place: str, unread: Sequence[Unread]) -> None:
    """Do nothing if all could be read.

    Raises:
        MissingData: something could not: data that was not read has no identity.
    """
    if not unread:
        return
    first = min(unread)
    more = f" and {len(unread) - 1:,} more" if len(unread) > 1 else ""
    raise MissingData(
        f"{place} cannot be identified: {first.path or '.'}: {first.why}{more}.",
        "Make it readable, wait until nothing writes there, or give the parts that are meant.",
        unread=[one.path for one in unread],
    )

"""Lineage: which run read or wrote a content, where that came from, and what became of it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Role = Literal["read", "wrote", "locked"]
"""``locked``: it was among the data that was locked before the run, and nobody saw the run reading it."""


class RunNode(Struct, frozen=True):
    """A run as lineage knows it: when it started, in seconds since the epoch, how many it took, where it is kept."""

    id: str
    name: str
    status: str
    started: float
    seconds: float
    parent: str | None
    folder: str

    @property
    def ended(self) -> float:
        """When it ended, as far as that is known."""
        return self.started + self.seconds


class Use(Struct, frozen=True, order=True):
    """One run's use of one content: an edge between the two.

    ``run`` is the run's id; ``path`` the absolute path at that time; ``hash`` BLAKE3 in hex, or for a file that held a
    secret a mark in its place; ``size`` in bytes; ``minor`` says that it is code or a cache, which leads no further.
    """

    run: str
    role: Role
    path: str
    hash: str
    size: int
    minor: bool = False


class Lineage(Struct, frozen=True):
    """What is known of one content, of all contents that a path had, or of one run.

    Args:
        subject: the path or id that was asked about.
        run: the run's id, if it is one.
        hashes: the contents that are meant.
        uses: their uses, the newest first; for a run, its own.
        back: the uses by which they came to be, the nearest first: a run that wrote, what that run read, and so on.
        forth: the uses that they were put to: a run that read, what that run wrote, and so on.
        runs: every run that is named, by id.
        elsewhere: where no run knows the file's content, the other contents that runs knew at its path.
        cut: whether there is more than was followed.
    """

    subject: str
    run: str = ""
    hashes: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    back: tuple[Use, ...] = ()
    forth: tuple[Use, ...] = ()
    runs: dict[str, RunNode] = {}
    elsewhere: tuple[Use, ...] = ()
    cut: bool = False

"""A run: one execution of a command, as it is kept."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from samerun.record.files import LockedData
from samerun.record.missing import Missing, NotCaptured
from samerun.record.output import Output
from samerun.record.values import Json, Reading
from samerun.record.window import Window

SCHEMA = "samerun.run/1"

Status = Literal["running", "finished", "failed", "killed", "interrupted"]
"""``failed`` is an exit status other than 0, ``interrupted`` SIGINT, ``killed`` any other signal, or a recorder
that is gone although the run never ended."""


class Holder(Struct, frozen=True):
    """Who records a run that has not ended: enough to tell whether that process still lives."""

    host: str
    boot: str
    pid: int
    started: str


class GitState(Struct, frozen=True, omit_defaults=True):
    """The commit a run started from; ``remote`` is redacted; ``dirty`` says that files differed from the commit."""

    commit: str
    branch: str = ""
    remote: str = ""
    dirty: bool = False


class Place(Struct, frozen=True):
    """The folders of a run.

    ``tree`` is the project's top folder, ``cwd`` where the command was started; ``git`` the commit, absent with the
    reason ``no_git``; ``workspace`` where a replay really ran if not at ``tree``.
    """

    tree: str
    cwd: str
    git: GitState | None = None
    no_git: str = ""
    workspace: str | None = None


class Run(Struct, frozen=True):
    """The record of one run.

    ``command`` is the redacted argument vector; ``started`` is seconds since the epoch; ``seconds`` the wall time;
    ``parent`` the run that this one replays; ``factors`` maps a kind to its values or to ``{"missing": why}``, in
    the order of the table of factors; ``metrics`` maps a name to its last value; ``locks`` is the data that was
    locked before the start.
    """

    id: str
    name: str
    command: list[str]
    place: Place
    status: Status
    started: float
    exit_code: int | None = None
    seconds: float | None = None
    parent: str | None = None
    tags: list[str] = []
    factors: dict[str, Json] = {}
    outputs: list[Output] = []
    metrics: dict[str, Json] = {}
    not_captured: list[NotCaptured] = []
    holder: Holder | None = None
    window: Window | None = None
    locks: list[LockedData] = []
    schema: str = field(default=SCHEMA)
    samerun: str = ""

    @property
    def cwd(self) -> str:
        """The folder in which the command was started."""
        return self.place.cwd

    def reading(self, kind: str) -> Reading:
        """Return the values of one factor, or why there are none."""
        value = self.factors.get(kind)
        if value is None:
            return Missing("this recording does not know of it")
        if isinstance(value, Missing):
            return value
        return Missing(value["missing"]) if set(value) == {"missing"} else value

    @property
    def ended(self) -> bool:
        """Whether the run has ended, however it did."""
        return self.status != "running"

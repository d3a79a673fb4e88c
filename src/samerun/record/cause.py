"""What made the difference: causes, what turned out not to matter, and what could not be tried."""

from __future__ import annotations

from msgspec import Struct

from samerun.record.verdict import Verdict


class Cause(Struct, frozen=True):
    """One confirmed cause.

    ``kind`` is one of the kinds of the contract; ``subject`` names the thing (a file, an option, a variable, a
    package); ``where`` is ``path:line`` in the user's code, or None where there is none or it cannot be told;
    ``evidence`` is one sentence about the runs that show it; ``advice`` one about what to do.
    """

    kind: str
    subject: str
    where: str | None = None
    evidence: str = ""
    advice: str = ""


class NotCause(Struct, frozen=True):
    """A change that did not matter, with the run that shows it."""

    kind: str
    subject: str
    evidence: str = ""


class Unconfirmed(Struct, frozen=True):
    """What could not be tried, with the reason: never guessed."""

    kind: str
    subject: str
    why: str


class Sensitivity(Struct, frozen=True):
    """A condition that changes the result when varied, although plain repeats agree.

    ``within_rounding`` says that numbers alone differ, by no more than sums in another order do.
    """

    kind: str
    where: str | None = None
    evidence: str = ""
    advice: str = ""
    subject: str = ""
    within_rounding: bool = False


class Explanation(Struct, frozen=True):
    """What ``explain`` found: ``same`` and ``verdict`` are of the two runs, ``replays`` how many runs were made."""

    same: bool
    verdict: Verdict
    causes: tuple[Cause, ...] = ()
    not_causes: tuple[NotCause, ...] = ()
    unconfirmed: tuple[Unconfirmed, ...] = ()
    replays: int = 0
    notes: tuple[str, ...] = ()


class Check(Struct, frozen=True):
    """What ``check`` found; None stands for what was not found out, and a note says why."""

    reproducible: bool | None
    reproducible_when_recorded: bool | None
    causes: tuple[Cause, ...] = ()
    sensitive_to: tuple[Sensitivity, ...] = ()
    insensitive_to: tuple[str, ...] = ()
    replays: int = 0
    unconfirmed: tuple[Unconfirmed, ...] = ()
    notes: tuple[str, ...] = ()

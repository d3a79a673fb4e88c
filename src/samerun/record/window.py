"""When and where a run took place: what a volatile value is judged by."""

from __future__ import annotations

from msgspec import Struct


class Window(Struct, frozen=True):
    """The span, the host, the processes and the folders of one run.

    ``started`` and ``ended`` are seconds since the epoch (UTC); ``paths`` are folders that belong to this run
    alone (its workspace, its run folder, its temporary folder).
    """

    started: float
    ended: float
    host: str = ""
    pids: frozenset[int] = frozenset()
    paths: tuple[str, ...] = ()
    run_id: str = ""

    @property
    def seconds(self) -> float:
        """How long the run took."""
        return self.ended - self.started


class NamedWindow(Window, frozen=True):
    """A window with the names that the run drew for its own outputs, each with its pattern; known when it is compared.

    ``names`` holds ``("exp-20240610_061330", "exp-{time}")``.
    """

    names: tuple[tuple[str, str], ...] = ()

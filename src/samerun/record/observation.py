"""What was seen of a program while it ran."""

from __future__ import annotations

from msgspec import Struct

from samerun.record.missing import NotCaptured


class SeenFile(Struct, frozen=True):
    """A file at its first open: what tells later whether it is still the same content."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int
    when: float = 0.0


class SeenProcess(Struct, frozen=True):
    """One Python process of the run."""

    label: str
    pid: int
    executable: str
    version: str
    prefix: str
    base_prefix: str
    argv: tuple[str, ...]
    sys_path: tuple[str, ...] = ()


class Observation(Struct, frozen=True):
    """Everything that was seen, joined over all processes of a run.

    Paths are absolute. ``reads`` holds files that existed before the run and were opened for reading; ``written`` files
    that were written and still exist; ``before`` the size and mtime_ns that files had when they were
    first opened for writing; ``absent`` paths that were opened for reading and were not there; ``variables``
    maps a name that was read to whether the user's own code read it; ``effective`` what libraries reported at the end;
    ``used`` the user's lines (``path:line``) that used what a condition is about, where that was watched.
    """

    processes: tuple[SeenProcess, ...] = ()
    reads: dict[str, SeenFile] = {}
    written: frozenset[str] = frozenset()
    before: dict[str, tuple[int, int]] = {}
    absent: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    variables: dict[str, bool] = {}
    imported: frozenset[str] = frozenset()
    sockets: frozenset[str] = frozenset()
    unseeded: dict[str, str] = {}
    effective: dict[str, str] = {}
    used: dict[str, tuple[str, ...]] = {}
    not_captured: tuple[NotCaptured, ...] = ()

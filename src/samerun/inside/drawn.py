"""Which hidden generators the program drew from though it never seeded them.

    drawn SOURCE FILE LINE
        FILE:LINE the nearest line of the user's own code, empty where there is none or where only the process's end
        showed that the generator had moved

Written once for each source and process, as soon as it is known: a pool ends its workers by killing them. What a
library draws while it is imported, or on its own account in a thread of its own, is not the program's.
"""

from __future__ import annotations

import atexit

from . import events, frames, imports, standins

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Mapping, Optional

_watched: dict[str, Callable[[], bool]] = {}
_told: set[str] = set()


def watch(source: str, moved: Callable[[], bool]) -> None:
    """Ask ``moved`` when the process ends: did the generator of ``source`` move, though never seeded?"""
    _watched[source] = moved


def install(environment: Mapping[str, str]) -> None:
    """Ask at the end of the process; a worker of multiprocessing has an end of its own."""
    atexit.register(note)
    imports.when_imported("multiprocessing.util", _at_the_end_of_workers)


def by_program(source: str, frame: Optional[FrameType]) -> bool:
    """Note a draw from ``source``, which was not seeded, if it was for the program.

    Args:
        source: the library whose hidden generator it was.
        frame: who drew.

    Returns:
        Whether it was for the program, so that there is nothing more to watch for.
    """
    asker = frames.asker(frame)
    if asker.importing or not asker.rooted:
        return False
    tell(source, asker.file, asker.line)
    return True


def tell(source: str, file: str = "", line: int = 0) -> None:
    """Write ``drawn``, unless this process or one that it was forked from has done so."""
    if source not in _told:
        _told.add(source)
        events.emit("drawn", source, file, line)


def is_told(source: str) -> bool:
    """Return whether ``drawn`` was written for ``source``."""
    return source in _told


def note() -> None:
    """Write ``drawn`` for each source that was drawn from."""
    for source, moved in list(_watched.items()):
        try:
            if moved():
                tell(source)
        except Exception as error:  # the edge to the user's program
            standins.report("drawn " + source, error)
    _watched.clear()


def _at_the_end_of_workers(util: Any) -> None:
    def finish_last() -> None:
        util.Finalize(None, note, exitpriority=-1000)

    # Each worker forgets its parent's finalizers and runs what was registered here, on a function that lives as long.
    util.register_after_fork(note, lambda _: finish_last())

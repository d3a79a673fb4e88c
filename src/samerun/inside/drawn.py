"""Which hidden generators the program drew from though it never seeded them: ``drawn SOURCE`` at a process's end."""

from __future__ import annotations

import atexit

from . import events, imports, standins

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable, Mapping

_watched: dict[str, Callable[[], bool]] = {}


def watch(source: str, moved: Callable[[], bool]) -> None:
    """Ask ``moved`` when the process ends: did the generator of ``source`` move, though never seeded?"""
    _watched[source] = moved


def install(environment: Mapping[str, str]) -> None:
    """Ask at the end of the process; a worker of multiprocessing has an end of its own."""
    atexit.register(note)
    imports.when_imported("multiprocessing.util", _at_the_end_of_workers)


def note() -> None:
    """Write ``drawn`` for each source that was drawn from."""
    for source, moved in list(_watched.items()):
        try:
            if moved():
                events.emit("drawn", source)
        except Exception as error:  # the edge to the user's program
            standins.report("drawn " + source, error)
    _watched.clear()


def _at_the_end_of_workers(util: Any) -> None:
    def finish_last() -> None:
        util.Finalize(None, note, exitpriority=-1000)

    # Each worker forgets its parent's finalizers and runs what was registered here, on a function that lives as long.
    util.register_after_fork(note, lambda _: finish_last())

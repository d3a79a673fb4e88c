"""Which conditions this process was asked for, and at which lines of the program.

``SAMERUN_CONDITIONS`` has a line a kind: ``clock=shifted`` for every call, ``clock=shifted@train.py:12,eval.py:3`` for
those that the named lines of the user's code make. The mode ``watch`` changes nothing and notes who asks:

    used KIND FILE LINE
        FILE:LINE the nearest line of the user's own code, empty where there is none; noted for the first, second,
        fourth ... time
"""

from __future__ import annotations

import os
import sys

from .. import events, frames, identity

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Mapping, Optional

VARIABLE = "SAMERUN_CONDITIONS"
WATCH = "watch"

KINDS: Mapping[str, str] = {
    "trace": ".tracing",  # no condition, and so beside this folder: the program's own lines are followed
    "listing-order": "listing",
    "completion-order": "completion",
    "thread-count": "threads",
    "os-entropy": "entropy_supply",
    "unseeded-jax": "jax_keys",
    "clock": "clock",
    "uninitialised-memory": "memory",
    "memory-address": "addresses",
    "process-id": "process_id",
    "nondeterministic-kernel": "kernels",
    "precision": "precision",
}
"""Each kind with the module beside this one that carries it out: ``install(mode)`` is called once in each process."""

_sites: dict[str, frozenset[str]] = {}
_places: dict[tuple[str, str, int], int] = {}
_tree = ""


def install(environment: Mapping[str, str]) -> None:
    """Carry out what ``environment`` asks for.

    Args:
        environment: SAMERUN_CONDITIONS, and SAMERUN_TREE, the folder that the names of sites are relative to.
    """
    global _tree
    _tree = environment.get("SAMERUN_TREE", "").rstrip("/") + "/"
    text = environment.get(VARIABLE, "")
    if not text:
        return
    identity.when_entered(_places.clear)
    for kind, mode, sites in parse(text):
        if kind in KINDS:
            _sites[kind] = sites
            from importlib import import_module  # it brings more modules with it, into every recorded program

            try:
                import_module("." + KINDS[kind], __package__).install(mode)
            except Exception as error:  # the edge to the user's program
                events.fault("condition " + kind, error)


def parse(text: str) -> list[tuple[str, str, frozenset[str]]]:
    """Return each kind with its mode and the sites that it is restricted to (none: everywhere)."""
    found = []
    for line in text.splitlines():
        kind, _, rest = line.partition("=")
        mode, _, sites = rest.partition("@")
        found.append((kind, mode, frozenset(site for site in sites.split(",") if site)))
    return found


def applies(kind: str, frame: Optional[FrameType]) -> bool:
    """Say whether a call that ``frame`` made is to be changed: always, or only if a named line of the user's made it.

    Args:
        kind: which condition.
        frame: the caller's frame, ``sys._getframe(1)`` in the stand-in.
    """
    sites = _sites.get(kind)
    if not sites:
        return True
    return site(frame) in sites


def is_restricted(kind: str) -> bool:
    """Say whether a condition was asked for at named lines only."""
    return bool(_sites.get(kind))


def site(frame: Optional[FrameType]) -> str:
    """Return the nearest line of the user's own code as a site's name: ``path:line`` below the project's folder."""
    asker = frames.asker(frame)
    return "%s:%d" % (relative(asker.file), asker.line) if asker.file else ""


def relative(file: str) -> str:
    """Return a file's name below the project's folder, or the whole path of one that lies elsewhere."""
    path = os.path.abspath(file) if not file.startswith(("<", "In[")) else file
    return path[len(_tree) :] if path.startswith(_tree) else path


def note(kind: str, frame: Optional[FrameType]) -> None:
    """Note that a line of the user's own code used what a condition is about; nothing if only a library did."""
    asker = frames.asker(frame)
    if asker.importing:
        return
    place = (kind, asker.file, asker.line)
    count = _places[place] = _places.get(place, 0) + 1
    if count & (count - 1) == 0:
        events.emit("used", kind, relative(asker.file) if asker.file else "", asker.line)


def caller(depth: int = 2) -> Optional[FrameType]:
    """Return the frame of whoever called the function that calls this; deeper for a larger ``depth``."""
    return sys._getframe(depth)

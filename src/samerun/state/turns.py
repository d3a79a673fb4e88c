"""Whose turn it is: hidden generators are the process's, so one thread at a time has its blocks and its seeding."""

from __future__ import annotations

import os
import threading
import warnings

from samerun.state import layers

PATIENCE = 5.0
"""Seconds for which a thread waits for another one's block before it says so."""


class Turn:
    """A lock that the same thread may take again, and that says whom a thread waits for."""

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def take(self, depth: int) -> None:
        """Wait until no other thread has a block; say so once, if it takes long.

        Args:
            depth: how many calls above this one the line is that the warning is about.
        """
        if not self._lock.acquire(timeout=PATIENCE):
            holder = layers.layers[-1].where or "a block that has just begun"
            warnings.warn(
                f"A seeding has waited {PATIENCE:g} seconds for the block of another thread: {holder}. "
                "Hidden generators are the process's: such blocks cannot run side by side. "
                "For numbers of its own, a thread takes samerun.state.stream().",
                RuntimeWarning,
                stacklevel=depth + 1,
            )
            self._lock.acquire()

    def give(self) -> None:
        """Let the next thread have its turn."""
        self._lock.release()

    def forked(self) -> None:
        """In a forked child, forget the block of a thread that is not there any more."""
        if self._lock.acquire(blocking=False):
            self._lock.release()
        else:
            self._lock = threading.RLock()
            del layers.layers[1:]


turn = Turn()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=turn.forked)

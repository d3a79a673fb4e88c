"""Whose turn it is: hidden generators are the process's, so one thread at a time has its blocks and its seeding."""

from __future__ import annotations

import os
import threading
import warnings

from samerun.state import layers

PATIENCE = 5.0
"""Seconds for which a thread waits for another one's block before it says so."""


class Owner:
    """A thread that has its turn; not its number, which another one may get after its end."""


class Turn:
    """A lock that the same thread may take again, and that says whom a thread waits for.

    It may be given back by another thread: a suspended generator with a block in it can be closed anywhere.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._owner: Owner | None = None
        self._taken = 0
        self._here = threading.local()

    def take(self, depth: int) -> Owner:
        """Wait until no other thread has a block; say so once, if it takes long.

        Args:
            depth: how many calls above this one the line is that the warning is about.

        Returns:
            What ``give`` is to be given.
        """
        if not self._took(PATIENCE):
            holder = layers.layers[-1].where or "a block that has just begun"
            warnings.warn(
                f"A seeding has waited {PATIENCE:g} seconds for the block of another thread: {holder}. "
                "Hidden generators are the process's: such blocks cannot run side by side. "
                "For numbers of its own, a thread takes samerun.state.stream().",
                RuntimeWarning,
                stacklevel=depth + 1,
            )
            self._took(None)
        return self._me

    @property
    def _me(self) -> Owner:
        if not hasattr(self._here, "owner"):
            self._here.owner = Owner()
        owner: Owner = self._here.owner
        return owner

    def _took(self, patience: float | None) -> bool:
        """Wait so many seconds for the turn, None for as long as it takes; say whether it came."""
        me = self._me
        with self._changed:
            free = self._changed.wait_for(lambda: self._owner in (None, me), patience)
            if free:
                self._owner = me
                self._taken += 1
            return free

    def give(self, owner: Owner) -> None:
        """Let the next thread have its turn, if this was the last block of its owner."""
        with self._changed:
            if self._owner is owner:  # else it was forgotten by a fork
                self._taken -= 1
                self._owner = owner if self._taken else None
                self._changed.notify_all()

    def forked(self) -> None:
        """In a forked child, forget the block of a thread that is not there any more."""
        self._changed = threading.Condition()
        if self._owner not in (None, self._me):
            self._owner, self._taken = None, 0
            del layers.layers[1:]


turn = Turn()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=turn.forked)

"""What the ranks of a distributed training tell each other about a checkpoint.

It goes through the key-value store that torch.distributed was set up with, not through collectives: any backend will
do, nothing is unpickled, and a rank that does not call is a sentence after some minutes and not a hang for ever.
"""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import torch

from samerun.errors import CannotSave

PATIENCE = timedelta(minutes=10)
"""How long a rank waits for the others to call, and for the outcome."""

_DONE = b"done"
_calls = itertools.count()


def rank_and_size() -> tuple[int, int]:
    """Return this process's rank and how many there are; (0, 1) without torch.distributed."""
    distributed = torch.distributed
    if not distributed.is_available() or not distributed.is_initialized():
        return 0, 1
    return distributed.get_rank(), distributed.get_world_size()


class Meeting:
    """One call of ``save`` on all ranks. Every rank makes as many as every other, in the same order."""

    def __init__(self) -> None:
        self.rank, self.size = rank_and_size()
        self._store: Any = None
        if self.size > 1:
            base = torch.distributed.distributed_c10d._get_default_store()
            self._store = torch.distributed.PrefixStore(f"samerun.checkpoints/{next(_calls)}", base)

    def gather(self, payload: bytes) -> list[bytes]:
        """Give this rank's payload; rank 0 gets all of them in order, the others an empty list.

        Raises:
            CannotSave: a rank did not call ``save``.
        """
        if self.size == 1:
            return [payload]
        if self.rank:
            self._store.set(f"payload/{self.rank}", payload)
            return []
        return [payload, *(self._get(f"payload/{rank}", f"rank {rank}") for rank in range(1, self.size))]

    def broadcast(self, text: str) -> str:
        """Return rank 0's text on every rank.

        Raises:
            CannotSave: rank 0 did not call ``save``.
        """
        if self.size > 1 and self.rank == 0:
            self._store.set("text", text.encode())
        return text if self.rank == 0 else self._get("text", "rank 0").decode()

    def conclude(self, error: BaseException | None = None) -> None:
        """Tell the outcome (rank 0), or wait for it (the others).

        Raises:
            CannotSave: rank 0 failed, on the other ranks.
        """
        if self.size == 1:
            return
        if self.rank == 0:
            self._store.set("outcome", _DONE if error is None else str(error).encode("utf-8", "replace"))
            return
        outcome = self._get("outcome", "rank 0")
        if outcome != _DONE:
            raise CannotSave("Rank 0 could not save the checkpoint:", outcome.decode("utf-8", "replace"))

    def _get(self, key: str, who: str) -> bytes:
        try:
            self._store.wait([key], PATIENCE)
            found: bytes = self._store.get(key)
        except RuntimeError as error:  # what the store raises when the time is over
            raise CannotSave(
                f"{who.capitalize()} did not come to the checkpoint within {PATIENCE.seconds // 60} minutes.",
                "Call save on every rank, with the same parts; not within `if rank == 0`.",
            ) from error
        return found

"""Which process of a distributed run this is."""

from __future__ import annotations

import numbers
import os

import torch.distributed

from samerun.errors import BadOption


def rank_and_world(rank: int | None, world_size: int | None) -> tuple[int, int]:
    """Return rank and world size: as given, else torch.distributed's, else RANK's and WORLD_SIZE's, else 0 and 1.

    Raises:
        BadOption: one of the two alone is given, or they do not fit each other.
    """
    if (rank is None) != (world_size is None):
        raise BadOption("Of rank and world_size only one is given.", "Give both, or neither.")
    found = _found() if rank is None or world_size is None else (rank, world_size)
    if not all(map(_is_whole, found)) or not 0 <= found[0] < found[1]:
        raise BadOption(f"There is no rank {found[0]!r} among {found[1]!r}.", "Ranks count from 0 to world_size - 1.")
    return int(found[0]), int(found[1])


def _is_whole(value: object) -> bool:
    return isinstance(value, numbers.Integral)


def _found() -> tuple[int, int]:
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank(), torch.distributed.get_world_size()
    names = ("RANK", "WORLD_SIZE")
    if not all(name in os.environ for name in names):
        return 0, 1
    words = [os.environ[name] for name in names]
    if not all(word.isdecimal() for word in words):
        raise BadOption(f"RANK and WORLD_SIZE are no numbers: {words[0]!r} and {words[1]!r}.", "Give rank, world_size.")
    return int(words[0]), int(words[1])

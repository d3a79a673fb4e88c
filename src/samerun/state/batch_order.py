"""Which samples went into a batch: read off torch's loaders while they hand batches out."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from torch.utils.data import dataloader

from samerun.state.digests import digest_bytes


@dataclass(frozen=True, slots=True)
class Handed:
    """A batch that a loader handed out.

    Attributes:
        indices: the digest of the indices of its samples; None where the loader has none (an iterable dataset).
        number: which batch of its pass over the data it is, from 1.
        content: the digest of the batch itself; None where nobody asked.
    """

    indices: bytes | None
    number: int
    content: bytes | None = None


@contextmanager
def batches_told(tell: Callable[[Handed], None]) -> Iterator[None]:
    """Call ``tell`` for each batch that any loader of this process hands out inside the block.

    It draws nothing and holds nothing back; a torch whose loaders are built otherwise is left alone.
    """
    base: Any = getattr(dataloader, "_BaseDataLoaderIter", None)
    if base is None or not hasattr(base, "_next_index"):
        yield
        return
    index, item = base._next_index, base.__next__
    drawn: weakref.WeakKeyDictionary[Any, deque[Any]] = weakref.WeakKeyDictionary()
    counts: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()

    def next_index(self: Any) -> Any:
        indices = index(self)
        drawn.setdefault(self, deque()).append(_digest(indices))
        return indices

    def next_item(self: Any) -> Any:
        batch = item(self)
        waiting = drawn.get(self)
        counts[self] = counts.get(self, 0) + 1
        tell(Handed(waiting.popleft() if waiting else None, counts[self], digest_bytes(batch)))
        return batch

    base._next_index, base.__next__ = next_index, next_item
    try:
        yield
    finally:
        base._next_index, base.__next__ = index, item


def _digest(indices: Any) -> bytes | None:
    """An iterable dataset is asked with None in place of each index."""
    if indices is None or (isinstance(indices, list | tuple) and all(one is None for one in indices)):
        return None
    return digest_bytes(list(indices) if isinstance(indices, list | tuple) else indices)

"""One pass over the data: torch's own iterator, and a count of what was handed out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from samerun.state.loading.course import Course, Place


class LoaderIterator(Iterator[Any]):
    """Hands out the batches of one pass and reports where it stands before each is handed out.

    The pass begins with its first batch: a framework may ask for the iterator first and say which epoch it is then.

    Args:
        course: where the epochs are counted; the next one is begun.
        make: makes torch's iterator for a place.
        discard: how many batches are to be thrown away first, for a place.
        giving_back: what is entered around each fetch in this process; None for none.
        samples: how many places of the common order a batch uses up.
        most: how many places there are.
    """

    def __init__(
        self,
        course: Course,
        make: Callable[[Place], Any],
        *,
        discard: Callable[[Place], int],
        giving_back: Callable[[], AbstractContextManager[None]] | None,
        samples: int,
        most: int,
    ) -> None:
        self._course, self._make, self._discard = course, make, discard
        self._guard = giving_back or nullcontext
        self._samples, self._most = samples, most
        self._inner: Any = None

    def __next__(self) -> Any:
        if self._inner is None:
            self._turn, self._place = self._course.begin()
        try:
            with self._guard():
                batch = next(self._begun())
        except StopIteration:
            self._course.report(self._turn, None)
            raise
        at = self._place
        self._place = Place(at.epoch, at.batches + 1, min(at.samples + self._samples, self._most))
        self._course.report(self._turn, self._place)
        return batch

    def _begun(self) -> Any:
        """Return torch's iterator, made with the first batch."""
        if self._inner is None:
            self._inner = self._make(self._place)
            for _ in range(self._discard(self._place)):
                next(self._inner)
        return self._inner

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or self.__dict__.get("_inner") is None:
            raise AttributeError(name)
        return getattr(self._inner, name)

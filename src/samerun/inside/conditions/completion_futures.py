"""Futures in one order: handed over as they were submitted, or from the end, and not as they finish.

``as_completed`` and ``wait`` of ``concurrent.futures``. Whoever waits for the first of several gets the one that was
submitted first; where that one gets on only if another is handed over before it, the other is, after a while.
"""

from __future__ import annotations

import sys
from _thread import allocate_lock
from itertools import count

from .. import imports, standins
from . import asked, completion_mode, turns

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Iterable, Iterator, Optional

PATIENCE, PATIENCE_VARIED = 20.0, 1.0
"""Seconds after which a future that is finished is handed over before one that is not, though it is not its turn."""

_BASE, _PACKAGE = "concurrent.futures._base", "concurrent.futures"
_NUMBER = "_samerun_number"
_SLICE = 0.25

_numbers = count(1)
_callbacks: dict[str, Callbacks] = {}
_base: Any = None


class InOrder(set):  # type: ignore[type-arg]
    """A set that is walked in the order of submission; ``key`` gives an item's place in it."""

    def __init__(self, items: Iterable[Any], key: Callable[[Any], Any]) -> None:
        super().__init__(items)
        self._key = key

    def __iter__(self) -> Iterator[Any]:
        return iter(sorted(super().__iter__(), key=self._key, reverse=completion_mode.is_reversed()))

    def __repr__(self) -> str:
        return "{%s}" % ", ".join(map(repr, self)) if self else "set()"

    def __reduce__(self) -> Any:
        return set, (list(self),)

    def pop(self) -> Any:
        """Remove the first."""
        for item in self:
            self.remove(item)
            return item
        return super().pop()  # raises as it does


def install() -> None:
    """Order what is collected from now on."""
    imports.when_imported(_BASE, _attach)


def number_of(future: Any) -> int:
    """Return the place of a future among all that were made in this process."""
    return int(getattr(future, _NUMBER, 0))


def _attach(base: Any) -> None:
    global _base
    _base = base
    package = sys.modules.get(_PACKAGE)
    for name, action in (("as_completed", _as_completed), ("wait", _wait)):
        completion_mode.wrap(base, name, action, package)
    _count(base.Future)
    _watch_callbacks(base.Future)


def _count(future: Any) -> None:
    make = future.__init__

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        setattr(self, _NUMBER, next(_numbers))
        make(self, *args, **kwargs)

    future.__init__ = standins.look_like(__init__, make)


def _watch_callbacks(future: Any) -> None:
    add = future.add_done_callback

    def add_done_callback(self: Any, fn: Any) -> None:
        frame = sys._getframe(1)
        if str(frame.f_globals.get("__name__")).partition(".")[0] not in ("asyncio", "concurrent"):
            fn = _in_order(fn, frame)
        add(self, fn)

    future.add_done_callback = standins.look_like(add_done_callback, add)


def _in_order(callback: Any, frame: Optional[FrameType]) -> Any:
    """Return a callback that waits for those before it, where nothing but the lines that ask for them is ordered."""
    if not completion_mode.is_asked(frame) or not completion_mode.is_held():
        return callback
    return callbacks_at(frame).in_order(callback)[0] if asked.is_restricted(completion_mode.KIND) else callback


class Callbacks:
    """Calls back in the order in which the work was handed in, each as soon as those before it were called."""

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._given = 0
        self._called = 0
        self._waiting: dict[int, Callable[[], object]] = {}

    def in_order(self, *callbacks: Any) -> list[Callable[[Any], None]]:
        """Return stand-ins for the callbacks of one piece of work, of which one will be called; None is nothing."""
        number = self._given
        self._given += 1

        def stand_in(callback: Any) -> Callable[[Any], None]:
            return lambda value: self._come(number, lambda: callback(value) if callback else None)

        return [stand_in(callback) for callback in callbacks]

    def _come(self, number: int, call: Callable[[], object]) -> None:
        with self._lock:
            self._waiting[number] = call
            ready = []
            while self._called in self._waiting:
                ready.append(self._waiting.pop(self._called))
                self._called += 1
        for each in ready:
            each()


def callbacks_at(frame: Optional[FrameType]) -> Callbacks:
    """Return those that one line of the program asks for."""
    return _callbacks.setdefault(asked.site(frame), Callbacks())


def _as_completed(original: Callable[..., Any], fs: Any, timeout: Optional[float] = None) -> Any:
    if not completion_mode.is_asked(sys._getframe(2)):
        return original(fs, timeout)
    return _one_by_one(sorted(dict.fromkeys(fs), key=number_of), timeout)


def _one_by_one(futures: list[Any], timeout: Optional[float]) -> Iterator[Any]:
    if completion_mode.is_reversed():
        futures.reverse()
    end = None if timeout is None else turns.seconds() + timeout
    total = len(futures)
    while futures:
        index = _first(futures, end)
        if index is None:
            raise _base.TimeoutError("%d (of %d) futures unfinished" % (len(futures), total))
        yield futures.pop(index)


def _first(futures: list[Any], end: Optional[float]) -> Optional[int]:
    """Wait for the first, and return its index; another's, after a while or when the time is over; None for none."""
    patience = turns.seconds() + (PATIENCE if completion_mode.is_held() else PATIENCE_VARIED)
    while not futures[0].done():
        now = turns.seconds()
        finished = [index for index, future in enumerate(futures) if future.done()]
        is_over = end is not None and now > end
        if is_over or (finished and now > patience):
            return finished[0] if finished else None
        _until_done(futures[0], _SLICE if end is None else min(_SLICE, max(end - now, 0.001)))
    return 0


def _until_done(future: Any, timeout: float) -> None:
    try:
        future.exception(timeout)
    except (_base.TimeoutError, _base.CancelledError):
        pass


def _wait(
    original: Callable[..., Any], fs: Any, timeout: Optional[float] = None, return_when: str = "ALL_COMPLETED"
) -> Any:
    if not completion_mode.is_asked(sys._getframe(2)):
        return original(fs, timeout, return_when)
    futures = sorted(set(fs), key=number_of, reverse=completion_mode.is_reversed())
    end = None if timeout is None else turns.seconds() + timeout
    if return_when == _base.ALL_COMPLETED or not futures:
        done = set(original(futures, timeout, return_when).done)
    elif return_when == _base.FIRST_COMPLETED:
        index = _first(futures, end)
        done = {future for future in futures if future.done()} if index is None else {futures[index]}
    else:
        done = _up_to_a_failure(futures, end)
    return _base.DoneAndNotDoneFutures(InOrder(done, number_of), InOrder(set(futures) - done, number_of))


def _up_to_a_failure(futures: list[Any], end: Optional[float]) -> set[Any]:
    left, done = list(futures), set()
    while left:
        index = _first(left, end)
        if index is None:
            return {future for future in futures if future.done()}
        future = left.pop(index)
        done.add(future)
        if not future.cancelled() and future.exception() is not None:
            break
    return done

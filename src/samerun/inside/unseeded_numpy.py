"""numpy: its hidden legacy generator, and every ``default_rng()``, BitGenerator and SeedSequence made without a seed.

All of them ask one function for bits, ``numpy.random.bit_generator.randbits``. It is replaced right after that module
was executed, before the hidden generator is made.

Who draws from the hidden generator is seen by its lock, which every draw takes, whichever name, object or library
reaches it: ``np.random.rand``, scikit-learn's ``check_random_state(None)``, scipy's distributions. Once the program has
seeded it, or has drawn from it, the lock's methods are those of the lock that numpy would have made.
"""

from __future__ import annotations

import sys

from . import drawn, entropy, imports, seeding, standins

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Mapping

SOURCE = "numpy"
_LOCKS = ("RLock", "Lock")  # numpy 2.3 and later; earlier
_SEEDING = ("seed", "set_state")
_PASSED = ("__repr__", "__enter__", "__exit__", "acquire", "release", "locked", "_is_owned")


class _Watch:
    """Looks who draws from the hidden generator, until the program has seeded it or has drawn from it.

    Args:
        lock: the lock that numpy would have given the generator; ``seat``, which it gets instead, passes all on to it.
    """

    def __init__(self, lock: Any) -> None:
        self.seat: Any = type("Lock", (), {name: getattr(lock, name) for name in dir(lock) if name in _PASSED})()
        self._lock = lock
        self._mtrand: Any = None
        self._wires: dict[str, standins.Wire] = {}
        self._position: object = None
        self._depth = 0

    def begin(self, mtrand: Any) -> None:
        """Look from now on."""
        self._mtrand = mtrand
        self._position = _position(mtrand._rand._bit_generator)
        for name in _SEEDING:
            self._wires[name] = mtrand.__dict__[name] = standins.wire(getattr(mtrand, name), self._seed)
        # The lock's own methods are no functions, so that a class can keep them: they are called without ``self``.
        kind = type(self.seat)
        kind.__enter__ = lambda _: self._enter()
        kind.__exit__ = lambda _, *error: self._exit(sys._getframe(1))

    def leave(self) -> None:
        """Put everything back."""
        kind = type(self.seat)
        kind.__enter__, kind.__exit__ = self._lock.__enter__, self._lock.__exit__
        for name, wire in self._wires.items():
            wire.step_aside()
            for module in (self._mtrand, sys.modules.get("numpy.random")):
                if getattr(module, name, None) is wire:
                    setattr(module, name, wire.__wrapped__)

    def _enter(self) -> None:
        self._lock.acquire()
        self._depth += 1

    def _exit(self, frame: FrameType) -> None:
        try:
            if self._depth == 1:
                self._look(frame)
        except Exception as error:  # the edge to the user's program
            standins.report("drawn " + SOURCE, error)
        finally:
            self._depth -= 1
            self._lock.release()

    def _look(self, frame: FrameType) -> None:
        """Judge what was done under the lock: seeded, drawn for the program, or drawn by a library for itself."""
        source = self._mtrand._rand._bit_generator
        position = _position(source)
        if not _unseeded(source):
            self.leave()
        elif position != self._position:
            self._position = position
            if drawn.by_program(SOURCE, frame):
                self.leave()

    def _seed(self, original: Any, *args: Any, **kwargs: Any) -> Any:
        self.leave()
        return original(*args, **kwargs)


_watches: list[_Watch] = []


def install(environment: Mapping[str, str]) -> None:
    """Supply from now on, as soon as the program imports ``numpy.random``."""
    imports.when_imported("numpy.random.bit_generator", _attach)
    imports.when_imported("numpy.random.mtrand", _begin)


def _attach(bit_generator: Any) -> None:
    original = bit_generator.randbits

    def randbits(k: int) -> int:
        supplied = entropy.draw(SOURCE, k)
        return int(original(k)) if supplied is None else supplied

    bit_generator.randbits = randbits
    _take_first_lock(bit_generator)


def _take_first_lock(bit_generator: Any) -> None:
    """Have the next generator that is made, which is the hidden one, take a lock that tells."""
    name = next((name for name in _LOCKS if hasattr(bit_generator, name)), "")
    if not name:
        return
    original = getattr(bit_generator, name)

    def first() -> Any:
        setattr(bit_generator, name, original)
        _watches[:] = [_Watch(original())]
        return _watches[0].seat

    setattr(bit_generator, name, first)


def _begin(mtrand: Any) -> None:
    if seeding.applies():
        mtrand.seed(seeding.number() % 2**32)
        return
    source = mtrand._rand._bit_generator
    if _watches and source.lock is _watches[0].seat:
        _watches[0].begin(mtrand)
        return
    before = _position(source)
    drawn.watch(SOURCE, lambda: _unseeded(source) and _position(source) != before)


def _unseeded(source: Any) -> bool:
    """Return whether the hidden generator is as it was made at import: seeding takes its sequence of seeds away."""
    return getattr(source, "_seed_seq", None) is not None


def _position(source: Any) -> tuple[int, int]:
    state = source.state["state"]
    return int(state["pos"]), hash(state["key"].tobytes())

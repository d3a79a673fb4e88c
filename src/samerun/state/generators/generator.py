"""What samerun asks of a library that has hidden generators of random numbers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Protocol, TypeAlias

Plain: TypeAlias = "None | bool | int | float | str | bytes | list[Plain] | tuple[Plain, ...] | dict[str, Plain]"
"""What a state is made of: nothing that needs a library, or any code, to be read back."""


class Generator(Protocol):
    """The hidden generators of one library, or of one kind of device.

    ``name`` is what a state is kept under; ``module`` is the module whose presence in ``sys.modules`` means that the
    library is there. Nothing here imports a library that the program has not imported.
    """

    name: str
    module: str

    def present(self) -> bool:
        """Return whether the library is imported, to its end, and has such generators."""
        return is_imported(self.module)

    def reach(self) -> bool:
        """Return whether the library is imported, so that a state can be set; as ``check`` says in detail."""
        return is_imported(self.module)

    def seed(self, seed: int, rank: int | None = None) -> None:
        """Begin anew.

        Args:
            seed: 0 to 2**64 - 1; all of its bits count.
            rank: the process of a distributed run; without it, the seed gives what the library's own call gives
                wherever that uses all of the seed.
        """

    def purpose(self) -> str:
        """Return what the seeds derived for it are for; nobody's streams are named like that."""
        return f"samerun generator {self.name}"

    def capture(self) -> Plain:
        """Return the state as it is now."""

    def check(self, state: Plain) -> str:
        """Look at a state without setting anything.

        Returns:
            Why it cannot be restored in this process; empty if it can.

        Raises:
            CannotRestore: it is no state of this generator.
        """

    def restore(self, state: Plain) -> None:
        """Set a state that ``check`` has found good."""

    def hold(self) -> Callable[[], None]:
        """Return what gives back the present state, within this process; it may know more than ``capture`` can say."""
        state = self.capture()
        return lambda: self.restore(state)


_ready: set[str] = set()


def is_imported(name: str) -> bool:
    """Return whether a module has been imported to its end; one that is being imported now is not ready."""
    module = sys.modules.get(name)
    return module is not None and (name in _ready or not _is_initialising(module))


def is_ready(name: str) -> None:
    """Say that a module is imported to its end, although Python still counts it as being imported."""
    _ready.add(name)


def _is_initialising(module: object) -> bool:
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))

"""What every library's switches can do, and what they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal, Protocol, get_args

Level = Literal["off", "warn", "strict", "portable"]
LEVELS: tuple[Level, ...] = get_args(Level)

Flags = Mapping[str, Any]
"""The values of a library's switches, as it takes them back."""

START = "before the interpreter starts"


@dataclass(frozen=True)
class Asked:
    """What a program asked for.

    Args:
        level: the level.
        threads: the number of threads that ``portable`` pins.
    """

    level: Level
    threads: int = 1

    @property
    def any(self) -> bool:
        """Whether deterministic kernels are asked for at all."""
        return self.level != "off"

    @property
    def all(self) -> bool:
        """Whether everything is touched, the precision and the threads too: to pin it, or to give it back."""
        return self.level in ("portable", "off")

    @property
    def portable(self) -> bool:
        """Whether two machines are to agree."""
        return self.level == "portable"


def _alike(value: str, effective: str) -> bool:
    return value.lower() == effective.lower()


@dataclass(frozen=True)
class Variable:
    """An environment variable that a library reads at a moment of its own.

    Args:
        name: the variable.
        value: what is asked for.
        moment: when it must be set, in words.
        passed: whether that moment has passed in this process, as far as can be said without doing anything.
        effective: what is in effect, read back from the library itself; None where the library does not tell.
        matches: whether a value of the variable and what is in effect are the same; by default, but for their case.
        put: makes a library take the value although it has read the variable; returns whether it did.
        probing: whether reading back is itself a first use, so that it is done last and fixes the value.
        keep: other values of the variable that are as good and are left as they are.
    """

    name: str
    value: str
    moment: str
    passed: Callable[[], bool]
    effective: Callable[[], str | None] = lambda: None
    matches: Callable[[str, str], bool] = _alike
    put: Callable[[], bool] | None = None
    probing: bool = False
    keep: tuple[str, ...] = ()

    def agrees(self, effective: str) -> bool:
        """Say whether an effective value is what was asked for."""
        return self.matches(self.value, effective)


def location_of(name: str) -> str | None:
    """Return the folder of an installed package without importing it; None where it is not there, or a stand-in is."""
    try:
        found = find_spec(name)
    except ValueError:  # somebody has put a module of that name in place by hand
        return None
    folders = list(found.submodule_search_locations or ()) if found is not None else []
    return folders[0] if folders else None


class Library(Protocol):
    """The switches of one library."""

    name: str
    """What it is called in reports."""
    module: str
    """The module whose presence in ``sys.modules`` means that it is there; empty for what comes with several."""

    def variables(self, asked: Asked) -> tuple[Variable, ...]:
        """Return the variables that the level needs; called whether or not the library is imported."""
        ...

    def capture(self, asked: Asked) -> Flags:
        """Return every switch that ``ask`` touches for a level, as it is; called only when the library is imported."""
        ...

    def ask(self, asked: Asked) -> None:
        """Set the switches for a level; called only when the library is imported.

        Raises:
            SetTooLate: one of them can no longer be set.
        """
        ...

    def restore(self, flags: Flags) -> None:
        """Give back what ``capture`` returned."""
        ...

    def effective(self) -> Flags:
        """Return what is in effect, by reading only; called only when the library is imported."""
        ...

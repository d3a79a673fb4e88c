"""The ledger of a training: what happened in it, in order, each entry by its digest.

A second ledger is held against an earlier one while it is written, and ends its training at the first entry that
differs. All entries are compared one after the other, never by halving: two states that differ can become equal again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from samerun.state.apart import Apart, apart
from samerun.state.digests import digest_bytes
from samerun.state.leaves import leaves

ROOM = 256 << 20
"""How many bytes of the first run are kept, so that it can be said how far another is from it."""


class Enough(BaseException):
    """Ends a training of which enough is known; no ``except Exception`` of the program's catches it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.

    Attributes:
        step: the optimizer step that it belongs to, from 1; what comes after the last step belongs to one more.
        stage: "input", "output", "loss", "gradient", "weight", "buffer", "fitted" or "result".
        name: the tensor, in the program's own words.
        digest: its BLAKE3.
    """

    step: int
    stage: str
    name: str
    digest: bytes

    @property
    def place(self) -> tuple[int, str, str]:
        """What happened, apart from the numbers."""
        return self.step, self.stage, self.name


@dataclass(frozen=True)
class Divergence:
    """The first entry in which two trainings differ.

    Attributes:
        expected: the entry of the first; None where it had ended.
        found: the entry of the second; None where it had ended.
        apart: how far the two are apart, where that could be kept and has a meaning.
    """

    expected: Entry | None
    found: Entry | None
    apart: Apart | None = None


class Ledger:
    """Takes down what happens, and compares it with what happened before.

    Args:
        steps: after how many optimizer steps the training is ended; None for never.
        earlier: the ledger of the run before, or None.
        room: how many bytes may be kept to measure distances.
    """

    def __init__(self, steps: int | None = None, earlier: Ledger | None = None, room: int = ROOM) -> None:
        self.step = 1
        self.entries: list[Entry] = []
        self.divergence: Divergence | None = None
        self.steps = steps
        self._earlier = earlier
        self._kept: dict[int, object] = {}
        self._room = room if earlier is None else 0

    def note(self, stage: str, name: str, value: object) -> None:
        """Take down a value, each named piece of it as an entry of its own.

        Raises:
            Enough: it is not what the earlier run had here.
        """
        for place, leaf in leaves(value, name):
            self._note(Entry(self.step, stage, place, digest_bytes(leaf)), leaf)

    def next_step(self) -> None:
        """Go on to the next step.

        Raises:
            Enough: all steps that were asked for are done.
        """
        self.step += 1
        if self.steps is not None and self.step > self.steps:
            raise Enough

    def close(self) -> Divergence | None:
        """Return the first difference from the earlier run; one that goes on where this one ended counts."""
        missing = self._expected(len(self.entries))
        if self.divergence is None and missing is not None:
            self.divergence = Divergence(missing, None)
        return self.divergence

    def _note(self, entry: Entry, value: object) -> None:
        if self.divergence is not None:  # the program caught what was to end it
            raise Enough
        number = len(self.entries)
        self.entries.append(entry)
        self._keep(number, value)
        if self._earlier is not None and entry != self._expected(number):
            self.divergence = self._diverged(number, entry, value)
            raise Enough

    def _expected(self, number: int) -> Entry | None:
        entries = self._earlier.entries if self._earlier is not None else []
        return entries[number] if number < len(entries) else None

    def _diverged(self, number: int, found: Entry, value: object) -> Divergence:
        expected = self._expected(number)
        assert self._earlier is not None
        if expected is None or expected.place != found.place:
            return Divergence(expected, found)
        return Divergence(expected, found, apart(self._earlier._kept.get(number), value))

    def _keep(self, number: int, value: object) -> None:
        size = getattr(value, "nbytes", 8 if isinstance(value, int | float) else None)
        if size is not None and size <= self._room:
            self._room -= size
            self._kept[number] = _copy(value)


def _copy(value: Any) -> object:
    if isinstance(value, np.ndarray):
        return value.copy()
    return value.detach().clone() if hasattr(value, "detach") else value

"""Where a pass over the data stands: which epoch, and how much of it has been handed out."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any

from samerun.errors import BadOption


@dataclass(frozen=True)
class Place:
    """A point of the course.

    Attributes:
        epoch: the pass over the data, from 0.
        batches: how many batches of it this rank has handed out.
        samples: how many places of the order that all ranks share were used up by that.
    """

    epoch: int = 0
    batches: int = 0
    samples: int = 0


class Course:
    """The epochs one after the other: each begun pass is the next one, unless somebody said which.

    A pass that was left early counts as begun: else a program that takes a hundred batches an epoch would see the same
    hundred for ever.
    """

    def __init__(self) -> None:
        self._next = Place()
        self._underway: Place | None = None
        self._turn = 0

    @property
    def place(self) -> Place:
        """Where the pass underway stands, or the place at which the next one will begin."""
        return self._next if self._underway is None else self._underway

    def set_epoch(self, epoch: int) -> None:
        """Say which pass the next one is; one that was restored halfway is kept if it is that one.

        Raises:
            BadOption: the epoch is no whole number from 0.
        """
        given: Any = epoch  # numpy's integers are welcome too
        number = int(given) if isinstance(given, Integral) else -1
        if number < 0:
            raise BadOption(f"An epoch is a whole number from 0, not {epoch!r}.", "Count the passes from 0.")
        self._underway = None
        if self._next.epoch != number:
            self._next = Place(number)

    def restore(self, place: Place) -> None:
        """Let the next pass begin at ``place``."""
        self._turn += 1
        self._underway, self._next = None, place

    def begin(self) -> tuple[int, Place]:
        """Begin a pass.

        Returns:
            The number of this turn, to report with, and where to begin.
        """
        self._turn += 1
        self._underway, self._next = self._next, Place(self._next.epoch + 1)
        return self._turn, self._underway

    def report(self, turn: int, place: Place | None) -> None:
        """Say where the pass of a turn stands, None at its end; what was begun later counts alone."""
        if turn == self._turn:
            self._underway = place

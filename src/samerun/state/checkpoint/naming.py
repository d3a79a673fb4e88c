"""What checkpoints are called: ``epoch_005``, ``epoch_005_step_000120``, ``step_000120``, in numeric order."""

from __future__ import annotations

import operator
import re
from typing import NamedTuple

from samerun.errors import BadOption

_NAME = re.compile(r"(?:epoch_(\d{3,19}))?(?:(?:(?<=\d)_)?step_(\d{6,19}))?\Z", re.ASCII)
_WITH_HASH = re.compile(r"(.+)-[0-9a-f]{8}\Z")


class Name(NamedTuple):
    """The epoch and the step that a checkpoint is called after; the end of an epoch has no step in its name."""

    epoch: int | None
    step: int | None

    def __str__(self) -> str:
        epoch = "" if self.epoch is None else f"epoch_{self.epoch:03d}"
        step = "" if self.step is None else f"step_{self.step:06d}"
        return "_".join(filter(None, (epoch, step)))

    @property
    def order(self) -> tuple[int, float]:
        """What sorts checkpoints by age: within an epoch its end comes last."""
        return (-1 if self.epoch is None else self.epoch, float("inf") if self.step is None else self.step)


def parse_name(text: str) -> Name | None:
    """Return the name that a text is, without its ending and with or without a configuration's hash, or None."""
    text = text.removesuffix(".pt")
    hashed = _WITH_HASH.match(text)
    found = _NAME.match(hashed[1] if hashed else text)
    if found is None or not (found[1] or found[2]):
        return None
    epoch, step = (None if part is None else int(part) for part in found.groups())
    name = Name(epoch, step)
    return name if str(name) == (hashed[1] if hashed else text) else None


def whole(value: object, what: str) -> int | None:
    """Return a step or an epoch as an int.

    Args:
        value: None or anything that is a whole number (numpy's, a tensor of one), 0 or more.
        what: its name in the error.

    Raises:
        BadOption: it is none.
    """
    if value is None:
        return None
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except (TypeError, RuntimeError, ValueError):
        number = -1
    if isinstance(value, bool) or not 0 <= number < 10**19:
        raise BadOption(f"{what}={value!r} is no whole number of 0 or more.", f"Count {what}s from 0 or 1.")
    return number


def name_for(epoch: int | None, step: int | None, mid_epoch: bool) -> Name:
    """Return what a checkpoint is called.

    Args:
        epoch: the epoch, or None where training has none.
        step: the step, or None.
        mid_epoch: whether the epoch goes on: then the step is part of the name.

    Raises:
        BadOption: there is nothing to call it after.
    """
    if epoch is None and step is None:
        raise BadOption("A checkpoint needs an epoch or a step to be called after.", "Give save(epoch=...) or step=.")
    if mid_epoch and step is None:
        raise BadOption("A checkpoint in the middle of an epoch needs its step.", "Give save(epoch=..., step=...).")
    return Name(epoch, step if mid_epoch or epoch is None else None)

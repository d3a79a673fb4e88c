"""How the same two things are: the five verdicts and their order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

Verdict = Literal["identical", "equivalent", "within-tolerance", "different", "incomplete"]

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""From the best to the worst."""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of ``verdicts``; nothing at all is ``identical``."""
    return max(verdicts, key=VERDICTS.index, default="identical")


def is_same(verdict: Verdict) -> bool:
    """Say whether a verdict ends a command with status 0."""
    return verdict in ("identical", "equivalent", "within-tolerance")

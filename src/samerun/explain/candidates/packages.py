"""A package in another version, in front of the one that is installed."""

from __future__ import annotations

from functools import partial

from samerun.explain.mixture import Candidate, Mixture
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.store.objects import Objects


def make(change: Change, a: Run, b: Run, objects: Objects) -> Candidate:
    """Return the candidate of one package; ``explain.fitting`` says whether it is to be had."""
    return Candidate(change, partial(_take, change.subject))


def _take(name: str, mixture: Mixture) -> None:
    mixture.take("package", name)

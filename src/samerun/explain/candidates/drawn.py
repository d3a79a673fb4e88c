"""What the recorder itself drew for each run: the entropy of unseeded generators, and the hash seed."""

from __future__ import annotations

from functools import partial

from samerun.explain.mixture import Candidate, Mixture
from samerun.factors.hash_order import VARIABLE
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.record.values import Change

UNSEEDED = "unseeded-"
"""How the kinds of unseeded generators begin; the library's name follows."""


def find(a: Run, b: Run) -> list[Candidate]:
    """Return a candidate for each library that drew unseeded, and one for the hash seed, where the runs' differ."""
    return [*_entropy(a, b), *_hash_seed(a, b)]


def _entropy(a: Run, b: Run) -> list[Candidate]:
    readings = [run.reading("os-entropy") for run in (a, b)]
    mine, theirs = (({} if isinstance(each, Missing) else each) for each in readings)
    if mine.get("entropy") == theirs.get("entropy"):
        return []
    drew = {**theirs.get("unseeded", {}), **mine.get("unseeded", {})}
    return [
        Candidate(
            Change(UNSEEDED + source, source, where=place or None, note="drawn unseeded"),
            partial(_take_entropy, source, str(theirs.get("entropy", ""))),
        )
        for source, place in sorted(drew.items())
    ]


def _take_entropy(source: str, entropy: str, mixture: Mixture) -> None:
    values = mixture.values("os-entropy")
    values["of"] = {**values.get("of", {}), source: entropy}


def _hash_seed(a: Run, b: Run) -> list[Candidate]:
    readings = [run.reading("hash-order") for run in (a, b)]
    mine, theirs = (({} if isinstance(each, Missing) else each) for each in readings)
    is_drawn = mine.get("found") == theirs.get("found") == "unset"
    if not is_drawn or mine.get(VARIABLE) == theirs.get(VARIABLE):
        return []
    change = Change("hash-order", VARIABLE, mine.get(VARIABLE), theirs.get(VARIABLE), note="drawn by the interpreter")
    return [Candidate(change, partial(_take_hash_seed, theirs.get(VARIABLE)))]


def _take_hash_seed(seed: object, mixture: Mixture) -> None:
    mixture.values("hash-order")[VARIABLE] = seed

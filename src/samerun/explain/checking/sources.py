"""What can make a program differ from itself, and what a launch is given to hold one of it still."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from samerun.factors import FACTORS
from samerun.factors.factor import Factor
from samerun.factors.hash_order import VARIABLE
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.record.values import Values

UNSEEDED = ("python", "numpy", "torch", "tensorflow", "jax")
"""The libraries whose generators are a kind each."""

PROXIMITY = (
    *(f"unseeded-{library}" for library in UNSEEDED),
    "os-entropy",
    "listing-order",
    "completion-order",
    "nondeterministic-kernel",
    "uninitialised-memory",
    "memory-address",
    "hash-order",
    "process-id",
    "clock",
    "thread-count",
)
"""The sources, the most proximate first: where holding either of two still brings agreement, the first is the cause."""

_FACTORS: dict[str, Factor] = {factor.kind: factor for factor in FACTORS}


def given_with(run: Run, held: Collection[str], varied: Mapping[str, Values] | None = None) -> dict[str, Values]:
    """Return what a launch is given so that these sources are held still and all others are as they come.

    Args:
        run: the recorded run, whose own values are what is held.
        held: the kinds that are held still.
        varied: factors whose values are to be others, by kind.

    Returns:
        The values by kind. Nothing is held that is not in ``held``: neither entropy nor a hash seed that the recorder
        drew; a hash seed that the user set stays.
    """
    given = {"os-entropy": _entropy(run, held), "hash-order": _hash_seed(run, "hash-order" in held)}
    for kind in held:
        factor = _FACTORS.get(kind)
        reading = run.reading(kind)
        still = factor.held({} if isinstance(reading, Missing) else reading) if factor is not None else None
        if still is not None and kind not in given:
            given[kind] = still
    return {**given, **(varied or {})}


def _entropy(run: Run, held: Collection[str]) -> Values:
    reading = run.reading("os-entropy")
    values = {} if isinstance(reading, Missing) else reading
    sources = {*UNSEEDED, *values.get("unseeded", {})}
    released = sorted(source for source in sources if kind_of(source) not in held)
    return {**values, "entropy": values.get("entropy", "0" * 64), "released": released}


def kind_of(source: str) -> str:
    """Return the kind of a source that the recorder supplies."""
    library = source.partition("-")[0]
    return f"unseeded-{library}" if library in UNSEEDED else "os-entropy"


def _hash_seed(run: Run, held: bool) -> Values:
    reading = run.reading("hash-order")
    values = {VARIABLE: "0", "found": "unset"} if isinstance(reading, Missing) else reading
    return values if held or values.get("found") != "unset" else {**values, VARIABLE: "random"}

"""What can make a program differ from itself, and what a launch is given to hold one of it still."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from samerun.factors import FACTORS
from samerun.factors.condition import SITES
from samerun.factors.factor import Factor
from samerun.factors.hash_order import VARIABLE
from samerun.factors.os_entropy import OsEntropy
from samerun.factors.unseeded import LIBRARIES, PREFIX, Unseeded
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.record.values import Values

GENERATORS = tuple(PREFIX + library for library in LIBRARIES)
"""The kinds of the libraries' generators."""

PROXIMITY = (
    "completion-order",
    *GENERATORS,
    "os-entropy",
    "listing-order",
    "nondeterministic-kernel",
    "uninitialised-memory",
    "hash-order",
    "memory-address",
    "process-id",
    "clock",
    "thread-count",
)
"""The sources, the most proximate first: where holding either of two still brings agreement, the first is the cause.

Completion stands first: what sleeps or works for a random time draws a number, yet it is the order that reaches the
result; a generator whose numbers reach it is needed whether the order is held or not. The hash seed stands before the
addresses, since to hold addresses is to hold the hash seed too; where both are needed on the same line, the address
is the cause.
"""

RECORDED = frozenset((*GENERATORS, "hash-order")) - {"unseeded-jax"}
"""What a recording holds: a run in which only these are held is one more sample of the recorded run.

Not JAX's keys: their seeds the program itself takes from the system.
"""

FACTOR_OF: dict[str, Factor] = {factor.kind: factor for factor in FACTORS}


def given_with(
    run: Run, held: Collection[str], sites: Mapping[str, Collection[str]] | None = None, seeded: bool = False
) -> dict[str, Values]:
    """Return what a launch is given so that these sources are held still and all others are as they come.

    Args:
        run: the recorded run, whose own values are what is held.
        held: the kinds that are held still.
        sites: the lines (``path:line``) that a kind is held at; everywhere where it is not named.
        seeded: whether the generators among them are held as if each line that draws had a seed of its own, whichever
            worker executes it.

    Returns:
        The values by kind. Nothing is held that is not in ``held``: neither entropy nor a hash seed that the recorder
        drew; what the user set (a hash seed, ``--seed``) stays.
    """
    given = {**_released(run), "hash-order": _hash_seed(run, "hash-order" in held)}
    for kind in sorted(held):
        factor = FACTOR_OF.get(kind)
        still = factor.held(reading(run, kind)) if factor is not None and kind != "hash-order" else None
        if still is not None:
            lines = (sites or {}).get(kind)
            given[kind] = still if lines is None else {**still, SITES: sorted(lines)}
        if seeded and isinstance(factor, Unseeded):
            given[kind] = factor.alike(reading(run, kind))
    return given


def reading(run: Run, kind: str) -> Values:
    """Return the values of one factor, empty where there are none."""
    values = run.reading(kind)
    return {} if isinstance(values, Missing) else values


def _released(run: Run) -> dict[str, Values]:
    """Return the values with which all entropy is the operating system's; with ``--seed`` it is the user's own."""
    if reading(run, "seed").get("--seed") is not None:
        return {}
    entropy = OsEntropy()
    generators = [Unseeded(library) for library in LIBRARIES]
    values = {entropy.kind: entropy.released(reading(run, entropy.kind))}
    return {**values, **{each.kind: each.released(reading(run, each.kind)) for each in generators}}


def _hash_seed(run: Run, held: bool) -> Values:
    values = reading(run, "hash-order") or {VARIABLE: "0", "found": "unset"}
    return values if held or values.get("found") != "unset" else {**values, VARIABLE: "random"}

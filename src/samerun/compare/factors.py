"""Which factors differ between two runs."""

from __future__ import annotations

from samerun.factors import FACTORS
from samerun.factors.factor import Factor
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.record.values import Change, Values


def compare_factors(a: Run, b: Run) -> list[Change]:
    """Return every change from ``a`` to ``b``, in the order of the table of factors.

    A factor that one of the runs does not know gives one change that says so, unless it is unknown in both.
    """
    changes: list[Change] = []
    for factor in FACTORS:
        left, right = a.reading(factor.kind), b.reading(factor.kind)
        if isinstance(left, Missing) or isinstance(right, Missing):
            changes += _one_sided(factor.kind, left, right)
        else:
            changes += _differences(factor, left, right)
    return changes


def _differences(factor: Factor, a: Values, b: Values) -> list[Change]:
    try:
        return factor.differences(a, b)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):  # a damaged record, or one from elsewhere
        return [Change(factor.kind, factor.kind, note="its values in the record cannot be understood")]


def _one_sided(kind: str, a: object, b: object) -> list[Change]:
    """Return a change for a factor that only one side knows: a seed that was given, Python seen in one run only."""
    if isinstance(a, Missing) and isinstance(b, Missing):
        return []
    sides = [{"missing": side.why} if isinstance(side, Missing) else side for side in (a, b)]
    return (
        [Change(kind, kind, sides[0], sides[1], note="known of one run only")]
        if any(_says_something(side) for side in sides)
        else []
    )


def _says_something(side: object) -> bool:
    return bool(side) and not (isinstance(side, dict) and set(side) == {"missing"})

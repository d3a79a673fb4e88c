"""Metrics held against each other, step by step and bit by bit."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence

from samerun.basics.numbers import agree
from samerun.outputs.comparing import Comparing
from samerun.outputs.volatile import why_volatile
from samerun.record.output import MetricComparison
from samerun.record.values import Json
from samerun.record.verdict import Verdict

Point = tuple[Json, Json, Json]
"""Step, epoch and value of one logged metric."""


def compare_metrics(
    a: Mapping[str, Sequence[Point]], b: Mapping[str, Sequence[Point]], comparing: Comparing
) -> list[MetricComparison]:
    """Return one comparison for each metric of either run.

    Args:
        a: name -> the points of the first run in the order in which they were logged.
        b: the same of the second run.
        comparing: the tolerances.
    """
    return [_compare(name, a.get(name, ()), b.get(name, ()), comparing) for name in sorted({**a, **b})]


def _compare(name: str, a: Sequence[Point], b: Sequence[Point], comparing: Comparing) -> MetricComparison:
    last_a, last_b = (points[-1][2] if points else None for points in (a, b))
    if not a or not b:
        verdict: Verdict = "different" if b else "incomplete"
        return MetricComparison(name, verdict, last_a, last_b, "logged in one run only")
    if [point[:2] for point in a] != [point[:2] for point in b]:
        return MetricComparison(
            name, "different", last_a, last_b, f"logged {len(a)} and {len(b)} times, or at other steps"
        )
    apart = [(left, right) for left, right in zip(a, b, strict=True) if not same_bits(left[2], right[2])]
    if not apart:
        return MetricComparison(name, "identical", last_a, last_b)
    reasons = {why_volatile((name,), left[2], right[2], comparing) for left, right in apart}
    if "" not in reasons:
        return MetricComparison(name, "equivalent", last_a, last_b, f"passed over: {sorted(reasons)[0]}")
    within = all(_agree(left[2], right[2], comparing) for left, right in apart)
    return MetricComparison(name, "within-tolerance" if within else "different", last_a, last_b, _detail(apart, len(a)))


def same_bits(a: Json, b: Json) -> bool:
    """Say whether two values are the same bit for bit; NaN is NaN, -0.0 is not 0.0, 1 is not 1.0."""
    if isinstance(a, float) and isinstance(b, float):
        return struct.pack("<d", a) == struct.pack("<d", b) or (math.isnan(a) and math.isnan(b))
    return type(a) is type(b) and bool(a == b)


def _agree(a: Json, b: Json, comparing: Comparing) -> bool:
    if comparing.rtol == comparing.atol == 0 or not all(isinstance(value, (int, float)) for value in (a, b)):
        return False
    try:
        return agree(float(a), float(b), comparing.rtol, comparing.atol)
    except OverflowError:  # an integer beyond every float: its bits differ, and no tolerance can be had
        return False


def _detail(apart: Sequence[tuple[Point, Point]], total: int) -> str:
    step = apart[0][0][0]
    first = f"step {step}" if step is not None else "the first point"
    return f"{len(apart)} of {total} points differ, first at {first}: {apart[0][0][2]!r} and {apart[0][1][2]!r}"

"""Which executions are looked at."""

from __future__ import annotations

from samerun.inside.tracing.sampling import FIRST, is_taken


def test_the_first_ones_all_and_then_ever_fewer() -> None:
    assert all(is_taken(count) for count in range(1, FIRST + 1))
    later = [count for count in range(FIRST + 1, 1_000_000) if is_taken(count)]
    assert 50 < len(later) < 100
    gaps = [b - a for a, b in zip(later, later[1:], strict=False)]
    assert gaps == sorted(gaps)


def test_what_is_dear_is_looked_at_more_seldom() -> None:
    assert all(is_taken(count, 8) for count in range(1, 9))
    assert 20 < sum(is_taken(count, 8) for count in range(1, 10_000)) < 40

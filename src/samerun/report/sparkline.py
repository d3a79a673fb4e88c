"""A row of small bars that shows how a number went."""

from __future__ import annotations

import math
from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_GAP = "×"


def sparkline(values: Sequence[float], width: int = 32) -> str:
    """Return at most ``width`` bars over ``values``, in their order.

    Where there are more values than bars, a bar is the mean of its share; a share without any finite value is shown as
    ``×`` (NaN or infinite). All values equal give bars of middle height; no value at all gives the empty text.
    """
    shares = [_mean(share) for share in _shares(values, width)]
    finite = [value for value in shares if value is not None]
    if not finite:
        return _GAP * len(shares)
    low, high = min(finite), max(finite)
    return "".join(_GAP if value is None else _bar(value, low, high) for value in shares)


def _shares(values: Sequence[float], width: int) -> list[Sequence[float]]:
    count = min(len(values), width)
    edges = [len(values) * part // count for part in range(count + 1)] if count else []
    return [values[start:end] for start, end in zip(edges, edges[1:], strict=False)]


def _mean(share: Sequence[float]) -> float | None:
    finite = [value for value in share if math.isfinite(value)]
    # Each is divided first: the sum of large numbers would overflow.
    return sum(value / len(finite) for value in finite) if finite else None


def _bar(value: float, low: float, high: float) -> str:
    if low == high:
        return _BARS[3]
    # Halved for the same reason: the distance between two large numbers of unlike sign is infinite.
    place = (value / 2 - low / 2) / (high / 2 - low / 2)
    return _BARS[min(int(place * len(_BARS)), len(_BARS) - 1)] if math.isfinite(place) else _BARS[3]

"""Splits that stay: which part a row belongs to is told by its key alone, whatever rows come or go around it."""

from __future__ import annotations

import math
import warnings
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from blake3 import blake3

from samerun.data.split_keys import encode_key, is_missing, listed, same_length
from samerun.errors import BadSplit
from samerun.outputs.late import Late

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np = Late("numpy")  # commands that split nothing do not pay for it

Share = float | Fraction | Decimal

_TURN = 1 << 64
_NEAR = Fraction(1, 10**9)


class _Cuts:
    """The parts side by side on [0, 2**64), in the order of their names, each as long as its share."""

    def __init__(self, shares: Mapping[str, Share], seed: int) -> None:
        self.names = list(shares)
        exact = _exact(shares)
        self._ends = [math.floor(end * _TURN) for end in accumulate(exact)][:-1]
        self._key = blake3(b"samerun.split/1\n" + encode_key(_seed(seed), 0, "seed")).digest()
        self._last = max(place for place, share in enumerate(exact) if share)

    def place(self, encoded: bytes) -> int:
        """Return which part the key with this encoding belongs to."""
        point = int.from_bytes(blake3(encoded, key=self._key).digest(8), "big")
        return min(bisect_right(self._ends, point), self._last)


def split(
    keys: Any,
    shares: Mapping[str, Share],
    *,
    seed: int = 0,
    groups: Any = None,
    stratify: Any = None,
) -> dict[str, npt.NDArray[np.int64]]:
    """Return which rows belong to which part, by a hash of the seed and each row's key.

    A key is in the same part for ever: on every machine, in any order, whatever rows are added or removed. So shares
    are met as by drawing lots: of n keys, a part of share p gets n * p, give or take about sqrt(n * p * (1 - p)).

    Args:
        keys: one for each row: int, str, bytes, or tuples of them; 1 and "1" differ, numpy's and Python's do not. Equal
            keys are in the same part. Lists, arrays, columns of pandas, polars or Arrow.
        shares: name -> share, all together 1. The parts lie side by side in this order: a change of shares moves just
            the keys between the old and the new borders.
        seed: another seed gives another split.
        groups: one for each row, in place of the key: rows of a group are never parted.
        stratify: a label for each row. Shares hold within each label as they do overall (each row draws its own lot),
            and a corrected label moves no row; a warning names labels that a part has no row of. Nothing can be done
            better without moving rows when others come.

    Returns:
        Name -> row numbers in ascending order, int64; parts without rows are there, too.

    Raises:
        BadSplit: no keys, missing or unusable keys, lengths that differ, shares that are negative or not 1 together.

    Cost: about a microsecond a row.
    """
    cuts = _Cuts(shares, seed)
    rows = listed(keys)
    if not rows:
        raise BadSplit("There are no keys to split.", "Give one key for each row.")
    values = rows if groups is None else listed(groups, "groups")
    same_length(rows, values, "groups")
    what = "key" if groups is None else "group"
    found = (cuts.place(encode_key(value, row, what)) for row, value in enumerate(values))
    places = np.fromiter(found, np.int64, len(values))
    if stratify is not None:
        labels = _labels(stratify)
        same_length(rows, labels, "labels")
        _warn_of_gaps(labels, places, cuts.names, shares)
    return {name: np.flatnonzero(places == place) for place, name in enumerate(cuts.names)}


def part_of(key: Any, shares: Mapping[str, Share], *, seed: int = 0) -> str:
    """Return the name of the part that ``split`` puts a key (or a group) into: for rows that come one by one.

    Args:
        key: an int, a str, bytes, or a tuple of these.
        shares: as for ``split``.
        seed: as for ``split``.

    Raises:
        BadSplit: as ``split``.
    """
    cuts = _Cuts(shares, seed)
    return cuts.names[cuts.place(encode_key(key, 0))]


def _exact(shares: Mapping[str, Share]) -> list[Fraction]:
    """Return the shares as fractions: 0.1 is a tenth, not the binary number next to it."""
    if not isinstance(shares, Mapping) or not shares:
        raise BadSplit("The shares are no dict of names and numbers.", 'Such as {"train": 0.8, "test": 0.2}.')
    exact = [_fraction(name, share) for name, share in shares.items()]
    total = sum(exact, Fraction(0))
    if abs(total - 1) > _NEAR:
        next_step = "Divide each by their sum." if total > 1 else "Name the part for the rest, too."
        raise BadSplit(f"The shares are {float(total):.6g} together, not 1.", next_step, total=float(total))
    return exact


def _fraction(name: Any, share: Any) -> Fraction:
    if not isinstance(name, str):
        raise BadSplit(f"The name of a part is {name!r}, which is no text.", "Give a name such as 'train'.")
    try:
        found = share if isinstance(share, Fraction) else Fraction(str(share))
    except (ValueError, ZeroDivisionError) as error:
        raise BadSplit(f"The share of {name!r} is {share!r}, which is no number.", "Give one from 0 to 1.") from error
    if found < 0 or isinstance(share, bool):
        raise BadSplit(f"The share of {name!r} is {share!r}.", "Give a number from 0 to 1.")
    return found


def _seed(seed: Any) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise BadSplit(f"The seed is {seed!r}, which is no whole number.", "Give one, such as 0.")
    return int(seed)


def _warn_of_gaps(labels: list[Any], places: Any, names: list[str], shares: Mapping[str, Share]) -> None:
    """Warn of labels that a part with a share has no row of."""
    counts = Counter(zip(labels, places.tolist(), strict=True))
    wanted = [(place, name) for place, name in enumerate(names) if shares[name]]
    pairs = ((label, place, name) for label in sorted(set(labels)) for place, name in wanted)
    gaps = [f"{label!r} in {name!r}" for label, place, name in pairs if not counts[label, place]]
    if gaps:
        some = ", ".join(gaps[:5]) + (f" and {len(gaps) - 5} more" if len(gaps) > 5 else "")
        warnings.warn(f"There is no row of the label {some}: too few rows for these shares.", stacklevel=3)


def _labels(stratify: Any) -> list[str]:
    """Return the labels as text: whatever classes are called, one for each row."""
    labels = listed(stratify, "labels")
    for row, label in enumerate(labels):
        if is_missing(label):
            raise BadSplit(f"The label of row {row} is missing.", "Give each row one, such as 'unknown'.", row=row)
    return [str(label) for label in labels]

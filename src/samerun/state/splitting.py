"""Which rows train, which validate, which test: drawn by the seed, in the wanted shares, class by class.

The draw is samerun's own, so that a new release of another library does not move a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from samerun.errors import BadInput, BadOption
from samerun.state.streams import stream

PARTS = ("train", "validation", "test")

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """The rows of each part, as positions from 0, in rising order.

    Attributes:
        train: what is learnt from.
        validation: what choices are made by.
        test: what is looked at once.
    """

    train: Rows
    validation: Rows
    test: Rows

    def __iter__(self) -> Any:
        return iter((self.train, self.validation, self.test))


def checked_shares(shares: Sequence[float] | Mapping[str, float]) -> tuple[float, float, float]:
    """Return the shares of train, validation and test.

    Args:
        shares: three numbers in that order, or by name; each over 0, 1 together.

    Raises:
        BadOption: they are anything else.
    """
    if isinstance(shares, Mapping):
        if set(shares) != set(PARTS):
            raise BadOption(f"The shares are named {sorted(shares)}.", f"Name them {', '.join(PARTS)}.")
        shares = [shares[name] for name in PARTS]
    try:
        train, validation, test = (float(share) for share in shares)
    except (TypeError, ValueError) as error:
        raise BadOption(
            f"The shares {shares!r} are no three numbers.", "Give three, such as (0.6, 0.2, 0.2)."
        ) from error
    if not min(train, validation, test) > 0 or not abs(train + validation + test - 1) < 1e-6:
        raise BadOption(
            f"The shares {[train, validation, test]} are not all over 0 and 1 together.",
            "Give shares of train, validation and test such as (0.6, 0.2, 0.2).",
        )
    return train, validation, test


def split_rows(
    count: int,
    seed: int,
    shares: tuple[float, float, float],
    *,
    classes: npt.NDArray[Any] | None = None,
    groups: npt.NDArray[Any] | None = None,
) -> Split:
    """Draw the rows of each part.

    Args:
        count: how many rows there are.
        seed: the seed.
        shares: as ``checked_shares`` returns them.
        classes: a label for each row: each class is then divided in the shares by itself.
        groups: a group for each row: all rows of a group go to the same part.

    Raises:
        BadInput: there are too few rows, rows of a class, or groups for three parts.
    """
    if groups is not None:
        return _by_groups(seed, shares, groups, classes if classes is not None else np.zeros(count, np.int64))
    labels = classes if classes is not None else np.zeros(count, np.int64)
    parts: list[list[Rows]] = [[], [], []]
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        if len(rows) < len(PARTS):
            raise _too_few(plain_label(label) if classes is not None else None, len(rows))
        drawn = stream("split", sample=str(label) if classes is not None else None, seed=seed, epoch=0)
        shuffled = rows[np.argsort(drawn.bit_generator.random_raw(len(rows)), kind="stable")]
        ends = np.cumsum(apportioned(len(rows), shares))[:-1]
        for part, chosen in zip(parts, np.split(shuffled, ends), strict=True):
            part.append(chosen)
    return Split(*(np.sort(np.concatenate(part)) for part in parts))


def apportioned(count: int, shares: Sequence[float]) -> list[int]:
    """Return whole numbers in the wanted shares that add up to ``count``, each at least 1 (largest remainders)."""
    exact = [count * share for share in shares]
    whole = [max(1, int(each)) for each in exact]
    order = sorted(range(len(exact)), key=lambda part: (whole[part] - exact[part], part))
    for part in order * count:
        if sum(whole) >= count:
            break
        whole[part] += 1
    while sum(whole) > count:  # a part that was raised to 1 takes from the largest
        whole[whole.index(max(whole))] -= 1
    return whole


def plain_label(label: Any) -> Any:
    """Return numpy's label as Python has it, so that it reads as it was written."""
    return label.item() if isinstance(label, np.generic) else label


def _too_few(label: object, count: int) -> BadInput:
    if label is None:
        return BadInput(f"There are {count} rows: too few for three parts.", "Bring more rows.", rows=count)
    return BadInput(
        f"The class {label!r} has {count} row{'' if count == 1 else 's'}: too few to put one into each of three parts.",
        "Merge it with another class, bring more rows, or set stratify to false.",
        label=label,
        rows=count,
    )


def _by_groups(seed: int, shares: Sequence[float], groups: npt.NDArray[Any], classes: npt.NDArray[Any]) -> Split:
    """Give whole groups, the largest first, to the part that lacks most of what the group holds."""
    names, members = np.unique(groups, return_inverse=True)
    if len(names) < len(PARTS):
        raise BadInput(f"There are {len(names)} groups: too few for three parts.", "Bring more groups.")
    labels, kinds = np.unique(classes, return_inverse=True)
    table = np.zeros((len(names), len(labels)), np.int64)
    np.add.at(table, (members, kinds), 1)
    raw = stream("split", sample="groups", seed=seed, epoch=0).bit_generator.random_raw(len(names))
    order = np.lexsort((raw, -table.sum(axis=1)))
    wanted = np.outer(shares, table.sum(axis=0)).astype(np.float64)
    part_of = np.empty(len(names), np.int64)
    for place, group in enumerate(order):
        lacking = (np.minimum(wanted, table[group]) / np.maximum(wanted.sum(axis=0), 1)).sum(axis=1)
        empty = [part for part in range(len(PARTS)) if part not in part_of[order[:place]]]
        must = empty if len(empty) >= len(order) - place else range(len(PARTS))
        part_of[group] = max(must, key=lambda part: (lacking[part], wanted[part].sum(), -part))
        wanted[part_of[group]] -= table[group]
    return Split(*(np.flatnonzero(part_of[members] == part) for part in range(len(PARTS))))

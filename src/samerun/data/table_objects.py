"""Columns of Python objects: which of them have a content, and no silent conversion between them.

Arrow, left alone, would cut nanoseconds off, take a text for bytes, a moment for a day, and a set for a list in
whatever order; a column in which that could happen is refused by its name.
"""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

from samerun.errors import BadTable
from samerun.outputs.late import Late

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # commands that hash no table do not pay for it

_FAMILIES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "booleans"),
    (str, "text"),
    ((bytes, bytearray), "bytes"),
    ((int, float), "numbers"),
    (decimal.Decimal, "decimals"),
    (datetime.datetime, "moments"),
    (datetime.date, "dates"),
    (datetime.time, "times"),
    (datetime.timedelta, "durations"),
    (uuid.UUID, "UUIDs"),
    (dict, "dicts"),
    ((list, tuple), "lists"),
)
_NOTHING = frozenset({"NoneType", "NAType", "NaTType"})


def check_objects(column: str, values: Iterable[Any]) -> None:
    """Refuse objects whose content cannot be told, or of which Arrow would silently change some.

    Args:
        column: the column's name.
        values: its objects.

    Raises:
        BadTable: with the column's name and what is in it.
    """
    values = list(values)
    kinds = set(map(type, values))
    families = {_family(column, kind) for kind in kinds} - {""}
    if len(families) > 1 and "numbers" in families:
        families -= _missing_numbers(values)
    if len(families) > 1:
        _refuse(column, f"{' and '.join(sorted(families))} in one column")
    present = [value for value in values if type(value).__name__ not in _NOTHING]
    for family, check in (("moments", _check_moments), ("durations", _check_durations)):
        if family in families:
            check(column, [value for value in present if value == value])
    if "lists" in families:
        check_objects(column, chain.from_iterable(each for each in present if _is_list_of_objects(each)))
    if "dicts" in families:
        _check_dicts(column, [each for each in present if isinstance(each, dict)])


def _family(column: str, kind: type) -> str:
    """Return what a class stands for; empty for what stands for nothing."""
    if kind.__name__ in _NOTHING:
        return ""
    for classes, family in _FAMILIES:
        if issubclass(kind, classes):
            return family
    if issubclass(kind, np.generic | np.ndarray):
        return _numpy_family(column, kind)
    return _refuse(column, f"objects of the class {kind.__module__}.{kind.__qualname__}")


def _numpy_family(column: str, kind: type) -> str:
    for classes, family in ((np.bool_, "booleans"), (np.integer | np.floating, "numbers"), (np.ndarray, "lists")):
        if issubclass(kind, classes):
            return family
    return _refuse(column, f"objects of the class numpy.{kind.__name__}")


def _missing_numbers(values: list[Any]) -> set[str]:
    """Return ``numbers`` if all numbers among the values are NaN: pandas' way to say that something is missing."""
    numbers = [value for value in values if isinstance(value, int | float | np.generic)]
    return {"numbers"} if all(value != value for value in numbers) else set()


def _check_moments(column: str, values: list[Any]) -> None:
    values = [value for value in values if isinstance(value, datetime.datetime)]
    if len({str(value.tzinfo) for value in values}) > 1:
        _refuse(column, "moments of several time zones", "Bring them to one: `pd.to_datetime(column, utc=True)`.")
    if any(getattr(value, "nanosecond", 0) for value in values):
        _refuse(column, "objects with nanoseconds", "Make it a column of moments: `pd.to_datetime(column)`.")


def _check_durations(column: str, values: list[Any]) -> None:
    if any(getattr(value, "nanoseconds", 0) for value in values):
        _refuse(column, "objects with nanoseconds", "Make it a column of durations: `pd.to_timedelta(column)`.")


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.dtype.hasobject)


def _check_dicts(column: str, values: list[dict[Any, Any]]) -> None:
    names = dict.fromkeys(chain.from_iterable(values))
    if not all(isinstance(name, str) for name in names):
        _refuse(column, "dicts whose keys are not all text")
    for name in names:
        check_objects(f"{column}.{name}", (each.get(name) for each in values))


def _refuse(column: str, what: str, next_step: str = "") -> str:
    raise BadTable(
        f"The column {column!r} holds {what}, which cannot be identified by content.",
        next_step or "Convert it to numbers, text, bytes or dates, or leave the column out.",
        column=column,
    )

"""Questions about records: which of them match an expression, and in which order they come.

``query_parser`` reads the texts of ``--where`` and ``--sort``. A field that a record does not have makes its
comparison false, whatever the operator; a list (``tags``) is asked for any of its elements; ``~`` asks whether the
text on the left contains the text on the right, in either case. Nothing is ever evaluated as Python.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Value = str | float | int | bool
Record = Mapping[str, Any]

_MISSING = object()
_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Comparison:
    """One field held against one value, or against several (``in``)."""

    path: str
    sign: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Negation:
    """``not`` something."""

    inner: Expression


@dataclass(frozen=True)
class Junction:
    """Parts joined by ``and`` (``every`` is true) or by ``or``."""

    every: bool
    parts: tuple[Expression, ...]


Expression = Comparison | Negation | Junction


@dataclass(frozen=True)
class SortKey:
    """One field to sort by."""

    path: str
    descending: bool


def matches(expression: Expression, record: Record) -> bool:
    """Say whether a record answers to an expression.

    Args:
        expression: what ``query_parser.parse`` returned.
        record: field -> value; a value may be a mapping (``metrics``) or a list (``tags``).
    """
    if isinstance(expression, Comparison):
        return _compare(find(record, expression.path), expression)
    if isinstance(expression, Negation):
        return not matches(expression.inner, record)
    results = (matches(part, record) for part in expression.parts)
    return all(results) if expression.every else any(results)


def order(records: Iterable[Record], keys: list[SortKey]) -> list[Record]:
    """Return the records sorted by ``keys``; those that lack a field (or hold NaN in it) come last, either way."""
    ordered = list(records)
    for key in reversed(keys):
        ranked = [(_rank(find(record, key.path)), record) for record in ordered]
        there = [(rank, record) for rank, record in ranked if rank is not None]
        there.sort(key=lambda pair: pair[0], reverse=key.descending)
        ordered = [record for _, record in there] + [record for rank, record in ranked if rank is None]
    return ordered


def find(record: Record, path: str) -> Any:
    """Return what stands at ``path``, or a value that compares false with everything.

    The whole rest of a path is tried as a key before it is taken apart, so ``metrics.val.acc`` finds ``{"val.acc": 1}``
    and ``{"val": {"acc": 1}}``.
    """
    value: Any = record
    rest = path
    while rest:
        if not isinstance(value, Mapping):
            return _MISSING
        if rest in value:
            return _present(value[rest])
        first, _, rest = rest.partition(".")
        value = value.get(first, _MISSING)
    return _present(value) if value is not record else _MISSING


def _present(value: Any) -> Any:
    return _MISSING if value is None else value


def _rank(value: Any) -> tuple[int, Any] | None:
    """Return what a value is sorted by: numbers before texts; None for what cannot be sorted."""
    if isinstance(value, bool | int | float):
        return None if isinstance(value, float) and math.isnan(value) else (0, value)
    if isinstance(value, str):
        return (1, value)
    if isinstance(value, list | tuple):
        return (1, ", ".join(map(str, value)))
    return None


def _compare(found: Any, comparison: Comparison) -> bool:
    if found is _MISSING or isinstance(found, Mapping):
        return False
    if comparison.sign == "!=":
        return not any(_equal(one, comparison.values[0]) for one in _elements(found))
    if comparison.sign == "not in":
        return not any(_equal(one, value) for one in _elements(found) for value in comparison.values)
    return any(_holds(one, comparison.sign, value) for one in _elements(found) for value in comparison.values)


def _elements(found: Any) -> list[Any]:
    return list(found) if isinstance(found, list | tuple) else [found]


def _holds(found: Any, sign: str, value: Value) -> bool:
    if sign in ("==", "in"):
        return _equal(found, value)
    if sign == "~":
        return str(value).casefold() in str(found).casefold()
    a, b = _alike(found, value)
    return a is not None and _ORDERINGS[sign](a, b)


def _equal(found: Any, value: Value) -> bool:
    if isinstance(found, bool) or isinstance(value, bool):
        return found is value or str(found).lower() == str(value).lower()
    a, b = _alike(found, value)
    return a is not None and bool(a == b)


def _alike(found: Any, value: Value) -> tuple[Any, Any]:
    """Return both as two numbers or two texts, or (None, None); a text ``"0.1"`` counts as the number it writes."""
    if isinstance(found, bool) or isinstance(value, bool):
        return None, None
    if isinstance(found, str) and isinstance(value, int | float):
        found = number(found)
    if isinstance(found, str) == isinstance(value, str) and isinstance(found, str | int | float):
        return found, value
    return None, None


def number(text: str) -> float | int | None:
    """Return the number that a text writes, or None."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None

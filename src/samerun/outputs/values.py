"""Compare two plain values, nested as they come out of JSON, YAML or TOML, into a tree of differences."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from samerun.basics.numbers import agree, same_bits
from samerun.outputs.comparing import Comparing
from samerun.outputs.deviations import Tally, of_pair
from samerun.outputs.gathering import Gatherer
from samerun.outputs.showing import change, count, is_number, short
from samerun.outputs.volatile import why_volatile
from samerun.record.difference import Difference, identical

DEEPEST = 200
"""Levels of nesting that are walked; what is nested deeper cannot be compared as values (ValueError)."""


def compare_values(label: str, a: Any, b: Any, comparing: Comparing) -> Difference:
    """Compare two plain values.

    Args:
        label: what they are called in the tree; labels of children are joined to it: ``metrics.acc``, ``[3].loss``.
        a: mappings, lists, tuples, texts, bytes, numbers, bools, dates or None, nested. Mappings are compared by key
            whatever the order, lists in order.
        b: the other.
        comparing: tolerances, windows and the project's volatile names.

    Returns:
        A tree of what differs; NaN equals NaN, an int differs from an equal float in type, -0.0 from 0.0 only bitwise.

    Raises:
        ValueError: the values are nested deeper than ``DEEPEST``.
    """
    return _compare(Place(label), a, b, comparing, Tally())


class Place:
    """Where in the tree a value is: its label, and the names of what it is in."""

    def __init__(self, label: str, names: tuple[str, ...] = (), inner: str = "", depth: int = 0) -> None:
        self.label = label
        self.names = names
        self.inner = inner
        self.depth = depth

    def key(self, key: object) -> Place:
        """Return the place of a key below this one."""
        name = str(key)
        inner = f"{self.inner}.{name}" if self.inner else name
        return Place(inner, (*self.names, name), inner, self.depth + 1)

    def item(self, index: int) -> Place:
        """Return the place of an item below this one; it answers to the name of its list."""
        inner = f"{self.inner}[{index}]"
        return Place(inner, self.names, inner, self.depth + 1)


def compare_scalars(label: str, names: tuple[str, ...], a: Any, b: Any, comparing: Comparing) -> Difference:
    """Compare two values that hold no others; ``names`` are the field's name and those of what it is in."""
    if type(a) is type(b) and (same_bits(a, b) if isinstance(a, float) else a == b):
        return identical(label)
    said, left, right = change(a, b), short(a), short(b)
    reason = why_volatile(names, _written(a), _written(b), comparing)
    if reason:
        return Difference(label, "equivalent", said, left, right, volatile=reason)
    if not (is_number(a) and is_number(b)):
        return Difference(label, "different", said, left, right)
    near = (comparing.rtol or comparing.atol) and agree(a, b, comparing.rtol, comparing.atol)
    return Difference(label, "within-tolerance" if near else "different", said, left, right, of_pair(a, b))


def _compare(place: Place, a: Any, b: Any, comparing: Comparing, tally: Tally) -> Difference:
    if place.depth > DEEPEST:
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return _compare_mappings(place, a, b, comparing, tally)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return _compare_lists(place, a, b, comparing, tally)
    difference = compare_scalars(place.label, place.names, a, b, comparing)
    if difference.deviation is not None and not difference.volatile:
        tally.differ(a, b, place.label)
    elif is_number(a) and is_number(b):
        tally.same()
    return difference


def _compare_mappings(
    place: Place, a: Mapping[Any, Any], b: Mapping[Any, Any], comparing: Comparing, outer: Tally
) -> Difference:
    gatherer, tally = Gatherer(), Tally()
    for key, value in a.items():
        if key in b:
            gatherer.add(_compare(place.key(key), value, b[key], comparing, tally))
        else:
            gatherer.add(Difference(place.key(key).label, "different", "only in the first", a=short(value)))
    for key, value in b.items():
        if key not in a:
            gatherer.add(Difference(place.key(key).label, "different", "only in the second", b=short(value)))
    return _finish(place, gatherer, tally, outer)


def _compare_lists(
    place: Place, a: list[Any] | tuple[Any, ...], b: list[Any] | tuple[Any, ...], comparing: Comparing, outer: Tally
) -> Difference:
    gatherer, tally = Gatherer(), Tally()
    for index, (left, right) in enumerate(zip(a, b, strict=False)):
        gatherer.add(_compare(place.item(index), left, right, comparing, tally))
    if len(a) != len(b):
        said = f"{count(len(a), 'item')} -> {count(len(b), 'item')}"
        gatherer.add(Difference(f"{place.inner}[{min(len(a), len(b))}:]", "different", said))
    return _finish(place, gatherer, tally, outer)


def _finish(place: Place, gatherer: Gatherer, tally: Tally, outer: Tally) -> Difference:
    outer.include(tally)
    return gatherer.finish(place.label, summary(gatherer, "value"), tally.deviation())


def summary(gatherer: Gatherer, noun: str) -> str:
    """Return one sentence on what was gathered: the one difference, or how many and the first."""
    lead = gatherer.lead
    if lead is None:
        return ""
    if gatherer.verdict == "equivalent":
        return f"only volatile fields differ ({count(gatherer.number(), noun)}; first: {lead.label})"
    worst = gatherer.number(gatherer.verdict)
    if worst == 1:
        return lead.detail if lead.children else f"{lead.label}: {lead.detail}"
    return f"{count(worst, noun)} differ; first: {lead.label} {lead.detail}"


def _written(value: Any) -> Any:
    """Return a date or a time as its text, so that it is judged like a written one."""
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return value

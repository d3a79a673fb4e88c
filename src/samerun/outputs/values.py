"""Compare two plain values, nested as they come out of JSON, YAML or TOML, into a tree of differences."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from samerun.basics.numbers import agree, same_bits
from samerun.outputs.comparing import Comparing
from samerun.outputs.deviations import Tally, of_pair
from samerun.outputs.gathering import LEFT_OUT, Gatherer
from samerun.outputs.moments import is_moment
from samerun.outputs.showing import change, count, is_number, short
from samerun.outputs.text import compare_text
from samerun.outputs.tokens import tokenise
from samerun.outputs.volatile import DECLARED, is_declared, own, why_volatile
from samerun.record.difference import Difference, identical
from samerun.record.verdict import Verdict

_SCALARS = (str, int, float, bytes)
_MOST_RENAMED = 10_000
_PROSE = 2

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
    if isinstance(a, str) and isinstance(b, str) and _is_prose(a) and _is_prose(b):
        return replace(compare_text(label, a, b, comparing), a=left, b=right)
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
    if is_declared(place.names, comparing):
        return _declared(place.label, a, b)
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
    renamed = _renamed(a, b, comparing)
    for key, value in a.items():
        other = renamed.get(key, key)
        if other not in b:
            gatherer.add(_lonely(place.key(key), "first", value, comparing))
        elif not _plainly_same(value, b[other], tally):
            gatherer.add(_compare(place.key(key), value, b[other], comparing, tally))
        if key in renamed:
            gatherer.add(Difference(place.key(key).label, "equivalent", f"now {other}", volatile="a name of the run"))
    found = set(renamed.values())
    for key, value in b.items():
        if key not in a and key not in found:
            gatherer.add(_lonely(place.key(key), "second", value, comparing))
    return _finish(place, gatherer, tally, outer)


def _lonely(place: Place, side: str, value: Any, comparing: Comparing) -> Difference:
    volatile = DECLARED if is_declared(place.names, comparing) else ""
    verdict: Verdict = "equivalent" if volatile else "different"
    texts = {side: short(value)}
    return Difference(
        place.label, verdict, f"only in the {side}", texts.get("first"), texts.get("second"), volatile=volatile
    )


def _declared(label: str, a: Any, b: Any) -> Difference:
    """Compare what the project declared volatile: whatever it holds, a difference does not count."""
    if a == b:
        return identical(label)
    return Difference(label, "equivalent", change(a, b), short(a), short(b), volatile=DECLARED)


def _renamed(a: Mapping[Any, Any], b: Mapping[Any, Any], comparing: Comparing) -> dict[Any, Any]:
    """Return the keys of ``a`` that only differ from one of ``b`` in that each names its own run or a moment of it."""
    ours = [key for key in a if isinstance(key, str) and key not in b]
    theirs = [key for key in b if isinstance(key, str) and key not in a]
    if not ours or not theirs or len(ours) * len(theirs) > _MOST_RENAMED:
        return {}
    found = {key: [other for other in theirs if _is_own_name(key, other, comparing)] for key in ours}
    taken = Counter(other for others in found.values() for other in others)
    return {key: others[0] for key, others in found.items() if len(others) == 1 and taken[others[0]] == 1}


def _is_own_name(a: str, b: str, comparing: Comparing) -> bool:
    if own(a, comparing.a) == own(b, comparing.b):
        return True
    return is_moment(a, comparing.a) and is_moment(b, comparing.b)


def _compare_lists(
    place: Place, a: list[Any] | tuple[Any, ...], b: list[Any] | tuple[Any, ...], comparing: Comparing, outer: Tally
) -> Difference:
    gatherer, tally = Gatherer(), Tally()
    for index, (left, right) in enumerate(zip(a, b, strict=False)):
        if not _plainly_same(left, right, tally):
            gatherer.add(_compare(place.item(index), left, right, comparing, tally))
    if len(a) != len(b):
        said = f"{count(len(a), 'item')} -> {count(len(b), 'item')}"
        gatherer.add(Difference(f"{place.inner}[{min(len(a), len(b))}:]", "different", said))
    return _finish(place, gatherer, tally, outer)


def _plainly_same(a: Any, b: Any, tally: Tally) -> bool:
    """Say whether two scalars are the same without a look at their names: most are, and there may be millions."""
    if type(a) is not type(b) or not isinstance(a, _SCALARS) or a != b or not a:
        return False
    tally.same(isinstance(a, int | float))
    return True


def _finish(place: Place, gatherer: Gatherer, tally: Tally, outer: Tally) -> Difference:
    outer.include(tally)
    return gatherer.finish(place.label, _leaf_summary(gatherer), tally.deviation())


def _leaf_summary(gatherer: Gatherer) -> str:
    """Return one sentence on the values that differ, however deep they are."""
    lead = gatherer.lead
    if lead is None:
        return ""
    verdict = gatherer.verdict
    below = [node for child in gatherer.kept for node in child.walk() if not node.children and node.verdict == verdict]
    leaves = [node for node in below if node.label != LEFT_OUT]
    kept = sum(child.verdict == verdict for child in gatherer.kept)
    number = count(len(leaves) + gatherer.number(verdict) - kept, "value")
    number = number if len(leaves) == len(below) else f"more than {number}"
    if verdict == "equivalent":
        return f"only volatile fields differ ({number}; first: {leaves[0].label})"
    first = f"{leaves[0].label}: {leaves[0].detail}"
    return first if number == "1 value" else f"{number} differ; first: {first}"


def summary(gatherer: Gatherer, noun: str) -> str:
    """Return one sentence on the parts that were gathered: the one that differs, or how many and the first."""
    lead = gatherer.lead
    if lead is None:
        return ""
    if gatherer.verdict == "equivalent":
        return f"only volatile fields differ ({count(gatherer.number(), noun)}; first: {lead.label})"
    worst = gatherer.number(gatherer.verdict)
    first = f"{lead.label}: {lead.detail}"
    return first if worst == 1 else f"{count(worst, noun)} differ; first: {first}"


def _is_prose(text: str) -> bool:
    """Say whether a text speaks for itself, like a log's message: its own words then name what is in it."""
    if "\n" in text:
        return True
    return len(text.split()) > _PROSE and sum(token.kind == "word" for token in tokenise(text[:1000])) >= _PROSE


def _written(value: Any) -> Any:
    """Return a date or a time as its text, so that it is judged like a written one."""
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return value

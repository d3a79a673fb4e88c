"""Compare what two pickles would build: nested records, arrays and plain values, into a tree of differences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from samerun.outputs.arrays import Array, compare_arrays, plain
from samerun.outputs.comparing import Comparing
from samerun.outputs.fingerprints import fingerprint
from samerun.outputs.late import Late
from samerun.outputs.pickle_records import NEW, NOTHING, Bag, Call, Global, Mapping, Persistent, text_of
from samerun.outputs.reading import Unreadable, gather_parts, only_in
from samerun.outputs.showing import clean, count
from samerun.outputs.values import Place, compare_scalars
from samerun.outputs.volatile import why_volatile
from samerun.record.difference import Difference, identical

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # the table of types is read by commands that compare no array

Raw = bytes | bytearray | memoryview

Meaning = Callable[[Any], Any]
"""Turns a record into what it stands for: an ``Array``, a plain value, or itself."""

MAX_DEPTH = 120
"""Levels of nesting that are walked (each costs three frames of Python's stack)."""

FEW = 1000
"""Arrays of at most so many elements are asked whether their name and values make them volatile."""

_SCALARS = (str, int, float, bool, type(None), complex)
_BYTES = (bytes, bytearray, memoryview)


def compare_objects(
    label: str, a: Any, b: Any, comparing: Comparing, meaning_a: Meaning, meaning_b: Meaning, name: str = ""
) -> Difference:
    """Compare two values as ``pickle_reader`` returns them.

    Args:
        label: what they are called in the tree.
        a: one value.
        b: the other.
        comparing: tolerances, windows and volatile names.
        meaning_a: what the records of ``a`` stand for.
        meaning_b: the same for ``b``.
        name: the name that the labels of the parts start with; none for the whole of a file.

    Returns:
        A tree of what differs. Dicts are compared by key, sets without order: another order alone is ``equivalent``.

    Raises:
        Unreadable: the values are nested deeper than ``MAX_DEPTH``.
    """
    return _Walk(comparing, meaning_a, meaning_b).compare(Place(label, (name,) if name else (), name), a, b)


class _Walk:
    """One comparison; every pair of objects is looked at once, however often and deep they hold each other."""

    def __init__(self, comparing: Comparing, meaning_a: Meaning, meaning_b: Meaning) -> None:
        self._comparing = comparing
        self._meanings = (meaning_a, meaning_b)
        self._seen: set[tuple[int, int]] = set()

    def compare(self, place: Place, a: Any, b: Any) -> Difference:
        if isinstance(a, _SCALARS) and isinstance(b, _SCALARS):
            return compare_scalars(place.label, place.names, a, b, self._comparing)
        if place.depth > MAX_DEPTH:
            raise Unreadable(f"objects nested deeper than {MAX_DEPTH} levels")
        if (id(a), id(b)) in self._seen:
            return identical(place.label)
        self._seen.add((id(a), id(b)))
        return self._meant(place, self._meanings[0](a), self._meanings[1](b))

    def _meant(self, place: Place, a: Any, b: Any) -> Difference:
        """Compare by what the records stand for."""
        if isinstance(a, _SCALARS) and isinstance(b, _SCALARS):
            return compare_scalars(place.label, place.names, a, b, self._comparing)
        if isinstance(a, _BYTES) and isinstance(b, _BYTES):
            return compare_raw(place.label, a, b)
        compare = _BY_TYPE.get(type(a))
        if type(a) is not type(b) or compare is None:
            return _unlike(place.label, a, b)
        found = compare(self, place, a, b)
        assert isinstance(found, Difference)
        return found

    def arrays(self, place: Place, a: Array, b: Array) -> Difference:
        found = compare_arrays(place.label, a, b, self._comparing)
        why = "" if found.verdict in ("identical", "equivalent") else self._why_volatile(place, a, b)
        return Difference(place.label, "equivalent", found.detail, volatile=why) if why else found

    def _why_volatile(self, place: Place, a: Array, b: Array) -> str:
        """Say why an array such as ``mean_fit_time`` does not count: all its differing elements must be volatile."""
        if a.values.shape != b.values.shape or not 0 < a.values.size <= FEW or a.values.dtype.kind not in "iufU":
            return ""
        pairs = zip(a.values.reshape(-1).tolist(), b.values.reshape(-1).tolist(), strict=True)
        reasons = [why_volatile(place.names, one, two, self._comparing) for one, two in pairs if one != two]
        return reasons[0] if reasons and all(reasons) else ""

    def mappings(self, place: Place, a: Mapping, b: Mapping) -> Difference:
        return gather_parts(place.label, self._entries(place, a.pairs, b.pairs), "entry", "entries")

    def _entries(self, place: Place, a: list[tuple[Any, Any]], b: list[tuple[Any, Any]]) -> Iterator[Difference]:
        one, two = self._by_key(a, 0), self._by_key(b, 1)
        for key, (shown, value) in one.items():
            below = place.key(shown)
            yield self.compare(below, value, two[key][1]) if key in two else only_in(below.label, "first")
        for key, (shown, _) in two.items():
            if key not in one:
                yield only_in(place.key(shown).label, "second")
        if one.keys() == two.keys() and list(one) != list(two):
            yield Difference(place.key("(order)").label, "equivalent", "the same entries in another order")

    def _by_key(self, pairs: list[tuple[Any, Any]], side: int) -> dict[Any, tuple[str, Any]]:
        return {self._key(key, side): (text_of(key), value) for key, value in pairs}

    def _key(self, key: Any, side: int) -> Any:
        return (type(key), key) if isinstance(key, _SCALARS) else fingerprint(key, self._meanings[side])

    def sequences(self, place: Place, a: Any, b: Any) -> Difference:
        numbers = _as_array(a), _as_array(b)
        if numbers[0] is not None and numbers[1] is not None:
            return self.arrays(place, numbers[0], numbers[1])
        return gather_parts(place.label, self._items(place, a, b), "item")

    def _items(self, place: Place, a: Any, b: Any) -> Iterator[Difference]:
        for index, (one, two) in enumerate(zip(a, b, strict=False)):
            yield self.compare(place.item(index), one, two)
        if len(a) != len(b):
            detail = f"{count(len(a), 'item')} -> {count(len(b), 'item')}"
            yield Difference(place.item(min(len(a), len(b))).label, "different", detail)

    def bags(self, place: Place, a: Bag, b: Bag) -> Difference:
        one, two = (
            [fingerprint(item, meaning) for item in bag.items]
            for bag, meaning in zip((a, b), self._meanings, strict=True)
        )
        if one == two:
            return identical(place.label)
        first, second = Counter(one) - Counter(two), Counter(two) - Counter(one)
        if not first and not second:
            return Difference(place.label, "equivalent", "the same members of a set in another order")
        return Difference(
            place.label,
            "different",
            f"{count(first.total(), 'member')} only in the first, {count(second.total(), 'member')} only in the second",
        )

    def calls(self, place: Place, a: Call, b: Call) -> Difference:
        return gather_parts(place.label, self._parts(place, a, b), "part")

    def _parts(self, place: Place, a: Call, b: Call) -> Iterator[Difference]:
        yield self.compare(place.key("(type)"), a.function, b.function)
        yield self.compare(place.key("(arguments)"), a.args, b.args)
        yield self.compare(place.key("(keywords)"), a.kwargs, b.kwargs)
        if isinstance(a.state, Mapping) and isinstance(b.state, Mapping):  # attributes are named right below the object
            yield from self._entries(place, a.state.pairs, b.state.pairs)
        else:
            yield self.compare(place.key("(state)"), a.state, b.state)
        yield from self._items(place, a.items, b.items)
        yield from self._entries(place, a.pairs, b.pairs)

    def names(self, place: Place, a: Global, b: Global) -> Difference:
        return identical(place.label) if a == b else _changed(place.label, str(a), str(b))

    def persistents(self, place: Place, a: Persistent, b: Persistent) -> Difference:
        return self.compare(place.key("(id)"), a.id, b.id)

    def nothings(self, place: Place, a: Any, b: Any) -> Difference:
        return identical(place.label)


_BY_TYPE: dict[type, Callable[..., Difference]] = {
    Array: _Walk.arrays,
    Mapping: _Walk.mappings,
    list: _Walk.sequences,
    tuple: _Walk.sequences,
    Bag: _Walk.bags,
    Call: _Walk.calls,
    Global: _Walk.names,
    Persistent: _Walk.persistents,
    type(NOTHING): _Walk.nothings,
}


def _as_array(items: Any) -> Array | None:
    """Return a long list of floats, or of ints, as an array; None if it is anything else."""
    if len(items) < 16 or type(items[0]) not in (int, float) or any(type(item) is not type(items[0]) for item in items):
        return None
    if type(items[0]) is int and not all(-(2**63) <= item < 2**63 for item in items):
        return None
    return plain(np.array(items, dtype=np.float64 if type(items[0]) is float else np.int64))


def compare_raw(label: str, a: Raw, b: Raw) -> Difference:
    """Compare two runs of bytes: how many differ, and the first of them."""
    if len(a) != len(b):
        return Difference(label, "different", f"{len(a):,} bytes -> {len(b):,} bytes")
    one, two = np.frombuffer(a, dtype=np.uint8), np.frombuffer(b, dtype=np.uint8)
    unequal = np.flatnonzero(one != two)
    if not unequal.size:
        return identical(label)
    said = f"{int(unequal.size):,} of {count(len(a), 'byte')} differ, the first at {int(unequal[0]):,}"
    return Difference(label, "different", said)


def _unlike(label: str, a: Any, b: Any) -> Difference:
    return _changed(label, _described(a), _described(b))


def _changed(label: str, a: str, b: str) -> Difference:
    one, two = clean(a), clean(b)
    return Difference(label, "different", f"{one} -> {two}", one, two)


def _described(value: Any) -> str:
    """Say in a word or two what a value is."""
    if isinstance(value, _SCALARS):
        return repr(value) if not isinstance(value, str) else f'"{value[:60]}"'
    if isinstance(value, Array):
        return f"an array of {value.dtype}"
    if isinstance(value, Call):
        return f"an object of {value.args[0] if value.args[:1] and value.function == NEW else value.function}"
    words = {Mapping: "a dict", Bag: "a set", type(NOTHING): "nothing"}
    return str(value) if isinstance(value, Global) else words.get(type(value), f"a {type(value).__name__}")

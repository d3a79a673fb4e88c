"""Fingerprints of values that are the same in two runs where the values are, taken without running the program's code.

Nothing of the program is called: no ``repr``, ``len``, ``next``, ``==`` or ``hash`` of its classes, no property, no
generator. An object is what lies in its ``__dict__`` and its slots, never where it lies. A value has two fingerprints:
one by content alone, and one in which the order of sets and dictionaries counts.
"""

from __future__ import annotations

import os
from _blake2 import blake2b

from . import libraries

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, Optional

    Feeder = Callable[["Builder", Any], None]

MOST_NODES = 1_500
"""How many objects one fingerprint takes in (10 to 30 ms); what lies beyond is counted, not looked at.

Every line that touches a large net of objects takes one: what differs deep within it differs first on the lines that
touch its parts.
"""

DEEPEST = 12

_NODE = 1000
"""What an object costs to be looked at, in bytes that could be hashed in the same time."""

_PLAIN = (int, float, str, bytes, bool, type(None), complex)
_PLAIN_IDS = frozenset(map(id, _PLAIN))
_COMPILED_TYPES = (type(type.__dict__["__dict__"]), type(type(os.stat_result).__dict__["__dict__"]))  # getset
_MEMBER = type(type("slotted", (), {"__slots__": ("a",)}).__dict__["a"])

_plans: dict[int, tuple[type, "Feeder"]] = {}


def fingerprint(value: Any) -> tuple[int, int, int]:
    """Return the fingerprint by content, the one by order too, and what it cost (about bytes hashed).

    Costs 2 microseconds for a number, 1 second for a gigabyte.
    """
    builder = Builder()
    builder.feed(value)
    content, order = builder.digests()
    return int.from_bytes(content, "little"), int.from_bytes(order, "little"), builder.cost


class Builder:
    """Takes values in, one after the other."""

    __slots__ = ("_most", "_order", "_out", "_seen", "cost", "cut", "depth", "nodes")

    def __init__(self, within: Optional[Builder] = None, most: int = -1) -> None:
        self._out: list[bytes] = []
        self._order: list[bytes] = []
        self._seen: dict[int, tuple[int, Any]] = {} if within is None else within._seen
        self._most = MOST_NODES if most < 0 else most
        self.cost = 0
        self.cut = False
        self.depth: int = 0 if within is None else within.depth
        self.nodes = 0

    def feed(self, value: Any) -> None:
        """Take a value in, whatever it is."""
        kind = type(value)
        self.nodes += 1
        self.cost += _NODE
        if id(kind) in _PLAIN_IDS:
            self.text(repr(value))
            return
        known = self._seen.get(id(value))
        if known is not None:
            self.text("@%d" % known[0])
            return
        if self.depth >= DEEPEST or self.nodes > self._most:
            self.cut |= self.nodes > self._most
            self.text("cut " + kind.__name__)
            return
        self._seen[id(value)] = (len(self._seen), value)
        self.depth += 1
        plan_of(kind)(self, value)
        self.depth -= 1

    def text(self, text: str) -> None:
        """Take a piece of text in."""
        data = text.encode("utf-8", "surrogatepass")
        self.cost += len(data)
        self._out.append(b"%d:" % len(data) + data)

    def data(self, data: Any) -> None:
        """Take bytes in, or anything that offers them; big ones are hashed by themselves and not copied."""
        view = memoryview(data)
        self.cost += view.nbytes
        self._out.append(blake2b(view, digest_size=16).digest())

    def sequence(self, kind: str, items: Iterable[Any], plain: Optional[list[Any]] = None) -> None:
        """Take values in whose order is theirs."""
        if plain is not None and frozenset(map(id, map(type, plain))) <= _PLAIN_IDS:
            self.text(kind + repr(plain))
            return
        self.text(kind)
        for item in items:
            self.feed(item)
        self.text(")")

    def unordered(self, kind: str, parts: Iterable[tuple[Any, ...]]) -> None:
        """Take values in whose order is no part of their content: of a set, or the items of a dictionary.

        Each gets the same share of what may still be looked at, and what the small ones leave goes to the large ones:
        were it spent as they come, what is cut off would depend on their order.
        """
        every = list(parts)
        share = self._share(len(every))
        found = [self._apart(part, share) for part in every]
        large = sum(part[2] for part in found)
        if large and self._share(large) > share:
            share = self._share(large)
            found = [self._apart(part, share) if known[2] else known for part, known in zip(every, found)]
        self.cut |= any(part[2] for part in found)
        self.text("%s%d" % (kind, len(found)))
        self._out.extend(sorted(content for content, _, _ in found))
        self._order.extend(order for _, order, _ in found)

    def _share(self, among: int) -> int:
        return max(0, self._most - self.nodes) // max(1, among)

    def _apart(self, part: tuple[Any, ...], most: int) -> tuple[bytes, bytes, bool]:
        """Return a part's digest by content, the one by order too, and whether something of it was cut off."""
        is_plain = frozenset(map(id, map(type, part))) <= _PLAIN_IDS
        if is_plain or not most:
            shown = (
                part if is_plain else [each if id(type(each)) in _PLAIN_IDS else type(each).__name__ for each in part]
            )
            data = repr(shown).encode("utf-8", "surrogatepass")
            self.cost += len(data) + _NODE
            self.nodes += 1
            digest = blake2b(data, digest_size=8).digest()
            return digest, digest, not is_plain
        inner, known = Builder(self, most), len(self._seen)
        for value in part:
            inner.feed(value)
        while len(self._seen) > known:  # what its siblings hold is not yet known to any of them
            self._seen.popitem()
        self.nodes += min(inner.nodes, most + 1)  # beyond that they were only counted
        self.cost += inner.cost
        return (*inner.digests(), inner.cut)

    def digests(self) -> tuple[bytes, bytes]:
        """Return the digest of the content, and that of the content and the order."""
        content = blake2b(b"".join(self._out), digest_size=8).digest()
        if not self._order:
            return content, content
        return content, blake2b(content + b"".join(self._order), digest_size=8).digest()


def plan_of(kind: type) -> Feeder:
    """Return how values of a type are taken in; asked once for each type."""
    known = _plans.get(id(kind))
    if known is None:
        known = _plans[id(kind)] = (kind, _plan(kind))
    return known[1]


def _plan(kind: type) -> Feeder:
    mro = type.__dict__["__mro__"].__get__(kind)
    for base in mro:
        feeder = _builtin(base) or libraries.feeder(base)
        if feeder is not None:
            return feeder
    return _plain_object(kind, mro)


def _builtin(base: type) -> Optional[Feeder]:
    return next((feeder for known, feeder in _BUILTIN if known is base), None)


def _plain_object(kind: type, mro: tuple[type, ...]) -> Feeder:
    """Return how an object of a class is taken in: by its dictionary and its slots, read past its own methods."""
    dictionary = next((base.__dict__["__dict__"] for base in mro if "__dict__" in base.__dict__), None)
    if type(dictionary) is not libraries.GETSET:
        dictionary = None
    slots = [slot for base in mro for slot in base.__dict__.values() if type(slot) is _MEMBER and _is_heap(base)]
    name = "%s.%s" % (kind.__module__, kind.__qualname__)

    def feed(builder: Builder, value: Any) -> None:
        builder.text(name)
        if dictionary is not None:
            for key, held in list(dictionary.__get__(value).items()):
                builder.text(str(key) if type(key) is str else type(key).__name__)
                builder.feed(held)
        for slot in slots:
            try:
                held = slot.__get__(value)
            except AttributeError:
                continue
            builder.text(slot.__name__)
            builder.feed(held)

    return feed


def _is_heap(base: type) -> bool:
    """Say whether a class was made by a ``class`` statement; of those that C made, members may point anywhere."""
    return bool(base.__flags__ & (1 << 9)) and "__slots__" in base.__dict__


def _by_name(builder: Builder, value: Any) -> None:
    names = [getattr(value, name, "") for name in ("__module__", "__qualname__", "__name__")]
    builder.text(type(value).__name__ + " " + " ".join(str(name) for name in names if type(name) is str))


def _type_by_name(builder: Builder, value: Any) -> None:
    builder.text("type %s" % type.__dict__["__qualname__"].__get__(value))


def _number(kind: type) -> Feeder:
    show = kind.__dict__["__repr__"]
    return lambda builder, value: builder.text("%s %s" % (type(value).__name__, show(value)))


def _list(builder: Builder, value: Any) -> None:
    items = list(list.__iter__(value))
    builder.sequence("list", items, items)


def _tuple(builder: Builder, value: Any) -> None:
    items = list(tuple.__iter__(value))
    builder.sequence("tuple", items, items)


def _set(builder: Builder, value: Any) -> None:
    builder.unordered("set", [(item,) for item in set.__iter__(value)])


def _frozenset(builder: Builder, value: Any) -> None:
    builder.unordered("set", [(item,) for item in frozenset.__iter__(value)])


def _dict(builder: Builder, value: Any) -> None:
    builder.unordered("dict", list(dict.items(value)))


def _bytes_like(builder: Builder, value: Any) -> None:
    builder.text(type(value).__name__)
    builder.data(bytes(value))


def _exception(builder: Builder, value: Any) -> None:
    builder.text(type(value).__name__)
    builder.feed(BaseException.args.__get__(value))  # type: ignore[attr-defined]


def _only_type(builder: Builder, value: Any) -> None:
    builder.text(type(value).__name__)


_FUNCTIONS: tuple[Any, ...] = (len, str.join, int.__add__, [].__add__, _number, plan_of, Builder().feed)
_EMPTY: tuple[Any, ...] = (_number.__code__, (item for item in _FUNCTIONS), iter([]), property())

_BUILTIN: tuple[tuple[type, "Feeder"], ...] = (
    *((kind, _number(kind)) for kind in (int, float, complex, str, bytes, range, slice)),
    *((list, _list), (tuple, _tuple), (set, _set), (frozenset, _frozenset), (dict, _dict)),
    *((bytearray, _bytes_like), (BaseException, _exception), (type, _type_by_name)),
    *((type(value), _by_name) for value in _FUNCTIONS),
    *((type(value), _only_type) for value in _EMPTY),
    (type(os), lambda builder, value: builder.text("module " + str(value.__dict__.get("__name__")))),
)

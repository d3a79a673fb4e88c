"""One short text for a whole value, so that the members of sets and the keys of dicts can be matched without order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from samerun.outputs.arrays import Array
from samerun.outputs.pickle_records import NOTHING, Bag, Call, Global, Mapping, Persistent
from samerun.outputs.reading import Unreadable

MAX_DEPTH = 40
"""Levels of nesting inside one member or key."""

MAX_NODES = 100_000
"""How many values one member or key may consist of: shared parts count each time they are met."""


def fingerprint(value: Any, meaning: Callable[[Any], Any]) -> bytes:
    """Return 16 bytes that are equal for equal values (NaN equals NaN) and, but for chance, for no others.

    Args:
        value: as ``pickle_reader`` returns it.
        meaning: turns records into what they stand for.

    Raises:
        Unreadable: the value is nested too deeply or too large.
    """
    return _Print(meaning).of(value, 0)


class _Print:
    def __init__(self, meaning: Callable[[Any], Any]) -> None:
        self._meaning = meaning
        self._nodes = 0

    def of(self, value: Any, depth: int) -> bytes:
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise Unreadable("a member of a set, or a key, of too many parts")
        value = self._meaning(value)
        digest = hashlib.blake2b(type(value).__name__.encode(), digest_size=16)
        for part in self._parts(value, depth + 1):
            digest.update(len(part).to_bytes(8, "little") + part)
        return digest.digest()

    def _parts(self, value: Any, depth: int) -> Iterator[bytes]:
        """Yield the bytes that a value consists of."""
        if isinstance(value, Array):
            yield f"{value.dtype} {value.values.shape}".encode()
            yield value.values.tobytes()
        elif isinstance(value, Bag):
            yield from sorted(self.of(item, depth) for item in value.items)
        elif isinstance(value, Mapping):
            yield from sorted(self.of(pair, depth) for pair in value.pairs)
        elif isinstance(value, list | tuple | Call | Persistent):
            yield from (self.of(part, depth) for part in _below(value))
        elif isinstance(value, bytes | bytearray | memoryview):
            yield bytes(value)
        elif value is not NOTHING:
            yield (str(value) if isinstance(value, Global) else repr(value)).encode("utf-8", "surrogatepass")


def _below(value: Any) -> tuple[Any, ...]:
    if isinstance(value, Call):
        return (value.function, value.args, value.kwargs, value.state, value.items, value.pairs)
    return (value.id,) if isinstance(value, Persistent) else tuple(value)

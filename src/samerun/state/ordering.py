"""An order without a loader: the same whatever order came in, another one for each seed and epoch.

Each item goes where the hash of (seed, epoch, its key) puts it. What is equal goes side by side; an item that is added
or taken away moves none of the others past each other, so that a split by position changes by about that one item.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar, cast

import numpy as np

from samerun.errors import BadOption
from samerun.state.derive import derive_seed
from samerun.state.loading.frames import Key, frame_of
from samerun.state.loading.item_keys import key_bytes

T = TypeVar("T")
Identity = Callable[[int], tuple[bytes, bytes]]

_DOMAIN = b"samerun.items/1"


def shuffled(items: T, *, seed: int, key: Key | None = None, epoch: int = 0) -> T:
    """Return the items in an order that depends on what they are, the seed and the epoch, and on nothing else.

    Args:
        items: a list, a tuple, an array (its first axis), a pandas or polars frame or series (its rows); anything else
            that can be gone through (a set, ``Path.glob``) gives a list.
        seed: the seed of the run, 0 to 2**64 - 1.
        key: what tells the items apart: a function of an item; for frames the name of a column, or several. None takes
            the items themselves (paths by their text), for frames the whole row without its index label.
        epoch: the pass over the data.

    Returns:
        The same type, with the same items; frames keep their index labels. About 2 microseconds an item.

    Raises:
        BadSeed: the seed or the epoch is no such number.
        BadOption: two different items have the same key, or a key cannot be put in order.
    """
    if isinstance(items, (str, bytes)):
        raise BadOption(f"A {type(items).__name__} is one item.", "Give a list of them.")
    listed = frame_of(items) or _Listed(items)
    return cast(T, listed.take(_order(listed.keys(key), listed.identity, seed, epoch)))


class _Listed:
    """Items one after the other.

    Args:
        items: a list, a tuple, an array, or anything that can be gone through.
    """

    def __init__(self, items: Any) -> None:
        self._items = items if isinstance(items, (list, tuple, np.ndarray)) else list(items)
        if isinstance(items, np.ndarray) and not items.ndim:
            raise BadOption("An array without axes is one item.", "Give one with an axis to shuffle along.")

    def keys(self, key: Key | None) -> list[bytes]:
        if key is not None and not callable(key):
            raise BadOption(
                f"The key {key!r} names a column, and a {type(self._items).__name__} has none.", "Give a function."
            )
        return [key_bytes(item if key is None else key(item)) for item in self._items]

    def identity(self, place: int) -> tuple[bytes, bytes]:
        """Return what must be equal where two keys are, and what puts the equal ones in order."""
        item = self._items[place]
        try:
            return type(item).__name__.encode() + key_bytes(item), b""
        except BadOption:
            return b"%d" % id(item), b""

    def take(self, order: list[int]) -> Any:
        if isinstance(self._items, np.ndarray):
            return self._items[order]
        taken = [self._items[place] for place in order]
        return tuple(taken) if isinstance(self._items, tuple) else taken


def _order(keys: list[bytes], identity: Identity, seed: int, epoch: int) -> list[int]:
    """Return the places in their new order."""
    derived = derive_seed(seed, epoch=epoch, purpose="shuffled", bits=256).to_bytes(32, "little")
    start = blake2b(key=derived, digest_size=16, person=_DOMAIN)
    ranked = sorted((_digest(start, key), place) for place, key in enumerate(keys))
    order: list[int] = []
    for _, group in groupby(ranked, key=itemgetter(0)):
        places = [place for _, place in group]
        order += places if len(places) == 1 else _settled(places, identity)
    return order


def _settled(places: list[int], identity: Identity) -> list[int]:
    """Put items of one key in order: they must be equal, or the order they came in would show."""
    found = sorted((*identity(place), place) for place in places)
    if found[0][0] != found[-1][0]:
        raise BadOption(
            f"{len(places)} items that differ have the same key: those at {_some(places)}.",
            "Choose a key that tells them apart, such as several columns or a path.",
            places=places,
        )
    return [place for _, _, place in found]


def _some(places: list[int]) -> str:
    named = ", ".join(str(place) for place in sorted(places)[:5])
    return named if len(places) <= 5 else f"{named} …"


def _digest(start: Any, key: bytes) -> bytes:
    hasher = start.copy()
    hasher.update(key)
    return bytes(hasher.digest())

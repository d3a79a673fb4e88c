"""What a pickle says it would build, as plain records: nothing here is ever imported or called."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct


class Nothing:
    """The type of ``NOTHING``: an argument or a state that was never given (None is a state too)."""


NOTHING: Final = Nothing()


class Global(Struct, frozen=True):
    """A name that unpickling would import."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


NEW: Final = Global("copyreg", "__newobj__")
"""What makes an object of a class without calling its ``__init__``; the class is the first argument."""


class Call(Struct, eq=False):
    """An object that unpickling would make by calling ``function``, and what it would then put into it.

    ``args`` and ``kwargs`` are what it is called with; ``state`` is what ``__setstate__`` would get; ``items`` would be
    appended, ``pairs`` set by key; ``raw`` are bytes that follow in the file, outside of the pickle.
    """

    function: Any
    args: Any = ()
    kwargs: Any = NOTHING
    state: Any = NOTHING
    items: list[Any] = []
    pairs: list[tuple[Any, Any]] = []
    raw: memoryview | None = None


class Persistent(Struct, frozen=True, eq=False):
    """Something that the writer kept outside of the pickle under an id of its own."""

    id: Any


class Mapping(Struct, eq=False):
    """A dict; its keys may be records, which have no hash."""

    pairs: list[tuple[Any, Any]] = []


class Bag(Struct, eq=False):
    """A set or a frozenset: the order of ``items`` means nothing."""

    items: list[Any] = []
    frozen: bool = False


def text_of(value: Any) -> str:
    """Return a key as the text by which it is named in a tree of differences."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float | bytes | Global) or value is None:
        return str(value)
    if isinstance(value, tuple) and len(value) <= 4:
        return f"({', '.join(text_of(each) for each in value)})"
    return type(value).__name__.lower()

"""polars: the hidden generator behind ``sample`` and ``shuffle`` without a seed, which polars seeds from the system.

Who draws from it is seen by these methods, until the first one has; once the program has seeded it nobody is noted.
"""

from __future__ import annotations

import sys

from . import drawn, entropy, imports, seeding, standins

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Mapping

SOURCE = "polars"
_BITS = 63
_DRAWING = (
    ("DataFrame", "sample"),
    ("Series", "sample"),
    ("Series", "shuffle"),
    ("Expr", "sample"),
    ("Expr", "shuffle"),
)
_seeded: list[bool] = []


def install(environment: Mapping[str, str]) -> None:
    """Supply from now on, as soon as the program imports ``polars``."""
    imports.when_imported("polars", _begin)


def _begin(polars: Any) -> None:
    if seeding.applies():
        polars.set_random_seed(seeding.number())
        return
    number = entropy.draw(SOURCE, _BITS)
    if number is not None:
        polars.set_random_seed(number)
    polars.set_random_seed = standins.wire(polars.set_random_seed, _seed)
    for kind, name in _DRAWING:
        _watch(getattr(polars, kind, None), name)


def _seed(original: Any, *args: Any, **kwargs: Any) -> Any:
    _seeded.append(True)
    return original(*args, **kwargs)


def _watch(kind: Any, name: str) -> None:
    """Note who calls a method without a seed."""
    import functools  # polars has loaded it; other programs need not

    original = getattr(kind, name, None)
    if original is None:
        return

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not _seeded and not drawn.is_told(SOURCE):
            _note(name, args, kwargs)
        return original(*args, **kwargs)

    setattr(kind, name, call)


def _note(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    try:
        seed = args[1] if name == "shuffle" and len(args) > 1 else kwargs.get("seed")
        if seed is None:
            drawn.by_program(SOURCE, sys._getframe(2))
    except Exception as error:  # the edge to the user's program
        standins.report("drawn " + SOURCE, error)

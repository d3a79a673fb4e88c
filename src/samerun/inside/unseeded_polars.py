"""polars: the hidden generator behind ``sample`` and ``shuffle`` without a seed, which polars seeds from the system."""

from __future__ import annotations

from . import entropy, imports, seeding

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Mapping

SOURCE = "polars"
_BITS = 63


def install(environment: Mapping[str, str]) -> None:
    """Supply from now on, as soon as the program imports ``polars``."""
    imports.when_imported("polars", _begin)


def _begin(polars: Any) -> None:
    number = seeding.number() if seeding.applies() else entropy.draw(SOURCE, _BITS)
    if number is not None:
        polars.set_random_seed(number)

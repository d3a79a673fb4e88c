"""Names that are loaded on their first use, so that a command pays for what it does and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_names(module: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a module's ``__getattr__`` (PEP 562).

    Args:
        module: the module's name.
        places: each public name with ``package.module:attribute``, where it really lives; a module by itself without
            the colon.
    """

    def load(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        where, _, attribute = places[name].partition(":")
        module_there = import_module(where)
        return getattr(module_there, attribute) if attribute else module_there

    return load

"""The named pieces of a nested value: what a training returned, taken apart as far as it has names."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator, Mapping
from typing import Any

MOST = 10_000
"""Beyond this many items a list is one piece."""


def leaves(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Yield each piece of a value with its place, as one would write it in Python.

    Args:
        value: containers, dataclasses, torch modules (their parameters and buffers), objects with fitted attributes,
            or anything else, which is one piece.
        name: what the value itself is called; a piece of it adds ``[0]``, ``['key']`` or ``.attribute``.
    """
    parts = _parts(value)
    if parts is None:
        yield name, value
        return
    for suffix, part in parts:
        yield from leaves(part, f"{name}{suffix}" if name else suffix.lstrip("."))


def _parts(value: Any) -> list[tuple[str, object]] | None:
    """Return the pieces right below a value, or None if it is a piece itself."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.nn.Module):
        return [(f".{name}", one) for name, one in [*value.named_parameters(), *value.named_buffers()]]
    if isinstance(value, Mapping) and value and len(value) <= MOST:
        return [(f"[{_key(key)}]", value[key]) for key in sorted(value, key=_key)]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return [(f".{name}", getattr(value, name)) for name in value._fields]
    if isinstance(value, list | tuple) and value and not _is_bulk(value):
        return [(f"[{number}]", part) for number, part in enumerate(value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(f".{field.name}", getattr(value, field.name, None)) for field in dataclasses.fields(value)]
    if hasattr(type(value), "fit"):
        return [(f".{name}", vars(value)[name]) for name in sorted(getattr(value, "__dict__", {}))] or None
    return None


def _key(key: object) -> str:
    return repr(key) if isinstance(key, str | int | float | bool | bytes | None) else type(key).__qualname__


def _is_bulk(value: list[Any] | tuple[Any, ...]) -> bool:
    """Say whether a sequence is too long to be taken apart."""
    return len(value) > MOST

"""A configuration, in whatever form people have it, as JSON: no framework is imported to look at it."""

from __future__ import annotations

import dataclasses
import enum
import os
import sys
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from samerun.basics import exact
from samerun.record.values import Json

_FAILURES = (ArithmeticError, AttributeError, ImportError, LookupError, OSError, RuntimeError, TypeError, ValueError)
"""What a foreign object's own code may raise while it is looked at; then it is looked at in another way."""

_DEEPEST = 40
_LARGEST_ARRAY = 1000
_METHODS = ("model_dump", "to_dict", "flag_values_dict", "as_dict")
"""What pydantic, ml_collections and transformers, absl, and others call it."""


def as_json(config: object) -> dict[str, Json]:
    """Return a configuration as a JSON object.

    Args:
        config: a mapping, a dataclass, an argparse namespace, an object of pydantic, msgspec, attrs, OmegaConf, Hydra,
            absl, ml_collections or transformers, an object of the program's own class, or None for none.

    Raises:
        TypeError: it holds no names with values.
    """
    if config is None:
        return {}
    document = _plain(config, 0)
    if not isinstance(document, dict):
        raise TypeError(f"a {type(config).__name__} is no configuration: give a dict, a dataclass or a namespace")
    return document


def _plain(value: Any, depth: int) -> Json:
    """Return a value as JSON; what has no such form becomes a text that is the same in every run."""
    if value is None or isinstance(value, (bool, str)):
        return exact.plain(value) if not isinstance(value, enum.Enum) else _plain(value.value, depth + 1)
    if depth > _DEEPEST:
        return "..."
    if isinstance(value, enum.Enum):
        return _plain(value.value, depth + 1)
    if isinstance(value, (int, float)):
        return exact.encode_number(exact.number_of(value))
    fields = _fields(value)
    if fields is not None:
        return {exact.plain_text(str(name)): _plain(below, depth + 1) for name, below in fields.items()}
    return _sequence(value, depth) if _is_sequence(value) else _single(value, depth)


def _fields(value: Any) -> Mapping[Any, Any] | None:
    """Return the names and values of anything that has them; None for everything else."""
    omega = sys.modules.get("omegaconf")
    if omega is not None and isinstance(value, omega.DictConfig):
        return _resolved(omega, value)
    if isinstance(value, Mapping):
        return value
    for look in _LOOKS:
        with suppress(*_FAILURES):
            found = look(value)
            if found is not None:
                return found
    return None


def _resolved(omega: Any, value: Any) -> Mapping[Any, Any]:
    """Return an OmegaConf object's content, its interpolations resolved where they can be."""
    for resolve in (True, False):
        with suppress(*_FAILURES):
            found: Mapping[Any, Any] = omega.OmegaConf.to_container(value, resolve=resolve)
            return found
    return {}


def _of_dataclass(value: Any) -> Mapping[Any, Any] | None:
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return None
    return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}


def _of_attributes(value: Any) -> Mapping[Any, Any] | None:
    """Read msgspec's and attrs' own lists of fields, named tuples, and namespaces."""
    kind = type(value)
    names = getattr(kind, "__struct_fields__", None) or getattr(kind, "_fields", None)
    if names is None and hasattr(kind, "__attrs_attrs__"):
        names = [each.name for each in kind.__attrs_attrs__]
    if names is not None and not isinstance(value, type):
        return {name: getattr(value, name) for name in names}
    is_namespace = isinstance(value, SimpleNamespace) or (kind.__module__, kind.__name__) == ("argparse", "Namespace")
    return vars(value) if is_namespace else None


def _of_method(value: Any) -> Mapping[Any, Any] | None:
    if isinstance(value, type):
        return None
    for name in _METHODS:
        method = getattr(value, name, None)
        found = method() if callable(method) else None
        if isinstance(found, Mapping):
            return found
    return None


def _of_plain_object(value: Any) -> Mapping[Any, Any] | None:
    """Read the attributes of an object of the program's own (not of a library's, which is no configuration)."""
    kind = type(value)
    own = kind.__module__ == "__main__" and not isinstance(value, type) and not callable(value)
    return {name: each for name, each in vars(value).items() if not name.startswith("_")} if own else None


_LOOKS: tuple[Callable[[Any], Mapping[Any, Any] | None], ...] = (
    _of_dataclass,
    _of_attributes,
    _of_method,
    _of_plain_object,
)


def _is_sequence(value: Any) -> bool:
    is_list_config = type(value).__module__.startswith("omegaconf")
    return is_list_config or (isinstance(value, (Sequence, Set)) and not isinstance(value, (bytes, bytearray)))


def _sequence(value: Any, depth: int) -> Json:
    items = [_plain(each, depth + 1) for each in value]
    return sorted(items, key=str) if isinstance(value, Set) else items


def _single(value: Any, depth: int) -> Json:
    """Return a scalar, a small array, or a text for something that stands alone."""
    with suppress(TypeError):
        return exact.encode_number(exact.number_of(value))
    shape, listed = getattr(value, "shape", None), getattr(value, "tolist", None)
    if shape is not None and callable(listed) and getattr(value, "size", 0) is not None:
        small = _count(shape) <= _LARGEST_ARRAY
        return _plain(listed(), depth + 1) if small else f"{type(value).__name__} of shape {tuple(shape)}"
    return exact.plain_text(_text(value))


def _count(shape: Sequence[int]) -> int:
    total = 1
    for length in shape:
        total *= int(length)
    return total


def _text(value: Any) -> str:
    """Return a text without an address in it: a path, a module's name, else what ``str`` gives."""
    if isinstance(value, os.PathLike):
        return os.fsdecode(os.fspath(value))
    if callable(value) and hasattr(value, "__qualname__"):
        return f"{getattr(value, '__module__', '')}.{value.__qualname__}"
    text = str(value)
    return f"{type(value).__module__}.{type(value).__qualname__}" if " at 0x" in text else text

"""A program's configuration as plain values, its hash, and what differs between two."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import PurePath
from types import SimpleNamespace
from typing import Any

import numpy as np

from samerun.basics.hashing import hash_bytes
from samerun.errors import BadOption

HASH_LENGTH = 8
"""Letters of the hash that are part of a checkpoint's name."""

_MOST_SHOWN = 10
_MOST_NUMBERS = 1000
_BY_TEXT = (complex, bytes, range, datetime.date, datetime.time, datetime.timedelta)
_NOTHING = object()


def plain_config(config: Any) -> Any:
    """Return a configuration as dicts, lists, text and numbers.

    Args:
        config: None, a mapping, a dataclass, a namespace (argparse), or plain values and arrays of at most 1,000
            numbers; sets are sorted, paths become text, classes, functions and the members of an enumeration their
            names, anything else ``<type>``: an address would be another each time.

    Raises:
        BadOption: it holds itself.
    """
    try:
        return _plain(config)
    except RecursionError as error:
        raise BadOption("The configuration holds itself.", "Give a copy without that entry.") from error


def _plain(config: Any) -> Any:
    if config is None or type(config) in (bool, int, float, str):
        return config
    if isinstance(config, np.generic):
        item = config.item()  # a long double has none of Python's and stays what it is
        return repr(config) if isinstance(item, np.generic) else _plain(item)
    if is_dataclass(config) and not isinstance(config, type):
        # Not asdict, which copies each value deeply: a lock, a logger or an open file cannot be copied.
        return {each.name: _plain(getattr(config, each.name, None)) for each in fields(config)}
    if isinstance(config, Mapping):
        return {str(key): _plain(value) for key, value in config.items()}
    if isinstance(config, set | frozenset):
        return sorted((_plain(value) for value in config), key=repr)
    if isinstance(config, np.ndarray) and config.size <= _MOST_NUMBERS:
        return _plain(config.tolist())
    if isinstance(config, _BY_TEXT):
        return repr(config)
    if isinstance(config, Sequence) and not isinstance(config, str):
        return [_plain(value) for value in config]
    return _other(config)


def _other(config: Any) -> Any:
    if isinstance(config, str | PurePath):
        return str(config)
    if isinstance(config, int | float):
        return int(config) if isinstance(config, int) else float(config)
    if isinstance(config, SimpleNamespace) or type(config).__name__ == "Namespace":
        return _plain(vars(config))
    if isinstance(config, Enum):
        return f"{type(config).__qualname__}.{config.name}"
    name = getattr(config, "__qualname__", "")
    if name:
        return f"{getattr(config, '__module__', '')}.{name}"
    kind = type(config)
    return str(config) if str(kind.__module__).startswith("torch") else f"<{kind.__module__}.{kind.__qualname__}>"


def config_hash(config: Any) -> str:
    """Return the first letters of the BLAKE3 of a plain configuration; the order of its keys does not matter."""
    return hash_bytes(json.dumps(config, sort_keys=True).encode())[:HASH_LENGTH]


def config_differences(before: Any, now: Any) -> list[str]:
    """Return what differs between two plain configurations, a line each: ``optimizer.lr: 0.1 -> 0.2``."""
    found = list(_differences(before, now, ""))
    if len(found) > _MOST_SHOWN:
        found[_MOST_SHOWN:] = [f"and {len(found) - _MOST_SHOWN} more"]
    return found


def _differences(before: Any, now: Any, place: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted(before.keys() | now.keys()):
            yield from _differences(before.get(key, _NOTHING), now.get(key, _NOTHING), f"{place}.{key}".lstrip("."))
    elif json.dumps([_shown(before)], sort_keys=True) != json.dumps([_shown(now)], sort_keys=True):
        yield f"{place or 'the configuration'}: {_shown(before)} -> {_shown(now)}"


def _shown(value: Any) -> str:
    if value is _NOTHING:
        return "(not there)"
    text = json.dumps(value, sort_keys=True)
    return text if len(text) <= 80 else f"{text[:77]}..."

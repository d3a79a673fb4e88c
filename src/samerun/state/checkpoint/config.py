"""A program's configuration as plain values, its hash, and what differs between two."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from pathlib import PurePath
from types import SimpleNamespace
from typing import Any

import numpy as np

from samerun.basics.hashing import hash_bytes

HASH_LENGTH = 8
"""Letters of the hash that are part of a checkpoint's name."""

_MOST_SHOWN = 10
_NOTHING = object()


def plain_config(config: Any) -> Any:
    """Return a configuration as dicts, lists, text and numbers.

    Args:
        config: None, a mapping, a dataclass, a namespace (argparse), or plain values; sets are sorted, paths become
            text, classes and functions their names, anything else ``<type>``: an address would be another each time.
    """
    if config is None or type(config) in (bool, int, float, str):
        return config
    if isinstance(config, np.generic):
        return config.item()
    if is_dataclass(config) and not isinstance(config, type):
        return plain_config(asdict(config))
    if isinstance(config, Mapping):
        return {str(key): plain_config(value) for key, value in config.items()}
    if isinstance(config, list | tuple):
        return [plain_config(value) for value in config]
    if isinstance(config, set | frozenset):
        return sorted((plain_config(value) for value in config), key=repr)
    return _other(config)


def _other(config: Any) -> Any:
    if isinstance(config, str | PurePath):
        return str(config)
    if isinstance(config, int | float):
        return int(config) if isinstance(config, int) else float(config)
    if isinstance(config, SimpleNamespace) or type(config).__name__ == "Namespace":
        return plain_config(vars(config))
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

"""A configuration document with some of another one's values, written down again."""

from __future__ import annotations

import configparser
import datetime
import io
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import PurePosixPath

import yaml

from samerun.record.values import Json

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def read(path: str, content: bytes) -> Json:
    """Return the document of a configuration file; None where its type cannot be written again.

    Nothing is constructed but plain values.
    """
    reader = _TYPES.get(PurePosixPath(path).suffix.lower())
    return None if reader is None else reader[0](content.decode())


def write(path: str, document: Json) -> bytes:
    """Return a configuration file that holds a document.

    Raises:
        ValueError: its type has no way to write it.
    """
    text: str = _TYPES[PurePosixPath(path).suffix.lower()][1](document)
    return text.encode()


def graft(document: Json, other: Json, key: str) -> bool:
    """Put another document's value of a dotted key into a document, or take it away where the other has none.

    Returns:
        Whether either of them holds the key.
    """
    for name in dict.fromkeys([*_names(document), *_names(other)]):
        if str(name) == key:
            return _put(document, other, name)
        if key.startswith(f"{name}."):
            below = other.get(name) if isinstance(other, dict) else None
            inner = document.get(name)
            fresh: Json = {} if not isinstance(inner, dict) else inner
            if not isinstance(below, dict) and not isinstance(inner, dict):
                continue
            if graft(fresh, below if isinstance(below, dict) else {}, key[len(str(name)) + 1 :]):
                _settle(document, name, fresh, isinstance(below, dict))
                return True
    return False


def _names(document: Json) -> list[Json]:
    return list(document) if isinstance(document, dict) else []


def _settle(document: Json, name: Json, inner: Json, is_kept: bool) -> None:
    """Put a changed table in its place; one that has become empty, and that the other has not, goes."""
    if inner or is_kept:
        document[name] = inner
    else:
        document.pop(name, None)


def _put(document: Json, other: Json, name: Json) -> bool:
    if isinstance(other, dict) and name in other:
        document[name] = other[name]
    else:
        del document[name]
    return True


def _read_ini(text: str) -> Json:
    parser = configparser.ConfigParser(interpolation=None, strict=False, default_section="\0")
    parser.read_string(text)
    return {section: dict(parser[section]) for section in parser.sections()}


def _write_ini(document: Json) -> str:
    parser = configparser.ConfigParser(interpolation=None, default_section="\0")
    parser.read_dict(document)
    text = io.StringIO()
    parser.write(text)
    return text.getvalue()


def _write_toml(document: Json) -> str:
    """Return a document as TOML (https://toml.io/en/v1.0.0), tables that are values written inline."""
    plain = {name: value for name, value in document.items() if not isinstance(value, dict)}
    tables = {name: value for name, value in document.items() if isinstance(value, dict)}
    lines = [f"{_toml_key(name)} = {_toml(value)}\n" for name, value in plain.items()]
    for name, table in tables.items():
        lines += [f"[{_toml_key(name)}]\n", *(f"{_toml_key(key)} = {_toml(value)}\n" for key, value in table.items())]
    return "".join(lines)


def _toml_key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name)


def _toml(value: Json) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml_key(key)} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)  # inf and nan are written so in TOML, too
    return json.dumps(value)


_TYPES: dict[str, tuple[Callable[[str], Json], Callable[[Json], str]]] = {
    ".json": (json.loads, lambda document: json.dumps(document, indent=2)),
    ".yaml": (yaml.safe_load, lambda document: str(yaml.safe_dump(document, sort_keys=False))),
    ".yml": (yaml.safe_load, lambda document: str(yaml.safe_dump(document, sort_keys=False))),
    ".toml": (tomllib.loads, _write_toml),
    ".ini": (_read_ini, _write_ini),
    ".cfg": (_read_ini, _write_ini),
}

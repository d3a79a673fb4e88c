"""The configuration: every key of a recorded configuration and of the TOML, YAML, JSON and INI files that were read."""

from __future__ import annotations

import configparser
import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from samerun.factors.factor import Plain, Scene
from samerun.record.missing import Missing
from samerun.record.values import Json, Reading, Values

MAX_BYTES = 64 * 1024
"""A larger file is data, whatever its name."""

MAX_KEYS = 2_000
MAX_VALUES = 50_000
"""More values than so small a file can spell out: they come from aliases that multiply
(https://en.wikipedia.org/wiki/Billion_laughs_attack)."""

MAX_MERGES = 30
"""More aliases than that could multiply while YAML merges them, before anything can be counted."""

RECORDED = "config.json"
"""The subject's beginning for keys that the program itself gave to ``samerun.run``."""


class Config(Plain):
    """Keys, named ``conf/train.yaml:model.lr``, with their values."""

    kind = "config"
    advised = "set the key to the value that the other run had"

    def read(self, scene: Scene) -> Reading:
        """Return the keys of every configuration file that was read, and of what the program recorded itself."""
        if scene.observed is None:
            return Missing("the program has not ended yet")
        values: Values = {}
        for path, fact in sorted(scene.files.items()):
            if fact.configuration:
                keys = parse(path, scene.content(path) or b"")
                values.update({f"{path}:{key}": value for key, value in (keys or {}).items()})
        values.update({f"{RECORDED}:{key}": value for key, value in flatten(scene.configuration)})
        return dict(scene.redactor.document(values))


def is_named_so(path: str) -> bool:
    """Say whether a file's name is that of a configuration file."""
    return PurePosixPath(path).suffix.lower() in _READERS


def parse(path: str, content: bytes) -> dict[str, Json] | None:
    """Return a configuration file's keys, flattened with dots; None if it is no configuration.

    Nothing is ever constructed from a file but plain values (YAML by its safe loader).
    """
    if not is_named_so(path) or len(content) > MAX_BYTES:
        return None
    try:
        document = _READERS[PurePosixPath(path).suffix.lower()](content.decode("utf-8"))
        is_read = isinstance(document, dict) and not _holds_more_than(MAX_VALUES, document)
        leaves = list(flatten(document)) if is_read else None
    except (ValueError, configparser.Error, RecursionError):
        return None
    if leaves is None or len(leaves) > MAX_KEYS:
        return None
    keys = dict(leaves)
    return keys if len(keys) == len(leaves) else None  # of two keys of one name neither could be told


def _holds_more_than(most: int, document: Json) -> bool:
    """Say whether a document has more values than that, one that holds itself included."""
    waiting, count = [document], 0
    while waiting and count <= most:
        value = waiting.pop()
        count += 1
        if isinstance(value, (dict, list, tuple, set)):
            waiting.extend(value.values() if isinstance(value, dict) else value)
    return count > most


def flatten(document: Json, above: str = "") -> Iterator[tuple[str, Json]]:
    """Yield the leaves of a document with their dotted keys; lists of plain values are leaves."""
    if isinstance(document, dict) and document:
        for key, value in document.items():
            yield from flatten(value, f"{above}.{key}" if above else str(key))
    elif above:
        yield above, document if _is_plain(document) else str(document)


def _is_plain(value: Json) -> bool:
    if isinstance(value, list):
        return all(_is_plain(item) for item in value)
    return value is None or isinstance(value, (bool, int, float, str))


def _read_yaml(text: str) -> Json:
    if "<<" in text and text.count("*") > MAX_MERGES:
        return None
    import yaml  # 9 ms, which only runs that read a YAML file have to pay

    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, LookupError, AttributeError, TypeError) as error:  # `!!bool perhaps` is a KeyError
        raise ValueError(str(error)) from error


def _read_ini(text: str) -> Json:
    """Return the sections as they are written: what stands in ``[DEFAULT]`` is one key, not one of every section."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, default_section="\0")
    parser.read_string(text)
    return {section: dict(parser[section]) for section in parser.sections()}


_READERS: dict[str, Callable[[str], Json]] = {
    ".json": json.loads,
    ".toml": tomllib.loads,
    ".yaml": _read_yaml,
    ".yml": _read_yaml,
    ".ini": _read_ini,
    ".cfg": _read_ini,
}

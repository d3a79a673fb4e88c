"""What a bare run left, read for its meaning: the bytes of each file, but for what a case excuses."""

from __future__ import annotations

import gzip
import hashlib
import json
import pickle
import re
import zipfile
from collections.abc import Callable, Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from zoo.case import Excuse

Result = dict[str, str]
"""A digest for each file that was written, and for what was printed where nothing was."""


def meaning(folder: Path, written: Iterable[str], printed: str, excused: Iterable[Excuse]) -> Result:
    """Return the result of a run.

    Args:
        folder: where it ran.
        written: the files it wrote, relative to that.
        printed: its standard output, which counts only where no file was written.
        excused: what may differ.
    """
    result: Result = {}
    for name in sorted(written):
        excuse = next((each for each in excused if fnmatch(name, each.file)), None)
        label = excuse.file if excuse else name
        result[label] = hashlib.sha256(_content(folder / name, excuse)).hexdigest()
    return result or {"(printed)": hashlib.sha256(printed.encode()).hexdigest()}


def _content(path: Path, excuse: Excuse | None) -> bytes:
    if excuse is None or not (excuse.form or excuse.fields):
        return path.read_bytes()
    if excuse.fields:
        return json.dumps(_without(json.loads(path.read_text("utf-8")), excuse.fields), sort_keys=True).encode()
    return _FORMS[excuse.form](path)


def _without(value: Any, fields: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {name: _without(each, fields) for name, each in value.items() if name not in fields}
    return [_without(each, fields) for each in value] if isinstance(value, list) else value


def _unpickled(path: Path) -> bytes:
    # The file was written a moment ago by the case's own program, which has just been run in any case.
    return _canonical(pickle.loads(path.read_bytes())).encode()


def _canonical(value: Any) -> str:
    if isinstance(value, (set, frozenset)):
        return "{" + ",".join(sorted(map(_canonical, value))) + "}"
    if isinstance(value, dict):
        return "{" + ",".join(sorted(f"{_canonical(k)}:{_canonical(v)}" for k, v in value.items())) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_canonical, value)) + "]"
    return repr(value)


def _members(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return b"".join(name.encode() + archive.read(name) for name in sorted(archive.namelist()))


def _without_moments(path: Path) -> bytes:
    return re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.,]+|\d+\.\d+ ?s\b", "", path.read_text("utf-8")).encode()


_FORMS: dict[str, Callable[[Path], bytes]] = {
    "pickle": _unpickled,
    "gzip": lambda path: gzip.decompress(path.read_bytes()),
    "zip": _members,
    "log": _without_moments,
    "anything": lambda path: b"",
}

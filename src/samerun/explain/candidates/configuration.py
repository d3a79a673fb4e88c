"""A key of a configuration file, taken over without touching the other keys."""

from __future__ import annotations

import json
from functools import partial

import yaml

from samerun.explain.hunks import apply, pieces_of
from samerun.explain.mixture import Candidate, Mixture, content_of
from samerun.factors.config import RECORDED, parse
from samerun.record.run import Run
from samerun.record.values import Change, Json
from samerun.store.objects import Objects


def make(change: Change, a: Run, b: Run, objects: Objects) -> Candidate | None:
    """Return the candidate of one key; what the program itself recorded follows from something else."""
    path, _, key = change.subject.partition(":")
    if path == RECORDED and content_of(a, path, objects) is None:
        return None
    contents = content_of(a, path, objects), content_of(b, path, objects)
    if None in contents:
        unable = "" if contents[1] is not None else "the file's content in the second run was not kept"
        return Candidate(change, partial(_take_whole, path), unable)
    return Candidate(change, partial(_take_key, path, key))


def _take_whole(path: str, mixture: Mixture) -> None:
    mixture.take_file(path)


def _take_key(path: str, key: str, mixture: Mixture) -> None:
    """Take one key over; keys taken before it stay."""
    now = mixture.files.get(path)
    if now is None:
        now = content_of(mixture.a, path, mixture.objects) or b""
    other = content_of(mixture.b, path, mixture.objects) or b""
    mixture.put_file(path, with_key(path, now, other, key))


def with_key(path: str, content: bytes, other: bytes, key: str) -> bytes:
    """Return a configuration file with one key as another version of it has it.

    The lines that change this key alone are taken over, so that every other byte stays as it was; where no such lines
    are, the document is written anew (JSON and YAML), else the other version is taken as a whole.

    Args:
        path: the file's name, which says how it is written.
        content: the file.
        other: the version whose value is taken.
        key: the dotted name.
    """
    return _by_lines(path, content, other, key) or _by_value(path, content, other, key) or other


def _by_lines(path: str, content: bytes, other: bytes, key: str) -> bytes | None:
    before = parse(path, content) or {}
    text = content.decode("utf-8", "replace")
    wanted = _with_value(before, parse(path, other) or {}, key)
    for piece in pieces_of(text, other.decode("utf-8", "replace"), python=False):
        changed = apply(text, [piece]).encode()
        if parse(path, changed) == wanted:
            return changed
    return None


def _with_value(keys: dict[str, Json], others: dict[str, Json], key: str) -> dict[str, Json]:
    rest = {name: value for name, value in keys.items() if name != key}
    return {**rest, key: others[key]} if key in others else rest


def _by_value(path: str, content: bytes, other: bytes, key: str) -> bytes | None:
    is_json = path.lower().endswith(".json")
    if not is_json and not path.lower().endswith((".yaml", ".yml")):
        return None
    load = json.loads if is_json else yaml.safe_load
    document = load(content)
    changed = _graft(document, load(other), key)
    if not changed:
        return None
    text = json.dumps(document, indent=2) if is_json else yaml.safe_dump(document, sort_keys=False)
    return text.encode()


def _graft(document: Json, other: Json, key: str) -> bool:
    """Put the other document's value of a dotted key into a document; False if neither holds such a key."""
    for name in list(document) if isinstance(document, dict) else ():
        if str(name) == key:
            return _put(document, other, name)
        if key.startswith(f"{name}.") and isinstance(document[name], dict):
            below = other.get(name) if isinstance(other, dict) else None
            return _graft(document[name], below if isinstance(below, dict) else {}, key[len(str(name)) + 1 :])
    if isinstance(other, dict):
        for name in other:
            if str(name) == key or key.startswith(f"{name}."):
                document[name] = other[name]
                return True
    return False


def _put(document: dict[Json, Json], other: Json, name: Json) -> bool:
    if isinstance(other, dict) and name in other:
        document[name] = other[name]
    else:
        del document[name]
    return True

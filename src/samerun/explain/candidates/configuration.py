"""A key of a configuration file, taken over without touching the other keys."""

from __future__ import annotations

import configparser
from functools import partial

import yaml
from msgspec import structs

from samerun.explain.candidates.writing import graft, read, write
from samerun.explain.hunks import apply, pieces_of
from samerun.explain.mixture import Candidate, Mixture, can_be_had, content_of, fact_of, is_unchanged
from samerun.factors.config import RECORDED, parse
from samerun.record.run import Run
from samerun.record.values import Change, Json
from samerun.store.objects import Objects


def make(change: Change, a: Run, b: Run, objects: Objects) -> Candidate | None:
    """Return the candidate of one key.

    None for what the program itself recorded, which follows from something else, and for a file that was there all the
    time and that one run alone read.
    """
    path, _, key = change.subject.partition(":")
    if path == RECORDED and fact_of(a, path) is None and fact_of(b, path) is None:
        return None
    if is_unchanged(path, a, b):
        return None
    contents = content_of(a, path, objects), content_of(b, path, objects)
    if contents[1] is None or (contents[0] is None and fact_of(a, path) is not None):
        is_there = fact_of(b, path) is None or can_be_had(path, a, b, objects)  # a file that is gone can be taken away
        unable = "" if is_there else "the file's content in the second run was not kept"
        return Candidate(change, partial(_take_whole, path), unable)
    mine, theirs = (parse(path, content or b"") or {} for content in contents)
    if key in mine and key in theirs and repr(mine[key]) == repr(theirs[key]):
        return None
    if key in mine and change.a is None:  # the file was there, though the first run did not read it
        change = structs.replace(change, a=mine[key])
    return Candidate(change, partial(_take_key, path, key))


def is_whole(path: str, a: Run, b: Run, objects: Objects) -> bool:
    """Say whether a file can only be taken over as a whole: it is gone, or what it held in the first run is not known.

    A file that is not to be had at all is none of these: its keys at least have names.
    """
    if fact_of(a, path) is None:
        return False
    is_known = content_of(a, path, objects) is not None and content_of(b, path, objects) is not None
    return fact_of(b, path) is None or (not is_known and can_be_had(path, a, b, objects))


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
    are, the document is written anew, else the other version is taken as a whole.

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
    """Write the document anew with the one value; None where it could not be told from the others then."""
    try:
        document = read(path, content) if content.strip() else {}  # a file that comes begins with nothing
        if document is None or not graft(document, read(path, other), key):
            return None
        changed = write(path, document)
    except (ValueError, configparser.Error, yaml.YAMLError):
        return None
    wanted = _with_value(parse(path, content) or {}, parse(path, other) or {}, key)
    found = parse(path, changed)
    return changed if found is not None and _without_empty(found) == _without_empty(wanted) else None


def _without_empty(keys: dict[str, Json]) -> dict[str, Json]:
    """Return the keys without tables that hold nothing: a table's last key may take the table with it."""
    return {name: value for name, value in keys.items() if value not in ({}, "{}")}

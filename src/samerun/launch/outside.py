"""What a run wrote outside of its folder is put back, in a replay's private layers, as it was before the run.

A program goes on from a checkpoint if there is one, adds to a table, writes a header if the table is new: what the
recorded run left outside must not be there when it is replayed, and what it changed must be as it was.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from samerun.basics import files
from samerun.record.files import FileFact
from samerun.store.objects import Objects


def put_back(
    written: Iterable[str], facts: Mapping[str, FileFact], layers: Mapping[str, Path], objects: Objects
) -> list[str]:
    """Fill the private layers with what was there before the run.

    Args:
        written: absolute names of what the run wrote.
        facts: the files before the run by name.
        layers: folders outside, each with the private folder that is mounted over it.
        objects: the store's contents.

    Returns:
        The names that were not there before the run and are to be removed once the layers are mounted.
    """
    new = []
    for name in written:
        layer = next((layers[top] / name[len(top) :].lstrip("/") for top in layers if _is_below(name, top)), None)
        fact = facts.get(name)
        if layer is None:
            continue
        if fact is None:
            new.append(name)
        elif fact.hash is not None and not fact.secret and objects.has(fact.hash):
            _place(fact.hash, layer, fact, objects)
    return new


def _place(digest: str, target: Path, fact: FileFact, objects: Objects) -> None:
    files.make_folder(target.parent)
    objects.place(digest, target, (fact.mode & 0o777) | 0o600)
    with suppress(OSError):
        os.utime(target, ns=(fact.mtime_ns, fact.mtime_ns))


def _is_below(path: str, top: str) -> bool:
    return path.startswith(top.rstrip("/") + "/")

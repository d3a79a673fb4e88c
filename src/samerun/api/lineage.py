"""``data_of``: which runs read or wrote a content, where it came from, and what came of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from samerun.api.stores import store_here
from samerun.basics.hashing import stat_key
from samerun.basics.redaction import Redactor, key_at
from samerun.errors import MissingData, UnknownRun
from samerun.launch.known_inputs import KnownInputs
from samerun.record.lineage import Lineage, RunNode, Use
from samerun.record.missing import Missing
from samerun.store.layout import StoreLayout
from samerun.store.lineage import LineageIndex
from samerun.store.references import find_run
from samerun.store.tracing import MOST, trace

_HEX = re.compile(r"[0-9a-f]{8,64}\Z")


def data_of(name: str, *, most: int = MOST) -> Lineage:
    """Return the lineage of a file's content, of whatever a path held that is gone, of a BLAKE3, or of a run.

    Content decides, not the name: a copy of a file is the same, and the file itself is another one once it is changed.
    Costs what hashing the file costs (a big one that has not changed since a run read it is not read again), and 10 µs
    for each run of the store.

    Args:
        name: a file; else the id of a run, or ``last``; else a path that a run knew; else 8 or more digits of a BLAKE3.
        most: how many uses are followed in each direction.

    Raises:
        MissingData: it is none of these, or the file cannot be read.
    """
    layout = store_here()
    with LineageIndex(layout) as index:
        if os.path.isfile(name):
            return _of_file(index, layout, name, most)
        run = _run(layout, name)
        if run is not None:
            return _of_run(index, name, run, most)
        uses = index.uses_at(_places(name))
        hashes = [use.hash for use in uses] or (index.contents_like(name) if _HEX.match(name) else [])
        if not hashes:
            if os.path.exists(name):
                raise MissingData(f"{name} is no file.", "Give a file in it, or a run's id; `samerun ls` lists them.")
            raise MissingData(
                f"{name or 'An empty name'} is not there, and no run here knows a file of that path or hash, or "
                "answers to that name.",
                "Give a file, the path of one that a run read or wrote, 8 digits of a BLAKE3, or a run's id; "
                "`samerun ls` lists them.",
            )
        return _of_contents(index, name, hashes, most)


def _of_file(index: LineageIndex, layout: StoreLayout, name: str, most: int) -> Lineage:
    try:
        digest = KnownInputs(layout.input_hashes).hash(Path(os.path.realpath(name)), stat_key(name))
    except OSError as error:
        raise MissingData(f"{name} cannot be read: {error.strerror}.", "Give a file that can be read.") from error
    if isinstance(digest, Missing):
        raise MissingData(f"{name} cannot be identified: {digest.why}.", "Wait until nothing writes it.")
    lineage = _of_contents(index, name, [digest, *_marked(layout, digest)], most)
    elsewhere = [] if lineage.uses else index.uses_at(_places(name))
    known = (digest, *(each for each in lineage.hashes if each != digest and lineage.uses))
    return Lineage(name, "", known, lineage.uses, lineage.back, lineage.forth, lineage.runs | _runs(index, elsewhere),
                   tuple(elsewhere), lineage.cut)  # fmt: skip


def _marked(layout: StoreLayout, digest: str) -> list[str]:
    """Return what stands in a record for the hash of a file that held a secret."""
    return [Redactor(key=key_at(layout.key)).mark(digest)] if layout.key.is_file() else []


def _run(layout: StoreLayout, name: str) -> str | None:
    try:
        return find_run(layout, name, Path.cwd()).id
    except UnknownRun:
        return None


def _places(name: str) -> list[str]:
    absolute = os.path.abspath(name)
    return [absolute, os.path.realpath(name)]


def _of_contents(index: LineageIndex, subject: str, hashes: Iterable[str], most: int) -> Lineage:
    hashes = list(dict.fromkeys(hashes))
    uses = index.uses_of(hashes)
    used = {use.hash for use in uses}
    back, before, more_back = trace(index, hashes, True, most=most)
    forth, after, more_forth = trace(index, hashes, False, most=most)
    found = tuple(each for each in hashes if each in used) or tuple(hashes[:1])
    runs = {**_runs(index, uses), **before, **after}
    return Lineage(subject, "", found, tuple(uses), tuple(back), tuple(forth), runs, (), more_back or more_forth)


def _of_run(index: LineageIndex, subject: str, run: str, most: int) -> Lineage:
    uses = [use for use in index.uses_by([run]) if not use.minor]
    back, before, more_back = trace(index, [], True, [run], most)
    forth, after, more_forth = trace(index, [], False, [run], most)
    runs = {**_runs(index, uses), **before, **after}
    return Lineage(subject, run, (), tuple(uses), tuple(back), tuple(forth), runs, (), more_back or more_forth)


def _runs(index: LineageIndex, uses: Iterable[Use]) -> dict[str, RunNode]:
    return index.runs(use.run for use in uses)

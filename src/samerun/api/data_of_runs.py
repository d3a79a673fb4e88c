"""``verify`` of the data of a run: is what it read, and what was locked before it, still there and the same?"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from samerun.api.comparing import ended
from samerun.api.data_copies import Copies, Copy
from samerun.basics.exact import path_of
from samerun.basics.hashing import stat_key
from samerun.basics.redaction import Redactor, key_at
from samerun.data.changes import said
from samerun.data.identity import Progress
from samerun.data.lock_file import read_lock
from samerun.data.locking import look_below
from samerun.data.manifest import Entry
from samerun.data.reading import read_file
from samerun.errors import MissingData
from samerun.factors.caches import is_by_product
from samerun.factors.code import is_code
from samerun.launch.known_inputs import KnownInputs
from samerun.launch.moved import tree_now
from samerun.record.files import FileFact
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.store import folder as run_folder
from samerun.store.layout import RunFolder, StoreLayout
from samerun.store.lineage import LineageIndex
from samerun.store.objects import Objects

State = Literal["unchanged", "changed", "gone", "new", "unknown"]
STATES: tuple[State, ...] = ("unchanged", "changed", "gone", "new", "unknown")
"""``new``: it came into a folder that was locked; ``unknown``: its content was not known then, or cannot be now."""


class DataFile(Struct, frozen=True):
    """One file of a run's data.

    ``path`` is its name in the record, ``place`` where it is looked for; ``blake3`` and ``size`` are what they were,
    the hash empty where it is not known; ``detail`` is half a sentence; ``copies`` are where the content is to be had.
    """

    path: str
    place: str
    state: State
    size: int
    blake3: str = ""
    detail: str = ""
    copies: tuple[Copy, ...] = ()


class RunData(Struct, frozen=True):
    """What verifying the data of a run found: ``same`` says that all of it is there, was read, and is the same."""

    run: str
    same: bool
    quick: bool
    files: tuple[DataFile, ...]
    roots: dict[str, str]

    def counts(self) -> dict[str, int]:
        """Return how many files there are of each state, every state present."""
        found = Counter(file.state for file in self.files)
        return {state: found[state] for state in STATES}


class _Now(NamedTuple):
    """What is at a place now: an entry, or why there is none (``why`` empty: nothing is there)."""

    entry: Entry | None
    why: str = ""


def verify_run_data(where: RunFolder, *, quick: bool = False, progress: Progress | None = None) -> RunData:
    """Say of every file that a run read, or that was locked before it, whether it is still the same.

    Code is passed over, and so are caches. Costs what reading the data costs; with ``quick`` big and locked files that
    have not changed since a run read them are not read. For what changed or is gone, copies are looked for in the
    store, at other paths where runs knew the content, beside the file, and in git.

    Args:
        where: the run's folder.
        quick: trust what is remembered of unchanged files.
        progress: called with files and bytes done.

    Raises:
        DamagedRun, NewerSchema, RunStillGoing: as their names say.
        MissingData: the run does not know what it read.
        BadLock: a lock in the run folder cannot be trusted.
    """
    run = ended(run_folder.load(where))
    reading = run.reading("data")
    if isinstance(reading, Missing):
        raise MissingData(f"It is not known what the run {run.id} read: {reading.why}.", "Record it with samerun.")
    layout = StoreLayout(where.path.parent.parent)
    look = _Look(run, layout, tree_now(Path(run.place.tree), where, reading), quick, progress)
    new = look.through_locks(where)
    facts = {name: msgspec.convert(value, FileFact) for name, value in reading.items() if "size" in value}
    kept = {name: fact for name, fact in facts.items() if not (is_code(name) or is_by_product(name))}
    files = [look.file(name, fact) for name, fact in kept.items()]
    files = [*_with_copies(files, kept, look, layout), *new]
    roots = {lock.path: lock.root for lock in run.locks}
    return RunData(run.id, all(file.state == "unchanged" for file in files), quick, tuple(files), roots)


def _with_copies(
    files: list[DataFile], facts: Mapping[str, FileFact], look: _Look, layout: StoreLayout
) -> Iterator[DataFile]:
    wanted = {file.place: facts[file.path] for file in files if file.state != "unchanged" and file.blake3}
    if not wanted:
        yield from files
        return
    with LineageIndex(layout) as index:
        found = Copies(Objects(layout.objects), index, look.tree, look.hash_of, look.seen()).find(wanted)
    for file in files:
        yield msgspec.structs.replace(file, copies=found.get(file.place, ())) if file.place in wanted else file


class _Look:
    """Looks at the data of one run as it is now."""

    def __init__(self, run: Run, layout: StoreLayout, tree: Path, quick: bool, progress: Progress | None) -> None:
        self.tree = tree
        self._run = run
        self._quick = quick
        self._cache = layout.data_cache
        self._progress = progress or _tell_nobody
        self._done = [0, 0]
        self._known = KnownInputs(layout.input_hashes)
        self._mark = Redactor(key=key_at(layout.key)).mark if layout.key.is_file() else None
        self._now: dict[str, _Now] = {}
        self._outputs = {output.path: output.hash for output in run.outputs}

    def through_locks(self, where: RunFolder) -> list[DataFile]:
        """Look at all data that was locked; return what has come since."""
        new: list[DataFile] = []
        for said_of in self._run.locks:
            lock = read_lock(where.path / said_of.lock)
            base = self._base(said_of.base)
            seen = look_below(
                base, lock.paths, None, quick=self._quick, cache=self._cache, progress=self._progress,
                may_be_gone=True,
            )  # fmt: skip
            place = _places(base)
            self._now.update({place(entry.path): _Now(entry) for entry in seen.manifest.entries})
            self._now.update({place(one.path): _Now(None, one.why) for one in seen.unread})
            known = {entry.path for entry in lock.manifest.entries}
            came = [entry for entry in seen.manifest.entries if entry.path not in known and entry.kind != "folder"]
            new += [
                file for file in (self._new(place(entry.path), entry) for entry in came) if self._is_data(file.path)
            ]
        return new

    def _base(self, base: str) -> str:
        """Return where the paths of a lock start now, if they started in the project's folder and that was moved."""
        below = os.path.relpath(base, self._run.place.tree)
        return base if below == ".." or below.startswith("../") else os.path.normpath(os.path.join(self.tree, below))

    def _new(self, place: str, entry: Entry) -> DataFile:
        name = os.path.relpath(place, self.tree) if Path(place).is_relative_to(self.tree) else place
        return DataFile(name, place, "new", entry.size, entry.blake3)

    def _is_data(self, name: str) -> bool:
        """Say whether a file that came later is none of the run's own outputs, no code and no cache."""
        return name not in self._outputs and not is_code(name) and not is_by_product(name)

    def file(self, name: str, fact: FileFact) -> DataFile:
        """Return the state of one file."""
        place = os.path.normpath(os.path.join(self.tree, path_of(name)))
        digest = fact.hash or ""
        now = self._now.get(place) or (self._link(place) if fact.link is not None else self._read(place))
        state, detail = self._judged(name, fact, now)
        return DataFile(name, place, state, fact.size, digest, detail)

    def _judged(self, name: str, fact: FileFact, now: _Now) -> tuple[State, str]:
        if fact.link is not None:
            return self._judged_link(fact, now)
        if fact.hash is None:
            return "unknown", fact.why or "its content was not known"
        if now.entry is None:
            return ("unknown", now.why) if now.why else ("gone", "")
        if now.entry.blake3 == fact.hash or self._is_marked_so(fact, now.entry):
            return "unchanged", ""
        if self._outputs.get(name) == now.entry.blake3:
            return "changed", "the run itself wrote it after it had read it"
        return "changed", said(Entry(name, size=fact.size, blake3=fact.hash), now.entry)

    def _judged_link(self, fact: FileFact, now: _Now) -> tuple[State, str]:
        if now.entry is None:
            return ("unknown", now.why) if now.why else ("gone", f"it led to {fact.link}")
        if now.entry.target == fact.link:
            return "unchanged", ""
        return "changed", said(Entry("", "link", target=fact.link or ""), now.entry)

    def _is_marked_so(self, fact: FileFact, entry: Entry) -> bool:
        return fact.secret and self._mark is not None and self._mark(entry.blake3) == fact.hash

    def _link(self, place: str) -> _Now:
        try:
            return _Now(Entry(place, "link", target=os.readlink(place)))
        except FileNotFoundError:
            return _Now(None)
        except OSError:
            return self._read(place)

    def _read(self, place: str) -> _Now:
        """Read one file, if nothing is known of it."""
        try:
            key = stat_key(place)
        except (FileNotFoundError, NotADirectoryError):
            return _Now(None)
        except OSError as error:
            return _Now(None, f"it cannot be read: {error.strerror}")
        real = os.path.realpath(place)
        digest = self._known.lookup(Path(place), key) if self._quick else None
        if digest is None:
            read = read_file(real)
            if read.why:
                return _Now(None, read.why)
            digest, key = read.blake3, key._replace(size=read.size)
        self._done = [self._done[0] + 1, self._done[1] + key.size]
        self._progress(*self._done)
        self._now[place] = _Now(Entry(place, size=key.size, blake3=digest))
        return self._now[place]

    def hash_of(self, place: str) -> str | None:
        """Return the hash of a file as it is now."""
        now = self._now.get(place) or self._read(place)
        return now.entry.blake3 if now.entry is not None else None

    def seen(self) -> dict[str, list[str]]:
        """Return the contents that were seen, with their places."""
        found: dict[str, list[str]] = defaultdict(list)
        for place, now in self._now.items():
            if now.entry is not None and now.entry.blake3:
                found[now.entry.blake3].append(place)
        return found


def _places(base: str) -> Callable[[str], str]:
    return lambda path: os.path.normpath(os.path.join(base, path))


def _tell_nobody(files: int, count: int) -> None:
    pass

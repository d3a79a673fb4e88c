"""Data that is locked before a run starts (``record --data``), and held against its lock when the run has ended.

It is the lock that ``samerun data lock`` writes, made by the same code, so that unchanged files are not read again;
what the program reads of it need not be hashed a second time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path

from msgspec import structs

from samerun.basics import files
from samerun.basics.hashing import StatKey, stat_key
from samerun.data.changes import Change
from samerun.data.identity import Progress
from samerun.data.lock_file import Lock, write_lock
from samerun.data.locking import lock, look_below
from samerun.data.manifest import Entry
from samerun.data.noticing import links_out
from samerun.data.places import remember_base
from samerun.data.remembered import Remembered, cache_file
from samerun.data.remote_names import is_remote
from samerun.data.verifying import changes_between
from samerun.errors import BadOption
from samerun.factors.caches import is_by_product
from samerun.launch.ground import Ground
from samerun.launch.keeping import Keeper
from samerun.record.files import FileFact, LockedData
from samerun.record.missing import NotCaptured
from samerun.store.layout import RunFolder, StoreLayout, folder_name

SAID = 20
"""How many changes, or links, are said one by one."""


class LockedPath:
    """One file or folder that was locked.

    Args:
        path: its absolute path.
        base: the folder that the lock's paths start from.
        lock: what it held.
        cache: the folder of what is remembered of unchanged files.
    """

    def __init__(self, path: str, base: str, lock: Lock, cache: Path) -> None:
        self.path = path
        self.base = base
        self.lock = lock
        self.cache = cache

    @cached_property
    def _remembered(self) -> Remembered:
        return Remembered(cache_file(self.cache, self.path))

    def lookup(self, path: str, key: StatKey) -> str | None:
        """Return the hash of a file below that has had this stat since it was locked, if it is known."""
        if not path.startswith(f"{self.path}/"):
            return None
        folder, _, name = path[len(self.path) + 1 :].rpartition("/")
        return self._remembered.digest_of(folder, name, key) or None

    def changes(self) -> list[Change]:
        """Return what has changed since; files that have not are not read."""
        seen = look_below(self.base, self.lock.paths, None, quick=True, cache=self.cache, may_be_gone=True)
        return changes_between(self.lock.manifest, seen.manifest, seen.unread)

    def full(self, path: str) -> str:
        """Return the absolute path of a path in the lock."""
        return os.path.join(self.base, path)


def lock_paths(
    paths: Sequence[str], cwd: Path, tree: Path, layout: StoreLayout, progress: Progress | None = None
) -> list[LockedPath]:
    """Lock files and folders, each by itself.

    Args:
        paths: as they were given, relative to ``cwd``.
        cwd: where the program is started.
        tree: the project's folder, from which paths below it are named.
        layout: the store, which remembers unchanged files.
        progress: called with files and bytes done.

    Raises:
        MissingData: there is nothing there, or it cannot be identified.
        BadOption: a path is empty, or an address.
    """
    cache = layout.data_cache
    if "" in paths:  # it would be the current folder: a variable that is not set
        raise BadOption("An empty path names nothing.", "Give --data a file or a folder.")
    if any(is_remote(path) for path in paths):
        sentence = "--data takes files and folders of this machine, not addresses."
        raise BadOption(sentence, "Lock an address by itself: `samerun data lock URL -o FILE`.")
    locked = []
    for path in dict.fromkeys(os.path.normpath(os.path.join(cwd, path)) for path in paths):
        base = str(tree) if Path(path).is_relative_to(tree) else os.path.dirname(path)
        made = lock(path, None, root=base, cache=cache, progress=progress)
        locked.append(LockedPath(path, base, made, cache))
    return locked


def put_locks(locked: Sequence[LockedPath], folder: RunFolder, ground: Ground) -> list[LockedData]:
    """Write the locks into a run folder; return what its record says of them."""
    said = []
    for one in locked:
        files.make_folder(folder.data)
        target = files.free_name(folder.data / f"{folder_name(os.path.basename(one.path))}.lock")
        write_lock(one.lock, target)
        remember_base(target, one.lock.root, one.base, one.cache)
        manifest = one.lock.manifest
        place = target.relative_to(folder.path).as_posix()
        name = ground.name(one.path)
        said.append(LockedData(name, place, one.base, one.lock.root, manifest.files, manifest.bytes))
    return said


def links_out_of(locked: Sequence[LockedPath], ground: Ground) -> list[NotCaptured]:
    """Return the links that lead out of what was locked: nobody promised anything of what they lead to.

    Args:
        locked: what was locked.
        ground: where the program runs.
    """
    why = "it is a link that leads out of what was locked: its text is, what it leads to is not"
    named = {one.path for one in locked}  # a path that was named is followed
    out = [one.full(path) for one in locked for path in links_out(one.lock.manifest, one.lock.paths)]
    gaps = [NotCaptured(ground.name(path), why) for path in out if path not in named]
    more = [NotCaptured("locked data", f"{len(gaps) - SAID:,} more links lead out of it")] if len(gaps) > SAID else []
    return [*gaps[:SAID], *more]


def locked_facts(
    locked: Iterable[LockedPath],
    ground: Ground,
    folder: Mapping[str, FileFact],
    inputs: Mapping[str, FileFact],
    keeper: Keeper,
) -> dict[str, FileFact]:
    """Return the facts of all locked files and links, those that nobody was seen reading too; kept like inputs.

    Args:
        locked: what was locked.
        ground: where the program ran.
        folder: the project's folder before the start, and what the program changed as it was.
        inputs: what was read.
        keeper: the way into the store.
    """
    facts: dict[str, FileFact] = {}
    for one in locked:
        for entry in one.lock.manifest.entries:
            name = ground.name(one.full(entry.path))
            if name in inputs:
                facts[name] = structs.replace(inputs[name], locked=True)
            elif entry.kind == "file":
                known = folder.get(name) or FileFact(entry.size, "outside" if os.path.isabs(name) else "plain")
                facts[name] = _with_lock(known, entry, partial(ground.on_disk, name), keeper)
            elif entry.kind == "link":
                known = folder.get(name) or FileFact(0, "outside" if os.path.isabs(name) else "plain")
                facts[name] = structs.replace(known, link=entry.target, why="", locked=True)
    return facts


def _with_lock(known: FileFact, entry: Entry, place: Callable[[], Path], keeper: Keeper) -> FileFact:
    digest = entry.blake3
    if known.secret or (known.kept and known.hash == digest):
        return structs.replace(known, locked=True)
    if keeper.keep_known(digest, entry.size):  # as the lock says it, whatever has become of the file since
        return structs.replace(known, size=entry.size, hash=digest, why="", kept=True, locked=True)
    fact = structs.replace(known, size=entry.size, hash=digest, locked=True)
    why = keeper.why_not(entry.size)
    if why:
        return structs.replace(fact, why=why)
    try:
        kept = keeper.keep_input(place(), stat_key(place()))
    except OSError as error:
        return structs.replace(fact, why=f"it cannot be kept: {error.strerror}")
    if kept.secret:
        return structs.replace(fact, hash=str(kept.hash), why=kept.why, secret=True)
    same = kept.hash == digest
    why = kept.why if same else "it was changed after it was locked"
    return structs.replace(fact, why=why, kept=kept.kept and same)


def changed_since(
    locked: Iterable[LockedPath], ground: Ground, inputs: Mapping[str, FileFact], written: Container[str]
) -> list[NotCaptured]:
    """Return what is no longer as it was locked, or was not when the program read it.

    Args:
        locked: what was locked.
        ground: where the program ran.
        inputs: what was read.
        written: the names of the run's outputs.
    """
    said: dict[str, str] = {}
    for one in locked:
        said.update(_read_otherwise(one, ground, inputs))
        for change in one.changes():
            name = ground.name(one.full(change.path))
            is_made = change.what in ("added", "copied") and (name in written or is_by_product(name))
            if not is_made:
                said[name] = _words(change, name in written)
    gaps = [NotCaptured(name, why) for name, why in sorted(said.items())]
    more = [NotCaptured("locked data", f"{len(gaps) - SAID:,} more files of it changed")] if len(gaps) > SAID else []
    return [*gaps[:SAID], *more]


def _read_otherwise(one: LockedPath, ground: Ground, inputs: Mapping[str, FileFact]) -> Iterator[tuple[str, str]]:
    for entry in one.lock.manifest.entries:
        fact = inputs.get(ground.name(one.full(entry.path))) if entry.kind == "file" else None
        if fact is not None and fact.hash and not fact.secret and fact.hash != entry.blake3:
            yield ground.name(one.full(entry.path)), "the program read another content than the one that was locked"


def _words(change: Change, by_the_run: bool) -> str:
    words = {
        "changed": "it was changed after it was locked",
        "removed": "it was removed after it was locked",
        "added": "it was put there after the rest was locked",
        "copied": "it was put there after the rest was locked",
        "renamed": f"it was {change.old_path} when it was locked",
        "unread": f"it cannot be held against its lock: {change.detail}",
    }[change.what]
    return f"{words}, by the run itself" if by_the_run else f"{words}, while the run went on"

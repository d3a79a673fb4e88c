"""Holding working files against what DVC tracks. Neither the files nor DVC's cache are changed."""

from __future__ import annotations

import os
import re
import stat
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec

from samerun.basics.paths import resolve_inside
from samerun.data.changes import ORDER, Change
from samerun.data.dvc_cache import DvcCache, list_digest
from samerun.data.dvc_files import DvcFile, DvcItem, Elsewhere, read_dvc_file
from samerun.data.dvc_hashes import legacy_md5s
from samerun.data.dvc_ignored import without_ignored
from samerun.data.identity import Progress, look
from samerun.data.manifest import Entry, raw
from samerun.data.reading import reason
from samerun.errors import MissingData, UnsafePath

_IN_A_CACHE = re.compile(r"[0-9a-f]{2}/[0-9a-f]{30}")
_LINKED = "a link leads out of the repository"
_NO_LIST = "the list of its files is not in DVC's cache (dvc fetch brings it), so which of them differ cannot be told"


class DvcVerified(msgspec.Struct, frozen=True):
    """What holding files against a ``.dvc`` file or ``dvc.lock`` gave.

    ``same`` says that all that lies in the repository was read and is what DVC tracks. ``root`` is the repository,
    ``files`` and ``bytes`` what was read. ``changes`` lead from what is tracked to what is there. ``elsewhere`` was not
    looked at and does not count.
    """

    same: bool
    file: str
    root: str
    items: int
    files: int
    bytes: int
    changes: tuple[Change, ...]
    elsewhere: tuple[Elsewhere, ...] = ()


def verify_dvc(path: str | os.PathLike[str], *, progress: Progress | None = None) -> DvcVerified:
    """Hold working files against a ``.dvc`` file or a ``dvc.lock``, by bytes.

    Works without DVC and without its cache; with the cache, it says which files of a folder differ. Costs what MD5
    costs (about 0.6 GB/s) over all tracked files.

    Args:
        path: the ``.dvc`` file or ``dvc.lock``.
        progress: called with files and bytes done.

    Raises:
        BadLock: the file, or a list in the cache, cannot be trusted.
        UnsafePath: an output is absolute or climbs out of the repository; nothing was read.
        MissingExtra: a ``.dvcignore`` has rules and pathspec is not installed.
    """
    tracked = read_dvc_file(path)
    check = _Check(tracked, progress)
    changes = [change for item in tracked.items for change in check.item(item)]
    unique = {(change.what, change.path, change.detail): change for change in changes}
    ordered = sorted(unique.values(), key=lambda change: (ORDER.index(change.what), raw(change.path)))
    return DvcVerified(
        not ordered,
        os.fspath(path),
        tracked.root,
        len(tracked.items),
        check.files,
        check.bytes,
        tuple(ordered),
        tracked.elsewhere,
    )


class _Check:
    """One look at all that one file tracks."""

    def __init__(self, tracked: DvcFile, progress: Progress | None) -> None:
        self.files = self.bytes = 0
        self._root = Path(tracked.root)
        self._cache = DvcCache(self._root)
        self._progress = progress

    def item(self, item: DvcItem) -> Iterator[Change]:
        """Yield what is not as tracked."""
        if item.why:
            yield Change("unread", item.path, detail=item.why)
            return
        try:
            place = self._place(item.path, item.md5)
        except UnsafePath:
            yield Change("unread", item.path, detail=_LINKED)
            return
        try:
            mode = os.stat(place).st_mode
        except OSError as error:
            yield self._absent(item, error)
            return
        if stat.S_ISDIR(mode) != item.folder:
            was, now = ("a folder", "a file") if item.folder else ("a file", "a folder")
            yield Change("changed", item.path, a=_entry(item), detail=f"was {was}, is {now}")
        else:
            yield from self._folder(item, place) if item.folder else self._file(item, place)

    def _place(self, path: str, digest: str) -> Path:
        """Return where a tracked path is. A link may lead out of the repository into a cache that DVC shares alone.

        Raises:
            UnsafePath: it leads out.
        """
        try:
            return resolve_inside(self._root, path)
        except UnsafePath:
            place = self._root / path
            target = Path(os.path.realpath(place))
            above_is_inside = Path(os.path.realpath(place.parent)).is_relative_to(os.path.realpath(self._root))
            if above_is_inside and f"{target.parent.name}{target.name}" == digest:
                return target  # DVC calls what is in its cache by its MD5
            raise

    def _absent(self, item: DvcItem, error: OSError) -> Change:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            return Change("unread", item.path, detail=reason(error))
        cached = self._cache.place(f"{item.md5}.dir" if item.folder else item.md5)
        advice = "DVC's cache has it (dvc checkout)" if cached else "it is not in DVC's cache either (dvc pull)"
        return Change("removed", item.path, a=_entry(item), detail=advice if item.role == "out" else "")

    def _file(self, item: DvcItem, place: Path) -> Iterator[Change]:
        (found,) = self._look(place).values()
        yield from _compared(item.path, item, found, place)

    def _look(self, place: Path) -> dict[str, Entry | str]:
        """Return what is there by path: an entry with its MD5, or why it could not be read."""
        done = (self.files, self.bytes)
        further = self._progress
        tell = None if further is None else lambda files, count: further(done[0] + files, done[1] + count)
        try:
            seen = look(place, also=("md5",), progress=tell)
        except MissingData as error:  # it went away a moment ago
            return {place.name: error.sentence.rpartition(": ")[2].rstrip(".")}
        self.files += seen.manifest.files
        self.bytes += seen.manifest.bytes
        entries: dict[str, Entry | str] = {entry.path: entry for entry in seen.manifest.entries}
        return entries | {one.path: one.why for one in seen.unread}

    def _folder(self, item: DvcItem, place: Path) -> Iterator[Change]:
        there = self._in_folder(item, place)
        listed = item.listed if item.listed is not None else self._cache.listing(item.md5)
        if listed is None:
            yield from self._by_digest(item, place, there)
            return
        wanted, changes = dict(listed), list[Change]()
        for path, digest in wanted.items():
            one = msgspec.structs.replace(item, path=f"{item.path}/{path}", md5=digest, size=None, folder=False)
            entry = there.get(path)
            if entry is None:
                changes.append(Change("removed", one.path, a=_entry(one)))
            else:
                changes += _compared(one.path, one, entry, place / path)
        changes += [_more(f"{item.path}/{path}", entry) for path, entry in there.items() if path not in wanted]
        yield from _renamed(changes)

    def _in_folder(self, item: DvcItem, place: Path) -> dict[str, Entry | str]:
        """Return the files that DVC would see: links to files are read, links to folders are not entered."""
        found: dict[str, Entry | str] = {}
        for path, entry in self._look(place).items():
            if isinstance(entry, str) or entry.kind == "file":
                found[path] = entry
            elif entry.kind == "link" and not os.path.isdir(place / path):
                found[path] = self._through_link(place / path)
            elif entry.kind == "special":
                found[path] = f"it is a {entry.special}"
        kept = set(without_ignored(self._root, item.path, found))
        return {path: entry for path, entry in found.items() if path in kept}

    def _through_link(self, path: Path) -> Entry | str:
        """Return the file that a link leads to; out of the repository only into a cache that DVC shares."""
        target = Path(os.path.realpath(path))
        inside = target.is_relative_to(os.path.realpath(self._root))
        if not inside and not _IN_A_CACHE.fullmatch(f"{target.parent.name}/{target.name}"):
            return _LINKED
        if not target.is_file():
            return "a link leads to nothing that is a file"
        (found,) = self._look(target).values()
        return found

    def _by_digest(self, item: DvcItem, place: Path, there: dict[str, Entry | str]) -> Iterator[Change]:
        """Compare a folder whose list is not at hand: as a whole."""
        unread = {path: entry for path, entry in there.items() if isinstance(entry, str)}
        if unread:
            yield from (Change("unread", f"{item.path}/{path}", detail=why) for path, why in sorted(unread.items()))
            return
        plain = {path: entry.md5 for path, entry in there.items() if isinstance(entry, Entry)}
        if list_digest(plain) == item.md5:
            return
        try:
            legacy = {path: legacy_md5s(os.path.realpath(place / path)) for path in plain if item.legacy}
        except OSError as error:
            yield Change("unread", item.path, detail=reason(error))
            return
        ways = [{path: one[at] for path, one in legacy.items()} for at in (0, -1) if legacy]
        if item.md5 not in map(list_digest, ways):
            counts = "" if item.files in (None, len(there)) else f"{item.files:,} files became {len(there):,}; "
            yield Change("changed", item.path, a=_entry(item), detail=counts + _NO_LIST)


def _entry(item: DvcItem) -> Entry:
    return Entry(item.path, "folder" if item.folder else "file", item.size or 0, md5=item.md5)


def _more(path: str, entry: Entry | str) -> Change:
    if isinstance(entry, str):
        return Change("unread", path, detail=entry)
    return Change("added", path, b=msgspec.structs.replace(entry, path=path))


def _compared(path: str, item: DvcItem, found: Entry | str, place: Path) -> list[Change]:
    """Return the change of one file, if there is one."""
    if isinstance(found, str):
        return [Change("unread", path, detail=found)]
    if found.md5 == item.md5:
        return []
    try:
        if item.legacy and item.md5 in legacy_md5s(os.path.realpath(place)):
            return []
    except OSError as error:
        return [Change("unread", path, detail=reason(error))]
    was = _entry(item)
    now = msgspec.structs.replace(found, path=path)
    return [Change("changed", path, a=was, b=now, detail=_said(item, found))]


def _said(item: DvcItem, found: Entry) -> str:
    stage = f" (as stage {item.stage} read it)" if item.role == "dep" and item.stage else ""
    if item.size is None or item.size == found.size:
        return f"{found.size:,} bytes with another content{stage}"
    return f"{item.size:,} bytes became {found.size:,}{stage}"


def _renamed(changes: list[Change]) -> list[Change]:
    """Join what went and what came with the same content."""
    gone: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if change.what == "removed" and change.a is not None:
            gone[change.a.md5].append(change)
    joined: list[Change] = []
    used: set[str] = set()
    for change in changes:
        waiting = gone.get(change.b.md5) if change.what == "added" and change.b is not None and change.b.size else None
        if waiting:
            was = waiting.pop(0)
            used.add(was.path)
            change = Change("renamed", change.path, was.path, was.a, change.b)
        joined.append(change)
    return [change for change in joined if change.what != "removed" or change.path not in used]

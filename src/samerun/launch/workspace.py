"""The workspace of a replay: what the project's folder held before the run, in a place of its own.

Contents come from the store, from git's objects, or from the user's own file if it still has the recorded hash; always
as a copy, never as a link through which a program could write. A file whose content was not kept keeps its name, size
and time: that it exists may matter. What the run wrote is not there beforehand.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from samerun.basics import files
from samerun.basics.git import NoGit, open_git
from samerun.basics.hashing import StatKey, hash_bytes, hash_file, stat_key
from samerun.basics.paths import is_name
from samerun.basics.redaction import Redactor
from samerun.errors import StoreTrouble, UnsafePath
from samerun.launch.links import behind_links, leads_to
from samerun.record.files import FileFact
from samerun.store.objects import Objects

BIG_BYTES = 100 << 20
"""A larger file that was not kept is shown to the program read-only where that is possible, instead of being copied."""


SMALL_BYTES = 1 << 20
"""A file that the run did not read is copied up to this size, in case the replay does."""


@dataclass
class Workspace:
    """A built workspace.

    ``folder`` holds the files; ``keys`` their stat after building; ``shown`` maps names to big files of the user that
    are to be shown in their place read-only; ``placeholders`` are files without content; ``lacking`` says what the run
    read and what is not to be had any more, with the reason.
    """

    folder: Path
    keys: dict[str, StatKey] = field(default_factory=dict)
    shown: dict[str, Path] = field(default_factory=dict)
    placeholders: set[str] = field(default_factory=set)
    lacking: dict[str, str] = field(default_factory=dict)


class WorkspaceBuilder:
    """Builds workspaces.

    Args:
        objects: the store's contents.
        original: the project's folder of the recorded run, looked at but never touched.
        can_show: whether files can be shown in their place (mount namespaces work).
        redactor: marked the hashes of the files that hold secrets.
        now: where the project's files lie now, if it was moved.
    """

    def __init__(
        self, objects: Objects, original: Path, can_show: bool, redactor: Redactor, now: Path | None = None
    ) -> None:
        self._objects = objects
        self._redactor = redactor
        self._original = original
        self._now = now or original
        self._can_show = can_show
        self._blobs: dict[str, bytes] = {}
        self._facts: dict[str, FileFact] = {}
        self._folders: dict[str, Path] = {}
        self._linked: set[str] = set()

    def build(self, folder: Path, facts: dict[str, FileFact]) -> Workspace:
        """Fill ``folder`` with the files of a run.

        Args:
            folder: an empty or absent folder.
            facts: the files before the run, by their name in the record; absolute names lie outside and are only
            checked.
        """
        workspace = Workspace(files.make_folder(folder))
        os.chmod(folder, 0o755)
        self._facts, self._folders = behind_links(facts, self._original), {}
        self._linked = {os.path.realpath(self._original / name) for name, fact in facts.items() if fact.link}
        self._fetch_blobs(facts.values())
        for name, fact in sorted(self._facts.items()):
            if os.path.isabs(name):
                self._check_outside(workspace, name, fact)
            else:  # what the run overwrites stands there too: programs look whether a file is there
                self._put(workspace, name, fact)
        _set_folder_modes(folder)
        return workspace

    def _fetch_blobs(self, facts: Iterable[FileFact]) -> None:
        wanted = [
            fact.blob
            for fact in facts
            if fact.blob and fact.hash and fact.state == "committed" and not self._is_stored(fact)
        ]
        if not wanted:
            return
        with suppress(NoGit, OSError):  # what git has lost is looked for in the user's folder
            self._blobs = open_git(self._original).blobs(wanted)

    def _put(self, workspace: Workspace, name: str, fact: FileFact) -> None:
        try:
            target = self._target(workspace, name)
        except UnsafePath as error:
            if fact.read:
                workspace.lacking[name] = str(error)
            return
        if name.endswith("/"):
            os.makedirs(target, exist_ok=True)
            return
        if fact.link is not None:
            self._put_link(workspace, name, fact, target)
            return
        self._put_content(workspace, name, fact, target)
        with suppress(OSError):
            os.utime(target, ns=(fact.mtime_ns, fact.mtime_ns))
        workspace.keys[name] = stat_key(target)

    def _target(self, workspace: Workspace, name: str) -> Path:
        """Return where a file belongs, its folder made; a folder is looked at once, not for each of its files.

        Raises:
            UnsafePath: it would lie outside of the workspace.
        """
        parent, _, last = name.rpartition("/")
        if parent in self._folders and is_name(last):
            return self._folders[parent] / last
        # "./": "c:x" is no drive here.
        target = files.resolve_inside(workspace.folder, f"./{name}".rstrip("/"), backslash=True)
        os.makedirs(target.parent, exist_ok=True)
        if is_name(last):
            self._folders[parent] = target.parent
        return target

    def _put_link(self, workspace: Workspace, name: str, fact: FileFact, target: Path) -> None:
        """Make a link again if it stays in the workspace; one that leads out would let the program write there."""
        place = leads_to(name, fact, self._original)
        if place is None:
            self._put_linked_file(workspace, name, fact, target)
        else:
            os.symlink(os.path.relpath(place, os.path.dirname(name) or "."), target)

    def _put_linked_file(self, workspace: Workspace, name: str, fact: FileFact, target: Path) -> None:
        """Put what a link led to outside in its place: as it was, if that is known."""
        outside = Path(os.path.join(self._original, os.path.dirname(name), fact.link or ""))
        behind = [self._facts.get(path) for path in (os.path.normpath(outside), os.path.realpath(outside))]
        known = next((each for each in behind if each is not None and each.hash is not None), None)
        if outside.is_dir() and self._can_show:
            target.mkdir()
            workspace.shown[name] = outside
        elif known is not None:
            self._put_content(workspace, name, known, target)
        elif outside.is_file() and outside.stat().st_size <= BIG_BYTES:
            files.copy_file(outside, target, mode=0o600)
        elif fact.read:
            workspace.lacking[name] = f"it is a link to {outside}, which lies outside of the project's folder"

    def _put_content(self, workspace: Workspace, name: str, fact: FileFact, target: Path) -> None:
        mode = stat.S_IMODE(fact.mode) | 0o400
        if any(name.startswith(shown + "/") for shown in workspace.shown):
            self._check_shown(workspace, name, fact)
        if self._place_stored(fact, target, mode):
            return
        if fact.blob in self._blobs and self._is_hash(hash_bytes(self._blobs[fact.blob or ""]), fact):
            files.write_atomic(target, self._blobs[fact.blob or ""], mode=mode)
        elif not self._put_original(workspace, name, fact, target, mode):
            self._put_placeholder(workspace, name, fact, target, mode)

    def _check_shown(self, workspace: Workspace, name: str, fact: FileFact) -> None:
        """Look whether a file in a folder that is shown is still the same; else show the store's copy."""
        if fact.hash is not None and not self._is_unchanged(self._original / name, fact) and self._is_whole(fact):
            workspace.shown[name] = self._objects.path(fact.hash)

    def _place_stored(self, fact: FileFact, target: Path, mode: int) -> bool:
        """Put the store's copy there; one that is damaged is as good as none."""
        if fact.hash is None or not self._is_stored(fact):
            return False
        try:
            self._objects.place(fact.hash, target, mode)
        except (FileNotFoundError, StoreTrouble):
            return False
        return True

    def _is_whole(self, fact: FileFact) -> bool:
        """Say whether the store's copy is there and what it was."""
        return self._is_stored(fact) and hash_file(self._objects.path(fact.hash or "")) == fact.hash

    def _is_stored(self, fact: FileFact) -> bool:
        return fact.hash is not None and not fact.secret and self._objects.has(fact.hash)

    def _is_hash(self, digest: str, fact: FileFact) -> bool:
        """Say whether a hash is the recorded one; that of a file with a secret was marked."""
        return (self._redactor.mark(digest) if fact.secret else digest) == fact.hash

    def _is_unchanged(self, path: Path, fact: FileFact) -> bool:
        return path.is_file() and path.stat().st_size == fact.size and self._is_hash(hash_file(path), fact)

    def _put_original(self, workspace: Workspace, name: str, fact: FileFact, target: Path, mode: int) -> bool:
        """Use the user's own file if it still is what the run saw; a small one that nothing read by its time alone."""
        source = self._now / name
        if fact.hash is None and not fact.read and fact.size <= SMALL_BYTES and _is_untouched(source, fact):
            put_file(source, target, mode)
            return True
        if fact.hash is None or not self._is_unchanged(source, fact):
            return False
        if fact.size > BIG_BYTES and self._can_show:
            target.touch()
            workspace.shown[name] = source
        else:
            put_file(source, target, mode)
        return True

    def _put_placeholder(self, workspace: Workspace, name: str, fact: FileFact, target: Path, mode: int) -> None:
        with open(target, "wb") as file:
            file.truncate(fact.size)
        os.chmod(target, mode)
        workspace.placeholders.add(name)
        if fact.read:
            kept = "the copy in the store is damaged" if self._is_stored(fact) else "its content was not kept"
            workspace.lacking[name] = fact.why or f"{kept}, and the file in the folder has changed since"

    def _check_outside(self, workspace: Workspace, name: str, fact: FileFact) -> None:
        """Look whether a file outside of the folder is still the same; else show the store's copy in its place."""
        source = Path(name)
        if fact.hash is None or not (fact.read or fact.locked) or self._is_unchanged(source, fact):
            return
        if self._can_show and self._is_whole(fact):
            workspace.shown[name] = self._objects.path(fact.hash)
        elif fact.read and not (
            name in self._linked and self._is_stored(fact)
        ):  # behind a link lies a copy of what it was
            there = "has changed since" if source.exists() else "is gone"
            workspace.lacking[name] = f"it lies outside of the project's folder and {there}"


def _is_untouched(path: Path, fact: FileFact) -> bool:
    try:
        facts = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(facts.st_mode) and (facts.st_size, facts.st_mtime_ns) == (fact.size, fact.mtime_ns)


def put_file(source: Path, target: Path, mode: int) -> None:
    """Copy a file into a workspace that is being built."""
    try:
        files.copy_new(source, target, mode=mode)
    except FileExistsError:  # a record that names a file twice, each in another way
        files.copy_file(source, target, mode=mode)


def _set_folder_modes(folder: Path) -> None:
    for path, names, _ in os.walk(folder):
        for name in names:
            with suppress(OSError):
                os.chmod(os.path.join(path, name), 0o755)

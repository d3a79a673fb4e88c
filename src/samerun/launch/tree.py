"""The project's folder before the start: every file by name, size and time, and the content of those that are code.

Tracked files and untracked ones that git does not ignore are hashed; those that differ from the commit are stored
before the program starts, the committed ones can be had from git until the run has ended. Nothing of the repository is
ever run (``basics.git``), and reading goes around filters: what is kept are the raw bytes that the program sees.
"""

from __future__ import annotations

import errno
import os
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import structs

from samerun.basics.git import Git, NoGit, TrackedFile, blob_name, open_git
from samerun.basics.hashing import StatCache, StatKey, hash_bytes, key_of
from samerun.basics.redaction import Redactor
from samerun.basics.resting import is_open_for_writing
from samerun.factors.code import is_code
from samerun.launch.allowance import Allowance
from samerun.launch.secrets import is_secret_file
from samerun.record.files import FileFact, FileState
from samerun.record.missing import NotCaptured
from samerun.record.run import GitState
from samerun.store.objects import Objects

MAX_CODE_BYTES = 10 << 20
"""A larger file is data: hashed and stored only if the program reads it."""

MAX_FILES = 50_000
"""How many names of a folder are kept."""

SKIPPED = frozenset(
    {
        ".git",
        "__pycache__",
        "node_modules",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".ipynb_checkpoints",
        ".tox",
        ".nox",
        ".hg",
        ".svn",
    }
)
"""Folders that are never part of an experiment."""

_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg")


def find_tree(cwd: Path) -> Path:
    """Return the project's top folder: the git work tree, else the folder with a ``pyproject.toml``, else ``cwd``."""
    home = Path.home()
    for mark in _MARKS:
        for folder in (cwd, *cwd.parents):
            if folder == home or folder.parent == folder:
                break
            if (folder / mark).exists():
                return folder
    return cwd


@dataclass
class Tree:
    """The folder as it was, by path relative to ``root``."""

    root: Path
    files: dict[str, FileFact] = field(default_factory=dict)
    keys: dict[str, StatKey] = field(default_factory=dict)
    git: GitState | None = None
    no_git: str = ""
    not_captured: list[NotCaptured] = field(default_factory=list)


class TreeReader:
    """Reads a project's folder.

    Args:
        root: its top.
        skip: folders that are left out: the store, environments.
        objects: where contents go.
        redactor: finds secrets.
        cache: remembers hashes of unchanged files.
        allowance: how much of what is no code may be kept.
    """

    def __init__(
        self,
        root: Path,
        skip: set[Path],
        objects: Objects,
        redactor: Redactor,
        cache: StatCache,
        allowance: Allowance | None = None,
    ) -> None:
        self._root = root
        self._skip = {str(path) for path in skip}
        self._objects = objects
        self._redactor = redactor
        self.cache = cache
        self._allowance = allowance or Allowance()
        self._git: Git | None = None

    def read(self) -> Tree:
        """Return the folder as it is now, with what had to be stored in the store."""
        tree = Tree(self._root)
        tracked = self._ask_git(tree)
        for path, facts in self._walk(str(self._root), "", tree):
            entry = tracked.get(path)
            state: FileState = "plain" if self._git is None else "ignored" if entry is None else "untracked"
            tree.files[path] = self._fact(path, facts, state, entry)
            tree.keys[path] = key_of(facts)
        if tree.git is not None:
            dirty = any(fact.state in ("changed", "untracked") for fact in tree.files.values())
            gone = any(
                entry.blob and not entry.is_submodule and path not in tree.files for path, entry in tracked.items()
            )
            tree.git = GitState(tree.git.commit, tree.git.branch, tree.git.remote, dirty or gone)
        return tree

    def look_again(self) -> Tree:
        """Return the names and stat of the folder as it is now, without looking into any file."""
        tree = Tree(self._root)
        for path, facts in self._walk(str(self._root), "", tree):
            tree.keys[path] = key_of(facts)
        return tree

    def save_cache(self) -> None:
        """Keep the hashes for the next run."""
        self.cache.save()

    def is_skipped(self, name: str, path: str) -> bool:
        """Say whether a folder is left out."""
        return name in SKIPPED or path in self._skip or is_environment(path)

    def patch_material(self, tree: Tree) -> dict[str, bytes]:
        """Return the committed content of every changed file, for a patch that a person can read."""
        if self._git is None:
            return {}
        names = {path: fact.blob for path, fact in tree.files.items() if fact.state == "changed" and fact.blob}
        try:
            blobs = self._git.blobs(name for name in names.values() if name)
        except OSError:
            return {}
        return {path: blobs[name] for path, name in names.items() if name in blobs}

    def _ask_git(self, tree: Tree) -> dict[str, TrackedFile]:
        try:
            self._git = open_git(self._root)
            commit = _Commit(self._git)
            tracked = dict(_with_submodules(self._git, ""))
        except NoGit as error:
            tree.no_git = str(error)
            return {}
        except OSError as error:
            self._git = None
            tree.no_git = f"git could not list the files: {error}"
            return {}
        tree.git = commit.state(self._redactor)
        return tracked

    def _walk(self, folder: str, above: str, tree: Tree) -> Iterator[tuple[str, os.stat_result]]:
        """Yield each file, link and empty folder (its name ends with ``/``) in a stable order."""
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            tree.not_captured.append(NotCaptured(folder, f"the folder cannot be listed: {error.strerror}"))
            return
        for entry in entries:
            if len(tree.keys) >= MAX_FILES:
                self._say_full(tree)
                return
            try:
                yield from self._visit(entry, above + entry.name, tree)
            except FileNotFoundError:  # gone since its folder was listed
                continue
            except PermissionError as error:  # it can be listed and not entered: none of its files can be looked at
                tree.not_captured.append(NotCaptured(folder, f"its files cannot be looked at: {error.strerror}"))
                return

    def _visit(self, entry: os.DirEntry[str], name: str, tree: Tree) -> Iterator[tuple[str, os.stat_result]]:
        if not entry.is_dir(follow_symlinks=False):
            yield name, entry.stat(follow_symlinks=False)
        elif not self.is_skipped(entry.name, entry.path):
            count = len(tree.keys)
            yield from self._walk(entry.path, name + "/", tree)
            if len(tree.keys) == count:
                yield name + "/", entry.stat(follow_symlinks=False)

    def _say_full(self, tree: Tree) -> None:
        why = f"it holds more than {MAX_FILES:,} files; the names of the others are not kept"
        if not any(each.why == why for each in tree.not_captured):
            tree.not_captured.append(NotCaptured(str(self._root), why))

    def _fact(self, path: str, facts: os.stat_result, state: FileState, entry: TrackedFile | None) -> FileFact:
        mode, full = stat.S_IMODE(facts.st_mode), os.path.join(self._root, path)
        plain = FileFact(facts.st_size, state, None, "nothing read it", mode, facts.st_mtime_ns)
        if stat.S_ISLNK(facts.st_mode):
            return self._linked(full, state, facts)
        if not stat.S_ISREG(facts.st_mode):
            return FileFact(0, state, None, "it is no regular file", mode)
        if entry is None:
            return plain
        if facts.st_size > MAX_CODE_BYTES:
            return FileFact(
                facts.st_size,
                state,
                None,
                "it is larger than 10 MB and nothing read it",
                mode,
                facts.st_mtime_ns,
                entry.blob or None,
            )
        try:
            return self._hashed(full, key_of(facts), plain, entry)
        except OSError as error:
            return FileFact(facts.st_size, state, None, f"it cannot be read: {error.strerror}", mode, facts.st_mtime_ns)

    def _linked(self, full: str, state: FileState, facts: os.stat_result) -> FileFact:
        try:
            leads_to = os.readlink(full)
        except OSError as error:
            return FileFact(0, state, None, f"it cannot be read: {error.strerror}")
        return FileFact(0, state, mode=stat.S_IMODE(facts.st_mode), mtime_ns=facts.st_mtime_ns, link=leads_to)

    def _hashed(self, full: str, key: StatKey, plain: FileFact, entry: TrackedFile) -> FileFact:
        """Hash one file that git would show, and store it unless its content is the committed one."""
        content: bytes | None = None
        digest, blob = self.cache.lookup(full, key), self.cache.lookup(full + "\0git", key)
        if digest is None or blob is None:
            began = time.time_ns()
            content, rests = _content(full, key)
            digest, blob = hash_bytes(content), blob_name(content, entry.blob)
            if rests:
                self.cache.remember(full, key, digest, began)
                self.cache.remember(full + "\0git", key, blob, began)
        if blob == entry.blob:
            return FileFact(plain.size, "committed", digest, "", plain.mode, plain.mtime_ns, blob)
        state: FileState = "changed" if entry.blob else "untracked"
        fact = FileFact(plain.size, state, digest, "", plain.mode, plain.mtime_ns, entry.blob or None)
        if content is None:
            content = b"" if self._objects.has(digest) else Path(full).read_bytes()
        if is_secret_file(full, content, self._redactor) or self._redactor.knows(content):
            return structs.replace(fact, hash=self._redactor.mark(digest), why="it holds a secret", secret=True)
        return self._kept(fact, content, is_code(full))

    def _kept(self, fact: FileFact, content: bytes, always: bool) -> FileFact:
        """Store a content that git does not have: code always, what is no code as far as the allowance goes."""
        why = "" if always else self._allowance.why_not(fact.size)
        if why or fact.hash is None:
            return structs.replace(fact, why=why)
        self._allowance.take(0 if always else fact.size)
        digest = fact.hash if self._objects.has(fact.hash) else self._objects.add_bytes(content)
        return structs.replace(fact, hash=digest, kept=True)


def _content(path: str, key: StatKey) -> tuple[bytes, bool]:
    """Return what a file holds, and whether it will be the same as long as its stat is (``basics.resting``)."""
    # Not blocking: a pipe may have taken the file's place since it was looked at.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
    with open(descriptor, "rb") as file:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise OSError(errno.ESTALE, "something else took its place")
        rests = not is_open_for_writing(descriptor, facts)
        content = file.read()
        return content, rests and key_of(facts) == key == key_of(os.fstat(descriptor))


class _Commit(threading.Thread):
    """Asks git for the commit while the files are being listed: 5 ms that would else delay the program's start."""

    def __init__(self, git: Git) -> None:
        super().__init__(name="samerun-commit")
        self._git = git
        self._head = {"commit": "", "branch": ""}
        self._remote = ""
        self.start()

    def run(self) -> None:
        """Ask."""
        self._head, self._remote = self._git.head(), self._git.remote()

    def state(self, redactor: Redactor) -> GitState:
        """Return what git said."""
        self.join()
        return GitState(self._head["commit"], redactor.text(self._head["branch"]), redactor.url(self._remote))


def is_environment(folder: str) -> bool:
    """Say whether a folder is a virtual or conda environment."""
    return os.path.exists(os.path.join(folder, "pyvenv.cfg")) or os.path.isdir(os.path.join(folder, "conda-meta"))


def _with_submodules(git: Git, above: str) -> Iterator[tuple[str, TrackedFile]]:
    """Yield the files of a work tree and of its submodules that are checked out; a broken one's are as if ignored."""
    for entry in git.files():
        if entry.is_submodule:
            folder = git.top / entry.path
            with suppress(OSError):
                if (folder / ".git").exists() and not folder.is_symlink():
                    yield from _with_submodules(Git(folder, git.program), f"{above}{entry.path}/")
        elif not entry.path.endswith("/"):
            yield above + entry.path, entry

"""A file of the project's folder or one that a run read, as it was when the run began or first opened it."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

FileState = Literal["committed", "changed", "untracked", "ignored", "plain", "outside"]
"""``committed``: as in the commit; ``changed`` and ``untracked``: what git would show; ``ignored``: git leaves it out;
``plain``: in a folder without git; ``outside``: not below the project's folder."""


class FileFact(Struct, frozen=True, omit_defaults=True):
    """One file.

    ``hash`` is BLAKE3 in hex, absent (with ``why``) where the content is not known; ``blob`` is git's name of the
    committed content; ``kept`` says that the store holds the content; ``secret`` that only the path and a keyed hash
    are kept; ``syntax`` is a hash of a Python file's syntax tree without comments and docstrings; ``when`` is the first
    open, in seconds since the epoch; ``configuration`` that its keys are compared instead of its bytes; ``locked`` that
    it was among the data that was locked before the start, whether it was seen being read or not.
    """

    size: int
    state: FileState = "plain"
    hash: str | None = None
    why: str = ""
    mode: int = 0o644
    mtime_ns: int = 0
    blob: str | None = None
    link: str | None = None
    kept: bool = False
    secret: bool = False
    read: bool = False
    configuration: bool = False
    syntax: str | None = None
    when: float | UnsetType = UNSET
    locked: bool = False


class LockedData(Struct, frozen=True):
    """Data that was locked before the start: ``lock`` is the lock's place in the run folder.

    ``path`` is the file or folder, named as inputs are; ``base`` the folder that the lock's paths start from; ``root``
    the hash over everything; ``files`` and ``bytes`` what it holds.
    """

    path: str
    lock: str
    base: str
    root: str
    files: int
    bytes: int

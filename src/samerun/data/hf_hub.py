"""Which dataset or model is a folder of Hugging Face's download cache: repository, revision, and whether it is whole.

The cache keeps each file once under ``blobs``, called by its SHA-256 (large files) or by the hash that git gives it
(small ones), and links to it from ``snapshots/COMMIT``. So the names can be held against the bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from samerun.data.walking import walk
from samerun.errors import BadInput

_PIECE = 1 << 20
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REPOSITORY = re.compile(r"(datasets|models|spaces)--(.+)")
_NEXT = "Give a folder snapshots/COMMIT of the cache, or the folder of one repository (datasets--NAME)."


class HubSnapshot(msgspec.Struct, frozen=True):
    """One revision of one repository: ``kind`` is ``dataset``, ``model`` or ``space``, ``revision`` a commit.

    ``refs`` are the branches and tags that were at this commit when they were last looked up. ``files`` are the paths;
    ``unnamed`` those among them whose names say nothing about their content. ``problems`` are sentences.
    """

    path: str
    kind: str
    repository: str
    revision: str
    refs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def snapshot_place(path: str | os.PathLike[str]) -> Path | None:
    """Return the folder of the snapshot that a path means; None if it is no folder of this cache.

    A repository's folder means the snapshot of ``main``, or its only one.
    """
    place = Path(os.path.abspath(path))
    if not place.is_dir():
        return None
    if place.parent.name == "snapshots" and _COMMIT.fullmatch(place.name) and _REPOSITORY.fullmatch(place.parts[-3]):
        return place
    if not _REPOSITORY.fullmatch(place.name) or not (place / "snapshots").is_dir():
        return None
    there = [one for one in sorted((place / "snapshots").iterdir()) if _COMMIT.fullmatch(one.name)]
    main = _read_ref(place / "refs" / "main")
    chosen = [one for one in there if one.name == main] or (there if len(there) == 1 else [])
    return chosen[0] if chosen else None


def read_hub_snapshot(path: str | os.PathLike[str]) -> HubSnapshot:
    """Return which revision of which repository a folder holds, and hold every file against its name.

    Costs reading the files at the speed of SHA-256.

    Raises:
        BadInput: it is no folder of this cache, or of several snapshots none is ``main``.
    """
    place = snapshot_place(path)
    if place is None:
        raise BadInput(f"{os.fspath(path)} is no snapshot of Hugging Face's cache.", _NEXT)
    top = place.parent.parent
    found = _REPOSITORY.fullmatch(top.name)
    assert found is not None
    unnamed: list[str] = []
    problems: list[str] = []
    files = sorted(_files_below(place))
    for name in files:
        problem = _problem(place / name, top)
        if problem is None:
            unnamed.append(name)
        elif problem:
            problems.append(f"{name} {problem}")
    if not files:
        problems.append("there is no file in it")
    return HubSnapshot(
        path=str(place),
        kind=found[1].rstrip("s"),
        repository=found[2].replace("--", "/"),
        revision=place.name,
        refs=tuple(sorted(_refs(top, place.name))),
        files=tuple(files),
        unnamed=tuple(unnamed),
        problems=tuple(problems),
    )


def _files_below(place: Path) -> Iterator[str]:
    for listing in walk(place):
        prefix = f"{listing.path}/" if listing.path else ""
        yield from (prefix + name for name in (*listing.names, *(name for name, _ in listing.others)))


def _problem(place: Path, top: Path) -> str | None:
    """Return what is wrong with a file (empty: nothing); None if its name says nothing about its content."""
    target = Path(os.path.realpath(place))
    if not target.is_relative_to(os.path.realpath(top)):
        return "leads out of the cache's folder and was not read"
    if not target.is_file():
        return "is not there: it was not downloaded, or was deleted"
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", target.name):
        return None
    try:
        same = _hash(target, len(target.name) == 40) == target.name
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return "" if same else "is not what was downloaded: its bytes are not those of its name"


def _hash(path: Path, as_git: bool) -> str:
    with path.open("rb") as file:
        hasher = hashlib.sha1(usedforsecurity=False) if as_git else hashlib.sha256()
        if as_git:
            hasher.update(b"blob %d\0" % os.fstat(file.fileno()).st_size)
        while piece := file.read(_PIECE):
            hasher.update(piece)
    return hasher.hexdigest()


def _refs(top: Path, commit: str) -> Iterator[str]:
    for name in _files_below(top / "refs") if (top / "refs").is_dir() else ():
        if _read_ref(top / "refs" / name) == commit:
            yield name


def _read_ref(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(64).decode("ascii", "replace").strip()
    except OSError:
        return ""

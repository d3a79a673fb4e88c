"""Croissant, the description of data that catalogues of machine learning read: of a folder, a file or a lock."""

from __future__ import annotations

import os
from pathlib import Path

from samerun.basics import files
from samerun.data.croissant_document import About, Croissant, DocumentWriter, Version
from samerun.data.identity import Progress, look
from samerun.data.lock_file import Lock, is_lock, read_lock
from samerun.data.manifest import Manifest
from samerun.data.places import remembered_base
from samerun.data.seen import refuse_unread
from samerun.errors import BadLock, BadOption


def write_croissant(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    about: About | None = None,
    base_url: str = "",
    version: Version = "1.0",
    progress: Progress | None = None,
) -> Croissant:
    """Describe a folder, a file or a lock as Croissant, and write it if a place is named.

    Costs reading the files once for their SHA-256 (a lock has it already), and CSV files once more for their types.

    Args:
        path: a folder, a file, or a lock that was made with ``sha256``.
        output: the file to write, whole or not at all.
        about: name, licence and the like; the name is that of the folder if it is left out.
        base_url: where the files can be had; without it, addresses are relative to the document, which must lie above
            the data then.
        version: of Croissant.
        progress: called with files and bytes done.

    Raises:
        MissingData: something is not there or cannot be read.
        BadLock: the lock cannot be trusted, or has no SHA-256.
        BadOption: without ``base_url``, the data does not lie below the document's folder.
    """
    target = None if output is None else Path(output)
    manifest, base, names = _content(path, target, progress)
    folder = os.path.realpath(target.absolute().parent) if target is not None else base
    prefix = _prefix(base, folder, bool(base_url))
    own = os.path.relpath(os.path.realpath(target), base) if target is not None else ""
    entries = [entry for entry in manifest.entries if entry.kind == "file" and entry.path != own]
    made = DocumentWriter(about or About(), base_url, prefix, Path(base), version).write(entries, names, manifest)
    if target is not None:
        files.write_atomic(target, made.text().encode("utf-8", "backslashreplace"), mode=0o644)
    return made


def _content(path: str | os.PathLike[str], target: Path | None, progress: Progress | None) -> tuple[Manifest, str, str]:
    """Return what there is, the folder that its paths start from, and what it is called."""
    if is_lock(path):
        lock = read_lock(path)
        if any(entry.kind == "file" and not entry.sha256 for entry in lock.manifest.entries):
            raise BadLock(f"The lock {os.fspath(path)} has no SHA-256.", "Make it again with --sha256.")
        base = remembered_base(Path(path), lock.root, None) or os.path.dirname(os.path.abspath(path))
        return lock.manifest, os.path.realpath(base), _name_of(lock, base)
    place = os.path.realpath(path)
    skip = frozenset((os.path.relpath(os.path.realpath(target), place),)) if target is not None else frozenset[str]()
    seen = look(place, also=("sha256",), progress=progress, skip=skip)
    refuse_unread(os.fspath(path), seen.unread)
    base = place if os.path.isdir(place) else os.path.dirname(place)
    return seen.manifest, base, os.path.basename(place)


def _name_of(lock: Lock, base: str) -> str:
    return os.path.basename(lock.paths[0]) if len(lock.paths) == 1 and lock.paths != (".",) else os.path.basename(base)


def _prefix(base: str, folder: str, has_address: bool) -> str:
    """Return what stands before a path of the data to make it one that starts at the document."""
    if has_address:
        return ""
    relative = Path(os.path.relpath(base, folder)).as_posix()
    if relative == ".." or relative.startswith("../"):
        sentence = "The data does not lie below the folder of the Croissant document."
        raise BadOption(
            sentence, "Write it beside or above the data, or say with --base-url where the files can be had."
        )
    return "" if relative == "." else f"{relative}/"

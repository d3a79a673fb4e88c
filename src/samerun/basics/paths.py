"""The one resolver of paths that come from elsewhere: a record, a bundle, a query, a program."""

from __future__ import annotations

import os
from pathlib import Path

from samerun.errors import UnsafePath

_HARMLESS = "Nothing was read or written there."


def resolve_inside(root: Path, relative: str | os.PathLike[str], *, backslash: bool = False) -> Path:
    """Return ``root / relative``, if that cannot lie outside ``root``.

    Refused: an absolute path, a drive letter, ``..``, NUL, a backslash, a path that names no file, letters that the
    file system cannot hold, and a symbolic link on the way that leads out.

    Args:
        root: the folder.
        relative: the path.
        backslash: take a backslash for the plain letter that it is here, in a path that was seen on this system.

    Raises:
        UnsafePath: with the reason.
    """
    text = os.fspath(relative)
    reason = _unsafe(text.replace("\\", "") if backslash and os.sep == "/" else text)
    if reason:
        raise UnsafePath(f"The path {text!r} {reason}.", _HARMLESS, path=text)
    path = Path(root, text)
    real = Path(os.path.realpath(root))
    levels = [path, *path.parents][: len(Path(text).parts)]
    if not all(Path(os.path.realpath(level)).is_relative_to(real) for level in levels):
        raise UnsafePath(f"The path {text!r} leads out of {root} by a symbolic link.", _HARMLESS, path=text)
    return path


def is_name(text: str) -> bool:
    """Say whether a text is the name of one file in any folder."""
    return "/" not in text and not _unsafe(text)


def _unsafe(text: str) -> str:
    """Return what is wrong with a path by its letters alone; empty if nothing is."""
    parts = text.split("/")
    if text.startswith("/") or (text[:1].isalpha() and text[1:2] == ":"):
        return "is absolute"
    if ".." in parts:
        return "climbs with '..'"
    if all(part in ("", ".") for part in parts):
        return "names no file"
    if "\0" in text or "\\" in text:
        return "holds a NUL or a backslash"
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return "holds letters that the file system cannot hold"
    return ""

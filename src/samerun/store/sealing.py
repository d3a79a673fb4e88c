"""The seal of a run: written last, it says what the folder held, so that any later change can be found.

``run.json`` ends with ``"seal": {"count", "files": [{"path", "size", "blake3"}], "record"}``. ``record`` is the BLAKE3
of the exact bytes of ``run.json`` itself with 64 zeros in the place of that hash.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from samerun.basics import exact, files
from samerun.basics.hashing import hash_bytes, hash_file
from samerun.store.layout import SPOOL

RECORD = "run.json"

_ZEROS = "0" * 64
_AFTER = b'"\n  }\n}\n'


class SealedFile(Struct, frozen=True):
    """One file of a sealed run folder; ``path`` is relative to it, ``size`` in bytes."""

    path: str
    size: int
    blake3: str


class Problem(Struct, frozen=True):
    """One thing that is not as it was sealed.

    ``what`` is ``missing``, ``cut``, ``changed``, ``extra`` or ``unreadable``; ``detail`` is half a sentence.
    """

    path: str
    what: str
    detail: str = ""


class Seal(Struct, frozen=True):
    """The seal as it stands in ``run.json``."""

    count: int
    files: list[SealedFile]
    record: str


def facts(folder: Path) -> list[SealedFile]:
    """Return what the run folder holds now, apart from ``run.json``, unfinished temporary files and the spool."""
    return [
        SealedFile(exact.plain_text(relative), found.st_size, _hash(folder / relative, found))
        for relative, found in files.files_below(folder)
        if not _is_ours(relative) and not relative.startswith(SPOOL + "/")
    ]


def _is_ours(relative: str) -> bool:
    return relative == RECORD or files.is_temporary(relative.rpartition("/")[2])


def _hash(path: Path, found: os.stat_result) -> str:
    if stat.S_ISREG(found.st_mode):
        return hash_file(path)
    if stat.S_ISLNK(found.st_mode):
        return hash_bytes(b"link to " + os.fsencode(os.readlink(path)))
    return hash_bytes(b"special file")


def sealed(document: dict[str, Any], held: list[SealedFile]) -> bytes:
    """Return the bytes of ``run.json`` with the seal over ``held``."""
    seal = Seal(len(held), held, _ZEROS)
    draft = encode({**document, "seal": msgspec.to_builtins(seal)})
    head, tail = draft[: -len(_AFTER) - 64], draft[-len(_AFTER) :]
    return head + hash_bytes(draft).encode() + tail


def encode(document: dict[str, Any]) -> bytes:
    """Return a document as the bytes that are written: indented JSON and a newline."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def record_is_whole(data: bytes) -> bool:
    """Say whether the bytes of a sealed ``run.json`` are those that were written."""
    start = len(data) - len(_AFTER) - 64
    if start < 0 or not data.endswith(_AFTER):
        return False
    return hash_bytes(data[:start] + _ZEROS.encode() + _AFTER).encode() == data[start : start + 64]


def compare(folder: Path, seal: Seal) -> list[Problem]:
    """Return what in the folder is not as it was sealed, read from the bytes."""
    held = {entry.path: entry for entry in seal.files}
    found = {exact.plain_text(relative): relative for relative, _ in files.files_below(folder)}
    problems = [_problem(folder, found.get(path), entry) for path, entry in held.items()]
    extra = [Problem(path, "extra", "it was not there when the run was sealed") for path in found if path not in held]
    return [each for each in problems if each is not None] + [each for each in extra if not _is_ours(each.path)]


def _problem(folder: Path, relative: str | None, entry: SealedFile) -> Problem | None:
    if relative is None:
        return Problem(entry.path, "missing", f"it held {entry.size} bytes")
    try:
        size = os.lstat(folder / relative).st_size
        if size < entry.size:
            return Problem(entry.path, "cut", f"{size} of {entry.size} bytes are left")
        if size != entry.size or _hash(folder / relative, os.lstat(folder / relative)) != entry.blake3:
            return Problem(entry.path, "changed", "its bytes are not those that were sealed")
    except OSError as error:
        return Problem(entry.path, "unreadable", str(error.strerror))
    return None

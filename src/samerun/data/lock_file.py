"""The text of a lock: a header line, then one line for each entry, all JSON. ``docs/guide/data-locks.md`` specifies it.

A lock comes from anywhere, so reading one trusts nothing: there is exactly one text for a set of entries, and whatever
is not that text is refused before any file that it names is touched.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import msgspec

from samerun.basics import files
from samerun.basics.hashing import hash_bytes
from samerun.data.lock_checks import problems, shortened
from samerun.data.manifest import Entry, Manifest, raw
from samerun.errors import BadLock

SCHEMA = "samerun.data-lock/1"
START = b'{"schema":"samerun.data-lock/'
"""How every lock of every version begins."""

_NEXT = "Take it anew from where it came, or make it again with `samerun data lock`."


class Lock(msgspec.Struct, frozen=True):
    """Data as it was: what the paths held that were locked.

    ``paths`` are the files and folders that were named, relative to one folder (the lock's own, unless another was
    given), sorted; ``.`` is that folder itself. ``manifest`` has every entry below them, relative to the same folder.
    """

    paths: tuple[str, ...]
    manifest: Manifest

    @property
    def root(self) -> str:
        """The Merkle hash over everything, in hex."""
        return self.manifest.root


class _Header(msgspec.Struct, forbid_unknown_fields=True):
    schema: str
    paths: tuple[str, ...]
    root: str
    files: int
    links: int
    folders: int
    special: int
    bytes: int
    body: str
    paths_hex: bool = False


class _Odd(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """An entry whose path or target holds bytes that are no UTF-8: both stand in hex."""

    path_hex: str
    kind: str = "file"
    size: int = 0
    blake3: str = ""
    target_hex: str = ""
    special: str = ""
    sha256: str = ""
    md5: str = ""


def encode_lock(lock: Lock) -> bytes:
    """Return the lock's text; the same for the same entries, whoever makes it and wherever."""
    odd = not _is_text("".join(lock.paths))
    paths = tuple(raw(path).hex() for path in lock.paths) if odd else lock.paths
    body = _lines(map(_as_line, lock.manifest.entries))
    # The body's own hash covers what the root leaves out: SHA-256 and MD5.
    header = _Header(SCHEMA, paths, lock.root, **lock.manifest.counts(), body=hash_bytes(body), paths_hex=odd)
    fields = msgspec.to_builtins(header)
    if not odd:
        del fields["paths_hex"]
    return _lines([fields]) + body


def _lines(things: Iterable[object]) -> bytes:
    return msgspec.json.Encoder().encode_lines(list(things)).replace(b"\x7f", b"\\u007f")


def is_lock(path: str | os.PathLike[str]) -> bool:
    """Say whether a file begins like a lock."""
    try:
        return files.read_regular(path, len(START)) == START
    except OSError:
        return False


def read_lock(path: str | os.PathLike[str]) -> Lock:
    """Return the lock that a file holds.

    Costs about 5 µs an entry.

    Raises:
        BadLock: it is not there, cannot be read, or is not a lock that ``samerun`` could have written.
    """
    try:
        data = files.read_regular(path)
    except OSError as error:
        sentence = f"The lock {os.fspath(path)} cannot be read: {error.strerror or error}."
        raise BadLock(sentence, "Make one with `samerun data lock PATH`.", lock=os.fspath(path)) from error
    return parse_lock(data, os.fspath(path))


def parse_lock(data: bytes, name: str = "the lock") -> Lock:
    """Return the lock that a text holds.

    Args:
        data: the whole text.
        name: what it is called in errors.

    Raises:
        BadLock: with the first thing that is wrong.
    """
    try:
        return _Parser(name).parse(data)
    except UnicodeDecodeError as error:
        raise BadLock(f"{name} is no lock: it is no UTF-8 text.", _NEXT) from error


class _Parser:
    """Reads one lock."""

    def __init__(self, name: str) -> None:
        self._name = name

    def parse(self, data: bytes) -> Lock:
        first, _, rest = data.partition(b"\n")
        header = self._header(first)
        entries = self._entries(rest)
        paths = tuple(_from_hex(path) for path in header.paths) if header.paths_hex else header.paths
        for problem, number in problems(paths, entries):
            self._refuse(problem, number)
        lock = Lock(paths, Manifest(tuple(entries)))
        if lock.root != header.root:
            self._refuse("its root is not that of its entries: it was changed or cut short")
        if encode_lock(lock) != data:
            self._refuse("it is not written as samerun writes it (line ends, spaces or counts were changed)")
        return lock

    def _refuse(self, problem: str, line: int = 0) -> NoReturn:
        place = f" line {line}" if line else ""
        raise BadLock(f"{self._name}{place} cannot be trusted: {shortened(problem)}.", _NEXT, line=line)

    def _header(self, line: bytes) -> _Header:
        if not line.startswith(START):
            self._refuse(f'it does not begin with {START.decode()}1"', 1)
        if not line.startswith(START + b'1"'):
            self._refuse("it is of a version that this samerun does not know", 1)
        try:
            return msgspec.json.decode(line, type=_Header)
        except msgspec.MsgspecError as error:
            self._refuse(str(error), 1)

    def _entries(self, rest: bytes) -> list[Entry]:
        try:
            return msgspec.json.Decoder(Entry).decode_lines(rest)
        except msgspec.MsgspecError:
            return [self._entry(line, number) for number, line in enumerate(rest.split(b"\n")[:-1], 2)]

    def _entry(self, line: bytes, number: int) -> Entry:
        try:
            if line.startswith(b'{"path_hex":'):
                return _from_odd(msgspec.json.decode(line, type=_Odd))
            return msgspec.json.decode(line, type=Entry)
        except (msgspec.MsgspecError, ValueError) as error:
            self._refuse(str(error), number)


def _as_line(entry: Entry) -> Entry | _Odd:
    if entry.path.isascii() and entry.target.isascii() or _is_text(entry.path + entry.target):
        return entry
    path, target = raw(entry.path).hex(), raw(entry.target).hex()
    return _Odd(path, entry.kind, entry.size, entry.blake3, target, entry.special, entry.sha256, entry.md5)


def _from_odd(odd: _Odd) -> Entry:
    fields = {name: getattr(odd, name) for name in ("kind", "size", "blake3", "special", "sha256", "md5")}
    return msgspec.convert({"path": _from_hex(odd.path_hex), "target": _from_hex(odd.target_hex), **fields}, Entry)


def _from_hex(text: str) -> str:
    return bytes.fromhex(text).decode("utf-8", "surrogateescape")


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def write_lock(lock: Lock, path: Path) -> None:
    """Put a lock in place of what ``path`` holds, whole or not at all, with the mode that is there or 0o644."""
    mode = stat.S_IMODE(path.stat().st_mode) if path.is_file() else 0o644
    files.write_atomic(path, encode_lock(lock), mode=mode)

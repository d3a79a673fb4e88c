"""The text of a lock of remote files: a header line, then one line for each file, all JSON.

As with a lock of local data there is exactly one text for a set of entries, and anything else is refused before any
address in it is asked for. No credential is ever in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import msgspec

from samerun.basics import files
from samerun.basics.hashing import hash_bytes
from samerun.data.lock_checks import shortened
from samerun.data.remote_files import RemoteEntry
from samerun.data.remote_names import START
from samerun.data.remote_urls import below, kept
from samerun.errors import BadLock, BadOption

SCHEMA = "samerun.data-remote-lock/1"

_BLAKE3 = re.compile(r"(?:[0-9a-f]{64})?\Z")
_NEXT = "Take it anew from where it came, or make it again with `samerun data lock URL`."


class RemoteLock(msgspec.Struct, frozen=True):
    """Remote files as they were: the addresses that were locked, and each file at or below them, both sorted.

    ``read`` says that all bytes were read, so that each entry has its BLAKE3.
    """

    urls: tuple[str, ...]
    entries: tuple[RemoteEntry, ...]
    read: bool = False

    @property
    def bytes(self) -> int:
        """How many bytes the files hold together, as far as their sizes are known."""
        return sum(entry.size or 0 for entry in self.entries)


class _Header(msgspec.Struct, forbid_unknown_fields=True):
    schema: str
    urls: tuple[str, ...]
    read: bool
    files: int
    bytes: int
    body: str


def remote_lock_of(urls: Iterable[str], entries: Iterable[RemoteEntry], read: bool) -> RemoteLock:
    """Return the lock of entries in any order; what was found twice is there once."""
    by_url = {entry.url: entry for entry in entries}
    return RemoteLock(tuple(sorted(set(urls))), tuple(by_url[url] for url in sorted(by_url)), read)


def encode_remote_lock(lock: RemoteLock) -> bytes:
    """Return the lock's text; the same for the same entries, whoever makes it."""
    encoder = msgspec.json.Encoder()
    body = encoder.encode_lines(lock.entries)
    header = _Header(SCHEMA, lock.urls, lock.read, len(lock.entries), lock.bytes, hash_bytes(body))
    return encoder.encode(header) + b"\n" + body


def read_remote_lock(path: str | os.PathLike[str]) -> RemoteLock:
    """Return the lock that a file holds.

    Raises:
        BadLock: it cannot be read, or is not a lock that ``samerun`` could have written.
    """
    name = os.fspath(path)
    try:
        data = files.read_regular(path)
    except OSError as error:
        sentence = f"The lock {name} cannot be read: {error.strerror or error}."
        raise BadLock(sentence, "Make one with `samerun data lock URL`.", lock=name) from error
    return parse_remote_lock(data, name)


def parse_remote_lock(data: bytes, name: str = "the lock") -> RemoteLock:
    """Return the lock that a text holds.

    Args:
        data: the whole text.
        name: what it is called in errors.

    Raises:
        BadLock: with the first thing that is wrong.
    """

    def refuse(problem: str) -> NoReturn:
        raise BadLock(f"{name} cannot be trusted: {shortened(problem)}.", _NEXT, lock=name)

    first, _, rest = data.partition(b"\n")
    if not first.startswith(START + b'1"'):
        refuse("it is no lock of remote files, or of a version that this samerun does not know")
    try:
        header = msgspec.json.decode(first, type=_Header)
        entries = tuple(msgspec.json.Decoder(RemoteEntry).decode_lines(rest))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        refuse(str(error))
    lock = RemoteLock(header.urls, entries, header.read)
    problem = _problem(lock)
    if problem:
        refuse(problem)
    if encode_remote_lock(lock) != data:
        refuse("it is not written as samerun writes it, or was cut short")
    return lock


def _problem(lock: RemoteLock) -> str:
    """Return what is wrong with a lock; empty if nothing is."""
    places = [entry.url for entry in lock.entries]
    if not lock.urls or list(lock.urls) != sorted(set(lock.urls)) or places != sorted(set(places)):
        return "its addresses are not sorted, or one is there twice"
    for url in (*lock.urls, *places):
        try:
            plain = kept(url).url == url
        except BadOption as error:
            return f"an address cannot be used ({error.sentence.rstrip('.')})"
        if not plain:
            return "an address holds a credential, or is not written plainly"
    for entry in lock.entries:
        if not any(below(entry.url, url) for url in lock.urls):
            return f"{entry.url!r} lies outside of the locked addresses"
        if not _BLAKE3.match(entry.blake3) or bool(entry.blake3) != lock.read:
            return f"{entry.url!r} has a hash that is none, or lacks one"
        if entry.size is not None and not 0 <= entry.size < 1 << 63:
            return f"{entry.url!r} has a size that no file has"
    return ""


def write_remote_lock(lock: RemoteLock, path: Path) -> None:
    """Put a lock in place of what ``path`` holds, whole or not at all."""
    files.write_atomic(path, encode_remote_lock(lock), mode=0o644)

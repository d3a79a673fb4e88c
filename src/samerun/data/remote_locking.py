"""Locking remote files and verifying them: by what their servers say, and by their bytes when asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from blake3 import blake3

from samerun.data.changes import ORDER, Change
from samerun.data.identity import Progress
from samerun.data.manifest import Entry
from samerun.data.remote_buckets import BucketSource
from samerun.data.remote_files import RemoteEntry, Source, is_gone, refused
from samerun.data.remote_lock import RemoteLock, read_remote_lock, remote_lock_of, write_remote_lock
from samerun.data.remote_names import is_remote_lock
from samerun.data.remote_urls import checked_url, is_web, kept, said
from samerun.data.remote_web import WebSource
from samerun.errors import BadOption, MissingData

READERS = 8
"""How many files are read at once: servers make one wait."""

ATTEMPTS = 3

Done = TypeVar("Done")


class RemoteVerified(msgspec.Struct, frozen=True):
    """What verifying remote files found.

    ``same`` says that everything is there and is what the lock says, ``read`` that this was seen by its bytes and not
    by what the servers say. ``changes`` are from the lock to what is there; what could not be told is among them.
    """

    same: bool
    lock: RemoteLock
    changes: tuple[Change, ...]
    files: int
    bytes: int
    read: bool


def lock_remote(
    urls: str | Sequence[str],
    output: str | os.PathLike[str] | None = None,
    *,
    read: bool = False,
    options: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> RemoteLock:
    """Return what remote files are now, and write it to a lock if one is named.

    Without ``read`` nothing is transferred but what the servers say of each file: its size, its etag, when it was
    changed. User names, passwords and signatures in an address are used and never written down.

    Args:
        urls: addresses: ``s3://bucket/folder``, ``gs://…``, ``https://host/file``. A folder holds all below it.
        output: the file to write, whole or not at all; such a lock that is there is replaced, anything else is not.
        read: read every byte and keep the BLAKE3 of each file too.
        options: what the package for buckets is to be told besides, such as an endpoint; never written down.
        progress: called with files and bytes done.

    Raises:
        MissingData: something is not there, is refused, breaks off, or changes while it is read; no lock is written.
        BadOption: an address cannot be used, or the output is there and is no such lock.
        MissingExtra: a package is not installed that the protocol needs.
    """
    given = [urls] if isinstance(urls, str) else list(urls)
    if not given:
        raise BadOption("There is nothing to lock.", "Give one or more addresses.")
    if output is not None and os.path.lexists(output) and not is_remote_lock(output):
        sentence = f"{os.fspath(output)} is there and is no lock of remote files; it is left as it is."
        raise BadOption(sentence, "Give the lock another name with -o.")
    top = [kept(url).url for url in given]
    found: list[RemoteEntry] = []
    for url in given:
        source = source_of(url, options)
        entries = source.entries(url)
        found += _read_all(source, entries, url, progress) if read else entries
    made = remote_lock_of(top, found, read)
    if output is not None:
        write_remote_lock(made, Path(output))
    return made


def verify_remote(
    lock: str | os.PathLike[str] | RemoteLock,
    *,
    read: bool = False,
    root: str | None = None,
    options: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> RemoteVerified:
    """Hold remote files against a lock.

    Without ``read`` the servers are believed: the same etag and size are the same file; without an etag, the same size
    and time of change. A file of which the server says neither cannot be told.

    Args:
        lock: the lock's file, or a lock itself.
        read: read every byte instead; the lock must have been made so too.
        root: an address to use for that of the lock, such as a signed one. Only for a lock of one address.
        options: what the package for buckets is to be told besides.
        progress: called with files and bytes done.

    Raises:
        BadLock: the lock cannot be trusted; nothing was asked for.
        BadOption: ``read`` for a lock without hashes, or ``root`` for one of several addresses.
        MissingData: a server refuses or fails: nothing can be said.
        MissingExtra: a package is not installed that the protocol needs.
    """
    wanted = lock if isinstance(lock, RemoteLock) else read_remote_lock(lock)
    if read and not wanted.read:
        raise BadOption("The lock holds no hashes to hold bytes against.", "Make it again with --bytes.")
    if root is not None and len(wanted.urls) != 1:
        raise BadOption("The lock has several addresses; none can stand for all.", "Lock each by itself.")
    there: dict[str, RemoteEntry] = {}
    for top in wanted.urls:
        there |= _there(wanted, top, root or top, read, options, progress)
    changes = list(_changes(wanted, there, read))
    ordered = sorted(changes, key=lambda change: (ORDER.index(change.what), change.path))
    return RemoteVerified(
        not ordered, wanted, tuple(ordered), len(there), sum(entry.size or 0 for entry in there.values()), read
    )


def source_of(url: str, options: Mapping[str, Any] | None = None) -> Source:
    """Return what reads an address."""
    return WebSource() if is_web(checked_url(url)) else BucketSource(url, options)


def _there(
    lock: RemoteLock,
    top: str,
    asked: str,
    read: bool,
    options: Mapping[str, Any] | None,
    progress: Progress | None,
) -> dict[str, RemoteEntry]:
    """Return what is at one of a lock's addresses now, under the addresses that the lock has for it."""
    source = source_of(asked, options)
    try:
        entries = source.entries(asked)
    except MissingData as error:
        if is_gone(error):
            return {}
        raise
    if read:
        known = {entry.url for entry in lock.entries}
        mapped = {entry.url: _moved(entry.url, asked, top) for entry in entries}
        entries = _read_all(source, [one for one in entries if mapped[one.url] in known], asked, progress) + [
            one for one in entries if mapped[one.url] not in known
        ]
    moved = ((_moved(entry.url, asked, top), entry) for entry in entries)
    return {url: msgspec.structs.replace(entry, url=url) for url, entry in moved}


def _moved(url: str, asked: str, top: str) -> str:
    """Return the address that the lock has for one that was found below another top."""
    return top + url[len(kept(asked).url.rstrip("/")) :] if not is_web(asked) else top


def _read_all(source: Source, entries: Sequence[RemoteEntry], url: str, progress: Progress | None) -> list[RemoteEntry]:
    """Return the entries with their hashes, several files at a time."""
    done = [0, 0]

    def one(entry: RemoteEntry) -> RemoteEntry:
        # A single file is asked for as it was given: only so may the server let it be read.
        address = url if len(entries) == 1 and (is_web(url) or kept(url).url == entry.url) else entry.url
        found = _read_one(source, entry, address)
        done[:] = [done[0] + 1, done[1] + (found.size or 0)]
        if progress is not None:
            progress(done[0], done[1])
        return found

    return list(_in_parallel(one, entries))


def _in_parallel(act: Callable[[RemoteEntry], Done], entries: Iterable[RemoteEntry]) -> Iterator[Done]:
    with ThreadPoolExecutor(READERS, "samerun-remote") as pool:
        try:
            yield from pool.map(act, entries)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _read_one(source: Source, entry: RemoteEntry, address: str) -> RemoteEntry:
    """Return an entry with the hash of its bytes, if the server says the same of it before and after they were read.

    Raises:
        MissingData: it keeps changing, or has not as many bytes as the server says.
    """
    before = entry
    for _ in range(ATTEMPTS):
        hasher, count = blake3(), 0
        for piece in source.pieces(address):
            hasher.update(piece)
            count += len(piece)
        after = source.entries(address)[0]
        if not _is_said_to_be_same(before, after):
            before = after
            continue
        if after.size not in (None, count):
            why = f"the server says that it has {after.size:,} bytes and sends {count:,}"
            raise refused(said(address), why, "The server is not to be trusted with it; take it from another.")
        facts = {"etag": after.etag, "modified": entry.modified if before is entry else after.modified}
        return msgspec.structs.replace(entry, **facts, size=count, blake3=hasher.hexdigest())
    raise refused(said(address), "it keeps changing while it is read", "Wait until nothing writes there.")


def _is_said_to_be_same(a: RemoteEntry, b: RemoteEntry) -> bool:
    """Say whether a server says the same of a file twice. Some write the time otherwise in a list than for one file."""
    return a.size == b.size and (a.etag == b.etag if a.etag or b.etag else a.modified == b.modified)


def _changes(lock: RemoteLock, there: Mapping[str, RemoteEntry], read: bool) -> Iterator[Change]:
    for entry in lock.entries:
        found = there.get(entry.url)
        if found is None:
            yield Change("removed", entry.url, a=_entry(entry))
        else:
            yield from _by_bytes(entry, found) if read else _by_words(entry, found)
    known = {entry.url for entry in lock.entries}
    for url, entry in there.items():
        if url not in known:
            yield Change("added", url, b=_entry(entry))


def _by_bytes(a: RemoteEntry, b: RemoteEntry) -> Iterator[Change]:
    if a.blake3 != b.blake3:
        trusted = " although the server says that it is the same" if a.etag and a.etag == b.etag else ""
        yield Change("changed", a.url, a=_entry(a), b=_entry(b), detail=_sizes(a, b) + trusted)


def _by_words(a: RemoteEntry, b: RemoteEntry) -> Iterator[Change]:
    """Compare by what the server says."""
    further = "; --bytes tells whether its content did" if a.blake3 else ""
    if None not in (a.size, b.size) and a.size != b.size:
        yield Change("changed", a.url, a=_entry(a), b=_entry(b), detail=_sizes(a, b))
    elif a.etag and b.etag:
        if a.etag != b.etag:
            yield Change("changed", a.url, a=_entry(a), b=_entry(b), detail=f"its etag changed{further}")
    elif a.modified and b.modified:
        if a.modified != b.modified:
            yield Change("changed", a.url, a=_entry(a), b=_entry(b), detail=f"its time of change is another{further}")
    else:
        how = "--bytes tells" if a.blake3 else "lock it with --bytes"
        yield Change("unread", a.url, detail=f"the server says neither an etag nor a time of change; {how}")


def _sizes(a: RemoteEntry, b: RemoteEntry) -> str:
    if a.size is None or b.size is None or a.size == b.size:
        return "other bytes"
    return f"{a.size:,} bytes became {b.size:,}"


def _entry(entry: RemoteEntry) -> Entry:
    return Entry(entry.url, "file", entry.size or 0, entry.blake3)

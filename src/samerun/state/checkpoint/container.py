"""The zip file around a checkpoint: members stored as they are, written in one pass and read in one pass.

What is written is exact: each header follows from the names, sizes and CRCs of the members. So a reader need not
interpret a header: it builds the one that belongs there and compares. Two names alike, members over one another, paths
that lead elsewhere and compressed bombs cannot be told from any other damage.

The comment of the zip file holds what a listing shows, and at its very end the hash of all bytes before.
"""

from __future__ import annotations

import json
import os
import re
import stat
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from samerun.errors import DamagedCheckpoint
from samerun.state.checkpoint.pipeline import Writer, read_all

TOP = "samerun_checkpoint"
MARK = b"samerun.checkpoint/1 "
"""What the comment begins with."""

LARGEST_FACTS = 60_000
"""Bytes that the facts in the comment may take."""

_HASH = b" blake3:"
_ALIGNMENT = 64
_SMALL = {"byteorder": b"little", "version": b"3\n"}
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_DAY = 0x21
_FULL, _FULL_COUNT = 0xFFFFFFFF, 0xFFFF
_HEAD = b"PK\x03\x04"
_COMMENT = re.compile(re.escape(MARK) + rb"(\{[\x20-\x7e]*\})" + _HASH + rb"([0-9a-f]{64})\Z")
_BIGGEST_COMMENT = 65_535


class Member(NamedTuple):
    """One member: its name below ``TOP``, size in bytes, CRC-32 and where its header begins."""

    name: str
    size: int
    crc: int
    offset: int


class Contents(NamedTuple):
    """What was read: the facts of the comment, the pickle, and the bytes of each storage."""

    facts: dict[str, Any]
    pickle: bytes
    storages: list[torch.Tensor]
    hash: str


def write(descriptor: int, facts: dict[str, Any], pickle: bytes, storages: Sequence[torch.Tensor]) -> str:
    """Write a checkpoint to an open, empty file.

    Args:
        descriptor: the file.
        facts: what a listing shows; plain JSON.
        pickle: the values.
        storages: flat dense tensors, one for each storage, on any device; brought to the CPU one at a time.

    Returns:
        The BLAKE3 of the file's bytes up to it, which the file ends with.

    Raises:
        OSError: as the system gave it.
    """
    with Writer(descriptor) as writer:
        members: list[Member] = []
        for name, data in _records(pickle, storages):
            member = Member(name, len(data), zlib.crc32(data), writer.offset)
            writer.write(_local(member), data)
            members.append(member)
        directory = _directory(members)
        writer.write(directory + _ending(len(members), len(directory), writer.offset, facts))
        return writer.finish()


def _records(pickle: bytes, storages: Sequence[torch.Tensor]) -> Iterator[tuple[str, memoryview]]:
    """Yield the members one at a time: only one storage of another device is on the CPU at once."""
    yield "data.pkl", memoryview(pickle)
    for name, data in _SMALL.items():
        yield name, memoryview(data)
    for number, storage in enumerate(storages):
        yield f"data/{number}", _bytes_of(storage)


def _bytes_of(storage: torch.Tensor) -> memoryview:
    if not storage.numel():
        return memoryview(b"")
    return memoryview(storage.cpu().view(torch.uint8).numpy())


def _extra64(*values: int) -> bytes:
    """Return the extra field for sizes and offsets that four bytes cannot hold."""
    return struct.pack(f"<2H{len(values)}Q", 1, 8 * len(values), *values) if values else b""


def _local(member: Member) -> bytes:
    """Return a member's own header, padded so that its data begins at a multiple of 64."""
    name = f"{TOP}/{member.name}".encode()
    big = member.size >= _FULL
    extra = _extra64(member.size, member.size) if big else b""
    bare = member.offset + _LOCAL.size + len(name) + len(extra) + 4
    padding = -bare % _ALIGNMENT
    extra += struct.pack("<2s1H", b"FB", padding) + b"Z" * padding
    size = _FULL if big else member.size
    version = 45 if big else 20
    return _LOCAL.pack(_HEAD, version, 0x800, 0, 0, _DAY, member.crc, size, size, len(name), len(extra)) + name + extra


def _central(member: Member) -> bytes:
    name = f"{TOP}/{member.name}".encode()
    size, offset = min(member.size, _FULL), min(member.offset, _FULL)
    large = [member.size, member.size] if size == _FULL else []
    extra = _extra64(*large, *([member.offset] if offset == _FULL else []))
    version = 45 if extra else 20
    numbers = (version, version, 0x800, 0, 0, _DAY, member.crc, size, size, len(name), len(extra), 0, 0, 0, 0, offset)
    return _CENTRAL.pack(b"PK\x01\x02", *numbers) + name + extra


def _directory(members: Sequence[Member]) -> bytes:
    return b"".join(_central(member) for member in members)


def _ending(count: int, size: int, start: int, facts: dict[str, Any]) -> bytes:
    """Return what follows the directory, but for the hash itself.

    Args:
        count: how many members there are.
        size: the directory's bytes.
        start: where the directory begins.
        facts: what the comment shows.
    """
    comment = MARK + json.dumps(facts, ensure_ascii=True, separators=(",", ":")).encode() + _HASH
    large = b""
    if count >= _FULL_COUNT or start >= _FULL or size >= _FULL:
        large = _END64.pack(b"PK\x06\x06", _END64.size - 12, 45, 45, 0, 0, count, count, size, start)
        large += _LOCATOR.pack(b"PK\x06\x07", 0, start + size, 1)
    few = min(count, _FULL_COUNT)
    end = _END.pack(b"PK\x05\x06", 0, 0, few, few, min(size, _FULL), min(start, _FULL), len(comment) + 64)
    return large + end + comment


def peek(path: Path) -> dict[str, Any]:
    """Return the facts of a checkpoint's comment; the rest of the file is not looked at.

    Raises:
        DamagedCheckpoint: it is no checkpoint of samerun, or its end is missing.
        FileNotFoundError: it is not there.
    """
    descriptor = _open(path)
    try:
        size = os.fstat(descriptor).st_size
        return _facts(_tail(descriptor, size), path, descriptor)[0]
    finally:
        os.close(descriptor)


def is_ours(path: Path) -> bool:
    """Say whether a file is a checkpoint of samerun, whole or not: by its first bytes or its last."""
    try:
        descriptor = _open(path)
    except (OSError, DamagedCheckpoint):
        return False
    try:
        head = os.pread(descriptor, 64, 0)
        named = head[:4] == _HEAD and head[30:].startswith(TOP.encode() + b"/")
        size = os.fstat(descriptor).st_size
        return named or _COMMENT.search(_tail(descriptor, size)) is not None
    finally:
        os.close(descriptor)


def read(path: Path) -> Contents:
    """Read a checkpoint whole, check it whole, and return its parts.

    Bytes are read, never mapped: a file that somebody cuts later cannot end the training.

    Raises:
        DamagedCheckpoint: any byte is not as it was written, or the file is of another kind.
        FileNotFoundError: it is not there.
    """
    descriptor = _open(path)
    try:
        size = os.fstat(descriptor).st_size
        tail = _tail(descriptor, size)
        facts, digest, end = _facts(tail, path, descriptor)
        listed = _members(descriptor, size - len(tail) + end, path)
        storages = _read_members(descriptor, listed, size, facts, digest, path)
    finally:
        os.close(descriptor)
    return Contents(facts, storages[0].numpy().tobytes(), storages[1 + len(_SMALL) :], digest)


def _open(path: Path) -> int:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe must not make it wait
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise DamagedCheckpoint(f"{path} is no file.", "Name a checkpoint's file.", path=str(path))
    return descriptor


def _tail(descriptor: int, size: int) -> bytes:
    wanted = min(size, _END.size + _BIGGEST_COMMENT)
    return _pread(descriptor, wanted, size - wanted)


def _pread(descriptor: int, size: int, offset: int) -> bytes:
    pieces = []
    while size > 0 and (data := os.pread(descriptor, size, offset)):
        pieces.append(data)
        size -= len(data)
        offset += len(data)
    return b"".join(pieces)


def _facts(tail: bytes, path: Path, descriptor: int) -> tuple[dict[str, Any], str, int]:
    """Return the facts, the hash, and where in the tail the end record begins."""
    found = _COMMENT.search(tail)
    end = found.start() - _END.size if found else -1
    if found is None or tail[max(end, 0) : max(end, 0) + 4] != b"PK\x05\x06":
        raise foreign(os.pread(descriptor, 64, 0), path)
    try:
        facts = json.loads(found[1])
    except (ValueError, RecursionError) as error:
        raise damaged(path, "what it says of itself cannot be read") from error
    return facts, found[2].decode(), end


class _Listed(NamedTuple):
    """What a directory names: the members, each with its own header; the directory itself, and where it starts."""

    members: list[Member]
    headers: list[bytes]
    directory: bytes
    start: int


def _members(descriptor: int, end: int, path: Path) -> _Listed:
    """Return what the directory names; ``end`` is the end record's offset."""
    numbers = _END.unpack(_pread(descriptor, _END.size, end))
    count, size, start = numbers[4], numbers[5], numbers[6]
    if _FULL_COUNT in (count,) or _FULL in (size, start):
        record = _pread(descriptor, _END64.size, max(end - _END64.size - _LOCATOR.size, 0))
        if len(record) != _END64.size or record[:4] != b"PK\x06\x06":
            raise damaged(path, "its directory is not where it should be")
        count, size, start = _END64.unpack(record)[7:10]
    if start + size > end or count * _CENTRAL.size > size:
        raise damaged(path, "its directory does not lie in it")
    directory = _pread(descriptor, size, start)
    listed = list(_listed(directory, count, path))
    members = [member for member, _ in listed]
    if _directory(members) != directory:
        raise damaged(path, "its directory is not as samerun writes it")
    return _Listed(members, [header for _, header in listed], directory, start)


def _listed(directory: bytes, count: int, path: Path) -> Iterator[tuple[Member, bytes]]:
    place = offset = 0
    for number in range(count):
        numbers = _CENTRAL.unpack(directory[place : place + _CENTRAL.size].ljust(_CENTRAL.size, b"\0"))
        name_at = place + _CENTRAL.size
        size, extra = numbers[8], directory[name_at + numbers[10] : name_at + numbers[10] + numbers[11]]
        if size == _FULL:
            size = int.from_bytes(extra[4:12], "little")
        member = Member(_expected_name(number), size, numbers[7], offset)
        header = _local(member)
        yield member, header
        offset += len(header) + size
        place = name_at + numbers[10] + numbers[11]
    if place != len(directory):
        raise damaged(path, "its directory does not end where it should")


def _expected_name(number: int) -> str:
    first = ("data.pkl", *_SMALL)
    return first[number] if number < len(first) else f"data/{number - len(first)}"


def _read_members(
    descriptor: int, listed: _Listed, size: int, facts: dict[str, Any], digest: str, path: Path
) -> list[torch.Tensor]:
    """Read all in the order of the file, each member into memory of its own, and check every byte."""
    members, headers, directory = listed.members, listed.headers, listed.directory
    ends = members[-1].offset + len(headers[-1]) + members[-1].size if members else 0
    if len(members) < 1 + len(_SMALL) or ends != listed.start:
        raise damaged(path, "its members do not fill it")
    ending = directory + _ending(len(members), len(directory), listed.start, facts)
    if size != listed.start + len(ending) + 64:
        raise damaged(path, "its end is not as samerun writes it")
    storages = [torch.empty(member.size, dtype=torch.uint8) for member in members]
    found = [bytearray(len(each)) for each in (*headers, ending)]
    views = [memoryview(each) for pair in zip(found, storages, strict=False) for each in (pair[0], pair[1].numpy())]
    if read_all(descriptor, [*views, memoryview(found[-1])]) != digest:
        raise damaged(path, "its content does not have the checksum that it carries")
    if found != [*headers, ending]:
        raise damaged(path, "a header is not as samerun writes it")
    return storages


def damaged(path: Path, why: str) -> DamagedCheckpoint:
    """Return the error for a file of ours that is not as it was written."""
    return DamagedCheckpoint(
        f"The checkpoint {path} is damaged: {why}.", "Load another one; nothing was restored.", path=str(path), why=why
    )


def foreign(head: bytes, path: Path) -> DamagedCheckpoint:
    """Return the error for a file without samerun's end, by its first bytes."""
    if head[:4] == _HEAD and head[30:].startswith(TOP.encode()):
        return damaged(path, "its end is missing, it was cut short or changed")
    sentence, step = f"{path} is no checkpoint of samerun.", "Name a file that Checkpoints.save wrote."
    for marks, what, way in _OTHERS:
        if head.startswith(marks):
            sentence, step = f"{path} is {what}, not a checkpoint of samerun: it carries no checksum.", way
            break
    if not head:
        sentence = f"{path} is empty."
    return DamagedCheckpoint(sentence, step, path=str(path))


_OTHERS: tuple[tuple[tuple[bytes, ...], str, str], ...] = (
    (
        (_HEAD,),
        "a zip file, such as torch.save writes",
        "Read it with torch.load(path, weights_only=True), restore the parts, and save them with Checkpoints.",
    ),
    (
        (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"),
        "a pickle",
        "A pickle can run any code when it is loaded: convert it where you trust it, then save with Checkpoints.",
    ),
    ((b"\x89HDF",), "an HDF5 file", "Load it with the library that wrote it."),
)

"""The members of archives: what there is, with a hash of each, and a bounded copy of one."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from msgspec import Struct

from samerun.outputs.limits import MEGABYTE
from samerun.outputs.reading import Unreadable

MOST_MEMBERS = 100_000
LARGEST_MEMBER = 1024 * MEGABYTE
LARGEST_CONTENT = 4096 * MEGABYTE
"""Bytes, uncompressed, that are read of one archive."""

_CHUNK = 1 << 20
_COMPRESSIONS: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
}
_TAR_SUFFIXES = (".tar", ".tgz", ".tbz2", ".tbz", ".txz")


class Member(Struct, frozen=True):
    """One member: ``what`` it is (``file``, ``folder``, ``link to ...``), and the hash of a file's content."""

    what: str
    hash: str = ""
    size: int = 0

    @property
    def is_file(self) -> bool:
        """Whether it has a content that can be compared."""
        return self.what == "file"

    def is_same(self, other: Member) -> bool:
        """Say whether two members hold the same."""
        return self == other


class Opened(Struct, frozen=True):
    """An archive that was read through once."""

    members: dict[str, Member]
    open_member: Callable[[str], Any]

    def copy(self, name: str, target: Path) -> None:
        """Write one member's content to ``target``, at most ``LARGEST_MEMBER`` bytes."""
        with self.open_member(name) as source, target.open("xb") as file:
            for chunk in _chunks(source):
                file.write(chunk)


class Format:
    """A format of archives."""

    kind: str

    def recognises(self, path: PurePosixPath, head: bytes) -> bool:
        """Say whether a file is of this format."""
        raise NotImplementedError

    def index(self, path: Path) -> Opened:
        """Read an archive through, within the limits."""
        raise NotImplementedError


class Zip(Format):
    """Zip archives, and what is built on them (wheels, office documents)."""

    kind = "zip"

    def recognises(self, path: PurePosixPath, head: bytes) -> bool:
        """By the first bytes of a member or of the end of an empty archive."""
        return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))

    def index(self, path: Path) -> Opened:
        """Read an archive through; of two members of one name the last counts, as it does when unpacked."""
        meter = _Meter()
        with zipfile.ZipFile(path) as archive:
            members = {info.filename: self._member(archive, info, meter) for info in archive.infolist()}
        return Opened(members, lambda name: _zip_member(path, name))

    @staticmethod
    def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, meter: _Meter) -> Member:
        meter.member()
        if info.is_dir():
            return Member("folder")
        with archive.open(info) as source:
            return meter.hashed(source)


class Tar(Format):
    """Tar archives, plain or compressed."""

    kind = "tar"

    def recognises(self, path: PurePosixPath, head: bytes) -> bool:
        """By the mark in the first header; a compressed one by its name."""
        name = path.name.lower()
        named = name.endswith(_TAR_SUFFIXES) or PurePosixPath(name).stem.endswith(".tar")
        return head[257:262] == b"ustar" or (named and head.startswith(tuple(_COMPRESSIONS)))

    def index(self, path: Path) -> Opened:
        """Read an archive through; links and devices are told, never followed."""
        meter = _Meter()
        try:
            with tarfile.open(path, "r:*") as archive:
                members = {info.name: self._member(archive, info, meter) for info in archive}
        except tarfile.TarError as error:
            raise Unreadable(str(error)) from error
        return Opened(members, lambda name: _tar_member(path, name))

    @staticmethod
    def _member(archive: tarfile.TarFile, info: tarfile.TarInfo, meter: _Meter) -> Member:
        meter.member()
        if info.issym() or info.islnk():
            return Member(f"link to {info.linkname}")
        if not info.isfile():
            return Member("folder" if info.isdir() else "device")
        source = archive.extractfile(info)
        if source is None:
            raise Unreadable(f"{info.name} cannot be read")
        with source:
            return meter.hashed(source)


class Compressed(Format):
    """One compressed file: its only member is ``content``, with the suffixes of the file but for the last."""

    kind = "compressed"

    def recognises(self, path: PurePosixPath, head: bytes) -> bool:
        """By the first bytes of gzip, bzip2 or xz."""
        return head.startswith(tuple(_COMPRESSIONS))

    def index(self, path: Path) -> Opened:
        """Read the file through."""
        with _decompressed(path) as source:
            member = _Meter().hashed(source)
        name = "content" + "".join(path.suffixes[-2:-1])
        return Opened({name: member}, lambda name: _decompressed(path))


class _Meter:
    """Counts what is read of one archive against the limits."""

    def __init__(self) -> None:
        self._members = 0
        self._bytes = 0

    def member(self) -> None:
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise Unreadable(f"more than {MOST_MEMBERS:,} members")

    def hashed(self, source: IO[bytes]) -> Member:
        digest, size = hashlib.blake2b(digest_size=16), 0
        for chunk in _chunks(source):
            digest.update(chunk)
            size += len(chunk)
            self._bytes += len(chunk)
            if self._bytes > LARGEST_CONTENT:
                raise Unreadable(f"more than {LARGEST_CONTENT // MEGABYTE:,} MB of content")
        return Member("file", digest.hexdigest(), size)


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    total = 0
    while chunk := source.read(_CHUNK):
        total += len(chunk)
        if total > LARGEST_MEMBER:
            raise Unreadable(f"a member of more than {LARGEST_MEMBER // MEGABYTE:,} MB")
        yield chunk


@contextmanager
def _zip_member(path: Path, name: str) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(path) as archive, archive.open(name) as source:
        yield source


@contextmanager
def _tar_member(path: Path, name: str) -> Iterator[IO[bytes]]:
    with tarfile.open(path, "r:*") as archive:
        source = archive.extractfile(name)
        if source is None:
            raise Unreadable(f"{name} cannot be read")
        with source:
            yield source


@contextmanager
def _decompressed(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        head = file.read(8)
    opener = next(opener for mark, opener in _COMPRESSIONS.items() if head.startswith(mark))
    with opener(path, "rb") as source:
        yield source

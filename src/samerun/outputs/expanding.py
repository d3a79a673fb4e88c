"""Unpack compressed bytes without trust: in pieces, up to a limit, into a private file without a name."""

from __future__ import annotations

import bz2
import gzip
import lzma
import mmap
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from samerun.outputs.late import Late
from samerun.outputs.reading import Unreadable, cut

lz4: Any = Late("lz4.frame")  # an optional part: joblib writes it where it is installed

MAX_EXPANDED = 8 << 30
"""How many bytes one file may unpack to, all its parts together."""

_PIECE = 1 << 20
_LOCAL_HEADER = 30


class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _open_lz4(file: BinaryIO) -> _Reader:
    reader: _Reader = lz4.LZ4FrameFile(file)
    return reader


class _Zlib:
    """Read a bare zlib stream, which has no file class of its own."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._inflater = zlib.decompressobj()

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` unpacked bytes; none at the end."""
        while not self._inflater.eof:
            packed = self._inflater.unconsumed_tail or self._file.read(_PIECE)
            if not packed:
                raise EOFError("the compressed data ends too early")
            if found := self._inflater.decompress(packed, size):
                return found
        return b""


_OPENERS: tuple[tuple[bytes, Callable[[BinaryIO], _Reader]], ...] = (
    (b"\x1f\x8b", lambda file: gzip.GzipFile(fileobj=file)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ", lzma.LZMAFile),
    (b"\x5d\x00\x00", lzma.LZMAFile),
    (b"\x04\x22\x4d\x18", _open_lz4),
    *((b"\x78" + level, _Zlib) for level in (b"\x01", b"\x5e", b"\x9c", b"\xda")),
)
"""First bytes of a compression, and what reads it."""


def is_compressed(head: bytes) -> bool:
    """Say whether first bytes are those of a compression that ``expand`` knows."""
    return any(head.startswith(magic) for magic, _ in _OPENERS)


def expand(path: Path) -> memoryview:
    """Return the unpacked bytes of a compressed file.

    Raises:
        Unreadable: they are more than ``MAX_EXPANDED``.
        EOFError: the file is cut short (``OSError``, ``zlib.error`` or ``lzma.LZMAError`` if it is damaged).
    """
    with path.open("rb") as file:
        head = file.read(8)
        file.seek(0)
        opener = next(opener for magic, opener in _OPENERS if head.startswith(magic))
        return _collect(opener(file), MAX_EXPANDED)


def _collect(source: _Reader, limit: int) -> memoryview:
    """Copy a stream into a file that nobody else can open, and return its bytes."""
    with tempfile.TemporaryFile() as file:
        size = 0
        while piece := source.read(_PIECE):
            size += len(piece)
            if size > limit:
                raise Unreadable(f"it unpacks to more than {limit:,} bytes")
            file.write(piece)
        file.flush()
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) if size else memoryview(b"")


class Members:
    """The members of a zip file, as bytes that are read when they are looked at.

    Args:
        path: the file.
        view: its bytes.

    Raises:
        zipfile.BadZipFile: it is none.
        Unreadable: two members have one name.
    """

    def __init__(self, path: Path, view: memoryview) -> None:
        self._view = view
        self._archive = zipfile.ZipFile(path)
        self._left = MAX_EXPANDED
        self._infos = {info.filename: info for info in self._archive.infolist()}
        if len(self._infos) != len(self._archive.infolist()):
            raise Unreadable("two members have the same name")

    def __iter__(self) -> Iterator[str]:
        return iter(self._infos)

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def read(self, name: str) -> memoryview:
        """Return a member's bytes: where they lie if they are stored as they are, else unpacked.

        Raises:
            KeyError: there is no such member.
            Unreadable: it lies outside of the file, or the limit is reached.
        """
        info = self._infos[name]
        self._left -= info.file_size
        if self._left < 0:
            raise Unreadable(f"its members unpack to more than {MAX_EXPANDED:,} bytes")
        if info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1:
            return self._stored(info)
        with self._archive.open(info) as source:
            return _collect(source, info.file_size)

    def _stored(self, info: zipfile.ZipInfo) -> memoryview:
        header = cut(self._view, info.header_offset, _LOCAL_HEADER)
        if bytes(header[:4]) != b"PK\x03\x04":
            raise Unreadable(f"no member at byte {info.header_offset:,}")
        names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        return cut(self._view, info.header_offset + _LOCAL_HEADER + names, info.file_size)

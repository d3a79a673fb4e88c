"""The MD5 by which DVC before 3.0 knew a file: what looks like text has its CRLF turned into LF first."""

from __future__ import annotations

import hashlib
import os
import stat

_PIECE = 1 << 20
_LOOKED_AT = 512
_TEXT = bytes(range(32, 127)) + b"\n\r\t\f\b"
_MOST_OTHERS = 0.30

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)


def looks_like_text(block: bytes) -> bool:
    """Say whether DVC takes a file, or a piece of one, for text by its first 512 bytes: no NUL, few odd bytes."""
    block = block[:_LOOKED_AT]
    if b"\0" in block:
        return False
    return not block or len(block.translate(None, _TEXT)) / len(block) <= _MOST_OTHERS


def legacy_md5s(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """Return the hashes (hex) that versions of DVC before 3.0, and 3 for old entries, give to a file.

    The older ones judge a file by its beginning, the newer each MiB by its own; for nearly all files both are the same.
    Costs one pass at the speed of two MD5.

    Raises:
        OSError: it cannot be read, is no regular file, or changed meanwhile.
    """
    descriptor = os.open(path, _READ)
    with open(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise OSError(0, "it is no file")
        by_file, by_piece = (hashlib.md5(usedforsecurity=False) for _ in range(2))
        whole_is_text: bool | None = None
        while piece := file.read(_PIECE):
            is_text = looks_like_text(piece)
            whole_is_text = is_text if whole_is_text is None else whole_is_text
            plain = piece.replace(b"\r\n", b"\n")
            by_file.update(plain if whole_is_text else piece)
            by_piece.update(plain if is_text else piece)
        after = os.fstat(descriptor)
    if (before.st_size, before.st_mtime_ns, before.st_ctime_ns) != (
        after.st_size,
        after.st_mtime_ns,
        after.st_ctime_ns,
    ):
        raise OSError(0, "it keeps changing while it is read")
    return tuple(dict.fromkeys((by_file.hexdigest(), by_piece.hexdigest())))

"""The trace of one process: a file beside the run's record, written in pieces, read by whoever asked for it.

It lies in the folder ``traces`` of the run, under the process's label. It holds, one after the other,

    L size text     a line: number, thread, file, line, function; separated by tabs
    P size text     a part of a line: number, number of the line, role, name
    R record        32 bytes: part, execution, moment, content, order

``size`` is two bytes. A record says what a part was at one execution of its line: a fingerprint by content and one by
order (of ``next``: the line's number, and when the execution began). The roles: ``in`` (read by the line, before it),
``out`` (bound by it), ``touched`` (read and changed by it), ``returned``, ``left`` (returned to a library), ``given``
(to a function of the user's that it called), ``next`` (the line that followed), ``raised``, ``written`` (to a file or
to standard output).
"""

from __future__ import annotations

import os
import posix
import struct
from _thread import allocate_lock

from .. import events

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any

FOLDER = "traces"
SUFFIX = ".trace"
RECORD = struct.Struct("<IIQQQ")
_HELD = 1 << 16


class Channel:
    """One process's trace file.

    Args:
        folder: the run's folder.
        label: the process's label.
    """

    def __init__(self, folder: str, label: str) -> None:
        self.path = os.path.join(folder, FOLDER, label.replace("/", ",") + SUFFIX)
        self._held = bytearray()
        self._lock = allocate_lock()
        self._numbers = 0
        self._pid = posix.getpid()
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = events.raised(posix.open(self.path, flags, 0o600))

    def define(self, tag: bytes, *fields: Any) -> int:
        """Write a definition and return its number."""
        with self._lock:
            self._numbers += 1
            number = self._numbers
            text = "\t".join(str(field).replace("\t", " ") for field in (number, *fields))
            data = text.encode("utf-8", "surrogateescape")[:60_000]
            self._held += tag + len(data).to_bytes(2, "little") + data
        return number

    def record(self, part: int, execution: int, moment: int, content: int, order: int) -> None:
        """Write what a part was at one execution."""
        with self._lock:
            self._held += b"R" + RECORD.pack(part, execution, moment, content, order)
            is_full = len(self._held) >= _HELD
        if is_full:
            self.flush()

    def flush(self) -> None:
        """Put on the disk what is held; a forked child holds nothing of its parent's."""
        with self._lock:
            data, self._held = bytes(self._held), bytearray()
        if self._pid != posix.getpid():
            return
        while data:
            data = data[posix.write(self._descriptor, data) :]

    def close(self) -> None:
        """Leave the file."""
        try:
            posix.close(self._descriptor)
        except OSError:
            pass

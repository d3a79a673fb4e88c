"""What the program read from its standard input, as far as that can be told without reading it in its place.

It is inherited, never passed on, since a relay would take what the program's own children are to read. A replay gets
none.
"""

from __future__ import annotations

import os
import stat

try:
    import fcntl
    import termios
except ImportError:  # not a POSIX system: then only files are told
    fcntl = None  # type: ignore[assignment]

from samerun.record.missing import NotCaptured

_WHAT = "standard input"


class StandardInput:
    """Looks at descriptor 0 before the start, and again at the end.

    Args:
        descriptor: another one than 0, for tests.
    """

    def __init__(self, descriptor: int = 0) -> None:
        self._descriptor = descriptor
        self._before = self._state()

    def not_captured(self) -> list[NotCaptured]:
        """Return what was read since, as far as it shows: a file's position that moved, a pipe that was emptied."""
        kind, before = self._before
        _, now = self._state()
        if kind == "file" and now != before:
            name = f"/proc/self/fd/{self._descriptor}"
            place = os.readlink(name) if os.path.exists(name) else "a file"
            return [NotCaptured(_WHAT, f"{now - before} bytes of {place} were read through it; a replay gets none")]
        if kind == "pipe" and now < before:
            return [NotCaptured(_WHAT, "it was a pipe, and what came through it is not kept; a replay gets none")]
        return []

    def _state(self) -> tuple[str, int]:
        try:
            mode = os.fstat(self._descriptor).st_mode
            if stat.S_ISREG(mode):
                return "file", os.lseek(self._descriptor, 0, os.SEEK_CUR)
            if fcntl is not None and (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
                waiting = fcntl.ioctl(self._descriptor, termios.FIONREAD, b"\0" * 4)
                return "pipe", int.from_bytes(waiting, "little")
        except OSError:
            pass
        return "other", 0

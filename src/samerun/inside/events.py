"""The one-way channel from a process to the recorder: a file a process, a line an event.

A line is tab-separated fields, the first of which is the event's name; backslash, tab, newline and carriage return
are escaped. Each line is one unbuffered ``write`` to a file opened with O_APPEND, so it survives a kill of the process, and
forked children cannot write it twice. Nothing here raises.
"""

from __future__ import annotations

import os
import posix
import time

_OPEN = os.open
_WRITE = os.write
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
_TRANSLATION = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class _Channel:
    """The state of this process's channel; replaced in each forked child."""

    def __init__(self) -> None:
        self.spool = ""
        self.label = ""
        self.descriptor = -1
        self.pid = 0


_channel = _Channel()


def label() -> str:
    """Return the label that this process claimed: unique within the run and the same in a replay."""
    return _channel.label


def spool() -> str:
    """Return the folder that holds the run's event files; empty before ``open_channel``."""
    return _channel.spool


def open_channel(folder: str, wanted: str) -> str:
    """Claim a label and open this process's event file.

    Args:
        folder: the spool folder of the run.
        wanted: the label that the parent, the rank or the command suggests; where another process has claimed it
            already, ``~2``, ``~3`` ... are tried.

    Returns:
        The label claimed; empty where the folder cannot be written (then nothing is recorded).
    """
    channel = _Channel()
    channel.spool = folder
    channel.pid = os.getpid()
    for ordinal in range(1, 100_000):
        name = wanted if ordinal == 1 else "%s~%d" % (wanted, ordinal)
        try:
            channel.descriptor = _OPEN(os.path.join(folder, name.replace("/", ",") + ".events"), _FLAGS, 0o600)
        except FileExistsError:
            continue
        except OSError:
            break
        channel.label = name
        break
    _leave(_channel)
    globals()["_channel"] = channel
    return channel.label


def _leave(channel: _Channel) -> None:
    """Close the inherited descriptor of the parent's file in a forked child."""
    if channel.descriptor >= 0 and channel.pid != os.getpid():
        try:
            posix.close(channel.descriptor)
        except OSError:
            pass


def emit(*fields: object) -> None:
    """Write one event; a field that is no string is written as ``str`` gives it. Costs about 2 microseconds."""
    channel = _channel
    if channel.descriptor < 0:
        return
    try:
        line = "\t".join([str(field).translate(_TRANSLATION) for field in fields]) + "\n"
        _WRITE(channel.descriptor, line.encode("utf-8", "surrogateescape"))
    except Exception:  # the edge to the user's program: a fault of ours must never reach it
        pass


def fault(place: str, error: BaseException) -> None:
    """Report a fault of samerun inside the program: the event ``fault``, never an exception."""
    emit("fault", place, type(error).__name__, error)


def now() -> int:
    """Return nanoseconds since the epoch; bound at import so that a program that replaces ``time.time`` is not asked."""
    return _TIME_NS()


_TIME_NS = time.time_ns

"""The one-way channel from a process to the recorder: a file a process, a line an event.

A line is tab-separated fields, the first of which is the event's name; backslash, tab, newline and carriage return
are escaped. Each line is one unbuffered ``write`` to a file opened with O_APPEND, so it survives a kill of the
process, and forked children cannot write it twice. Nothing here raises.
"""

from __future__ import annotations

import os
import posix
import sys
import time

from .hiding import without_secrets

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType

_OPEN = os.open
_WRITE = posix.write
_FSTAT = posix.fstat
_GETPID = posix.getpid
_FLAGS = os.O_WRONLY | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
_NEW = os.O_CREAT | os.O_EXCL
_TRANSLATION = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_TIME_NS = time.time_ns
_CLOCK = time.monotonic
_TRUSTED = 0.01  # seconds for which the descriptor is not asked again whether it is still ours
_FOLDER = os.path.dirname(os.path.abspath(__file__))
# A program's own files get the lowest free numbers: from here on they are seldom met, closed or copied over.
_HIGH = 500
_FRAME = type(sys._getframe())
_VARARGS = 0x4  # inspect.CO_VARARGS


class _Channel:
    """The state of this process's channel; replaced in each forked child."""

    def __init__(self) -> None:
        self.spool = ""
        self.label = ""
        self.path = ""
        self.descriptor = -1
        self.inode = 0
        self.pid = 0
        self.torn = False
        self.checked = 0.0


_channel = _Channel()


def be_steady() -> None:
    """Do the same at every event from now on, however much time has passed since the last: memory is taken alike."""
    globals()["_TRUSTED"] = -1.0


def label() -> str:
    """Return the label that this process claimed: unique within the run and the same in a replay."""
    return _channel.label


def spool() -> str:
    """Return the folder that holds the run's event files; empty before ``open_channel``."""
    return _channel.spool


def open_channel(folder: str, wanted: str) -> str:
    """Claim a label, open this process's event file and write its first line, ``process``.

    Args:
        folder: the spool folder of the run.
        wanted: the label that the parent, the rank or the command suggests; where another process has claimed it
            already, ``~2``, ``~3`` ... are tried.

    Returns:
        The label claimed; empty where the folder cannot be written (then nothing is recorded).
    """
    channel = _Channel()
    channel.spool = folder
    channel.pid = _GETPID()
    for ordinal in range(1, 100_000):
        name = wanted if ordinal == 1 else "%s~%d" % (wanted, ordinal)
        channel.path = os.path.join(folder, _file_name(name))
        try:
            _attach(channel, _FLAGS | _NEW)
        except FileExistsError:
            continue
        except OSError:
            break
        channel.label = name
        break
    _leave(_channel)
    globals()["_channel"] = channel
    emit("process", *_process())
    return channel.label


def _file_name(name: str) -> str:
    """Return the file of a label; one too long for a file system loses its middle, never its ordinal."""
    plain = name.replace("/", ",").replace("\0", "")
    return (plain if len(plain) <= 200 else plain[:150] + ",," + plain[-40:]) + ".events"


def _process() -> list[object]:
    arguments = getattr(sys, "orig_argv", None) or [sys.executable, *getattr(sys, "argv", [])]
    version = sys.version.split()[0]
    identity = [_channel.label, _channel.pid, os.getppid(), now(), sys.executable, version, sys.prefix, sys.base_prefix]
    return [*identity, *without_secrets([str(word) for word in arguments])]


def _attach(channel: _Channel, flags: int) -> None:
    """Open the channel's file on a high number, and remember its inode."""
    low = _OPEN(channel.path, flags, 0o600)
    channel.descriptor = raised(low)
    channel.inode = _FSTAT(channel.descriptor).st_ino


def raised(low: int) -> int:
    """Move a descriptor to a free high number; it stays where the system allows none."""
    for high in range(_HIGH, _HIGH + 100):
        if not _is_open(high):
            break
    else:
        return low
    try:
        os.dup2(low, high, False)
    except OSError:
        return low
    posix.close(low)
    return high


def _is_open(descriptor: int) -> bool:
    try:
        _FSTAT(descriptor)
    except OSError:
        return False
    return True


def _leave(channel: _Channel) -> None:
    """Close the inherited descriptor of the parent's file in a forked child."""
    if channel.descriptor >= 0 and channel.pid != _GETPID() and _is_ours(channel):
        try:
            posix.close(channel.descriptor)
        except OSError:
            pass


def _is_ours(channel: _Channel) -> bool:
    """Say whether the number still means our file: programs that turn into daemons close all they have inherited."""
    try:
        return _FSTAT(channel.descriptor).st_ino == channel.inode
    except OSError:
        return False


def emit(*fields: object) -> None:
    """Write one event; a field that is no string is written as ``str`` gives it. Costs about 3 microseconds."""
    try:
        write_line("\t".join([escaped(field) if type(field) is str else escaped(str(field)) for field in fields]))
    except Exception as error:  # the edge to the user's program: a fault of ours must never reach it
        if is_foreign(error):
            raise


def write_line(line: str) -> None:
    """Write one event whose fields are escaped and joined already."""
    channel = _channel
    if channel.descriptor < 0:
        return
    data = (line + "\n").encode("utf-8", "surrogateescape")
    if channel.torn:  # what a full disk cut off must not swallow the next line
        data = b"\n" + data
    if not _write(channel, data):
        channel.checked = 0.0  # the descriptor may have been closed just now: once more with a new one
        channel.torn = not _write(channel, data)


def _write(channel: _Channel, data: bytes) -> bool:
    try:
        _check(channel)
        written = _WRITE(channel.descriptor, data)
    except OSError:
        return False
    channel.torn = written != len(data)
    return True


def _check(channel: _Channel) -> None:
    """Open the channel anew if the program has closed it, or has put a file of its own in its place."""
    moment = _CLOCK()
    if moment - channel.checked > _TRUSTED:
        if not _is_ours(channel):
            _attach(channel, _FLAGS)
        channel.checked = moment


def escaped(text: str) -> str:
    """Return a field as it stands in a line."""
    return text.translate(_TRANSLATION) if not text.isprintable() or "\\" in text else text


def fault(place: str, error: BaseException) -> None:
    """Report a fault of samerun inside the program: the event ``fault``, never an exception."""
    emit("fault", place, type(error).__name__, error)


def is_foreign(error: BaseException) -> bool:
    """Say whether a signal's handler raised ``error`` in the midst of our code.

    A handler runs between any two instructions; what it raises (a time limit) is meant for the program, and is to be
    raised again instead of being reported as a fault.
    """
    trace = error.__traceback__
    while trace is not None:
        if _is_handler(trace.tb_frame):
            return True
        trace = trace.tb_next
    return False


def _is_handler(frame: FrameType) -> bool:
    """Say whether a frame was called with a frame among its arguments, which is how handlers are called."""
    code = frame.f_code
    if code.co_filename.startswith(_FOLDER):
        return False
    names = code.co_varnames[: code.co_argcount + bool(code.co_flags & _VARARGS)]
    values = [frame.f_locals.get(name) for name in names]
    values += [part for value in values if type(value) is tuple for part in value]
    return any(type(value) is _FRAME for value in values)


def now() -> int:
    """Return nanoseconds since the epoch, by the clock as it was before the program could replace it."""
    return _TIME_NS()

"""The records of what processes reported, one for each kind of event (``spool`` reads them)."""

from __future__ import annotations

from msgspec import Struct


class Process(Struct, frozen=True):
    """The first line of each process; ``started`` is nanoseconds since the epoch."""

    pid: int
    parent_pid: int
    started: int
    executable: str
    version: str
    prefix: str
    base_prefix: str
    argv: tuple[str, ...]


class SearchPath(Struct, frozen=True):
    """``sys.path`` at the start, and again at the end if it has changed."""

    entries: tuple[str, ...]


class Imported(Struct, frozen=True):
    """A top-level module that was searched for."""

    name: str


class Read(Struct, frozen=True):
    """The first open of a file for reading; times in nanoseconds since the epoch, as they were then."""

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int


class Write(Struct, frozen=True):
    """The first open of a file for writing, which may have failed or changed nothing.

    ``existed`` says whether the file was there (then of ``size`` bytes, last changed at ``mtime_ns``); ``how`` is
    ``truncate``, ``append`` or ``update``.
    """

    path: str
    existed: bool
    how: str
    size: int
    mtime_ns: int


class Before(Struct, frozen=True):
    """A file from before the run as it was just before the program changed it; ``copy`` names its copy in the spool."""

    path: str
    copy: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int


class Absent(Struct, frozen=True):
    """A file that was opened for reading and was not there."""

    path: str


class Listed(Struct, frozen=True):
    """A folder whose entries were listed."""

    path: str


class Renamed(Struct, frozen=True):
    """A file or folder that got another name."""

    source: str
    target: str


class Linked(Struct, frozen=True):
    """A hard or symbolic link, made at ``target``, to ``source``."""

    source: str
    target: str


class Removed(Struct, frozen=True):
    """A file or (``folder``) an empty folder that was removed."""

    path: str
    folder: bool = False


class Made(Struct, frozen=True):
    """A folder that was made."""

    path: str


class Variable(Struct, frozen=True):
    """A variable that was read by name; ``user`` where the user's own code read it."""

    name: str
    present: bool
    user: bool


class Native(Struct, frozen=True):
    """A file that native code opened, and which function was seen to do it."""

    library: str
    function: str
    path: str
    how: str


class Socket(Struct, frozen=True):
    """A host that was connected to or looked up."""

    host: str
    port: str

    @property
    def local(self) -> bool:
        """Whether it is this machine itself."""
        return self.host.startswith("127.") or self.host in ("localhost", "::1", "0.0.0.0", "::")


class Launch(Struct, frozen=True):
    """A child that was started, with the label that it was given."""

    label: str
    executable: str
    argv: tuple[str, ...]


class Entropy(Struct, frozen=True):
    """A draw that would have come from the operating system, and the user's line that led to it."""

    source: str
    ordinal: int
    bits: int
    file: str
    line: int
    importing: bool
    user: bool


class Unsupplied(Struct, frozen=True):
    """A draw from the operating system that samerun leaves alone."""

    source: str
    file: str
    line: int


class Used(Struct, frozen=True):
    """A line of the user's own (``file`` below the project's folder) that used what a watched condition is about."""

    kind: str
    file: str
    line: int


class Drawn(Struct, frozen=True):
    """A global generator that was drawn from although the program never seeded it.

    ``file`` is empty where no line of the user's own code is known.
    """

    source: str
    file: str = ""
    line: int = 0


class Effective(Struct, frozen=True):
    """How a library was really set when the process ended."""

    key: str
    value: str


class FaultSeen(Struct, frozen=True):
    """A fault of samerun inside the program."""

    place: str
    type: str
    text: str


class Exit(Struct, frozen=True):
    """The orderly end of a process, in nanoseconds since the epoch."""

    ended: int


Record = (
    Process
    | SearchPath
    | Imported
    | Read
    | Write
    | Before
    | Absent
    | Listed
    | Renamed
    | Linked
    | Removed
    | Made
    | Variable
    | Native
    | Socket
    | Launch
    | Entropy
    | Unsupplied
    | Used
    | Drawn
    | Effective
    | FaultSeen
    | Exit
)

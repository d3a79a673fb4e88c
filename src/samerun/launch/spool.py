"""What the processes of a run reported: the event files of the spool folder, read as typed records.

Reading is tolerant: a torn last line, a line of an unknown event or with too few fields is passed over and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from samerun.launch import reported
from samerun.launch.reported import Record

SUFFIX = ".events"

_ESCAPES = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}

Kind = TypeVar("Kind", bound=Struct)


class Event(Struct, frozen=True):
    """One line: which process said what. Lines of one process are in their order."""

    label: str
    record: Record


class Spool(Struct, frozen=True):
    """All events of a run, process by process, in the order in which each wrote; ``unreadable`` counts lines lost."""

    events: tuple[Event, ...] = ()
    unreadable: int = 0

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Return the records of one kind."""
        return [event.record for event in self.events if isinstance(event.record, kind)]

    def by_process(self, kind: type[Kind]) -> list[tuple[str, Kind]]:
        """Return (label, record) of one kind."""
        return [(event.label, event.record) for event in self.events if isinstance(event.record, kind)]

    @property
    def processes(self) -> dict[str, reported.Process]:
        """The processes by label."""
        return dict(self.by_process(reported.Process))


class SpoolReader:
    """Reads what is new each time it is asked: for a thread that follows a run.

    Args:
        folder: the spool folder; it may not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self.unreadable = 0
        self._folder = folder
        self._files: dict[Path, _File] = {}

    def new_events(self) -> list[Event]:
        """Return the events of whole lines that have come since the last call."""
        for path in sorted(self._folder.glob("*" + SUFFIX)):
            if path not in self._files:
                self._files[path] = _File(path)
        return [event for file in self._files.values() for event in self._events(file)]

    def _events(self, file: _File) -> Iterator[Event]:
        for line in file.new_lines():
            record = parse(line)
            if record is None:
                self.unreadable += 1
            elif isinstance(record, tuple):
                file.label = record[0]
                yield Event(file.label, record[1])
            else:
                yield Event(file.label, record)

    def copy(self, record: reported.Before) -> Path:
        """Return where the copy of a file that has been changed lies."""
        return self._folder / record.copy

    def pending(self) -> int:
        """Return how many files end in a line that is not whole."""
        return sum(bool(file.rest) for file in self._files.values())


class _File:
    """One event file, how far it has been read, and the process's label (until its first line: the file's name)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.label = path.name.removesuffix(SUFFIX).replace(",", "/")
        self.position = 0
        self.rest = b""

    def new_lines(self) -> list[bytes]:
        try:
            with self.path.open("rb") as stream:
                stream.seek(self.position)
                data = stream.read()
        except OSError:  # gone again, or not ours: then there is nothing to be read
            return []
        self.position += len(data)
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [line for line in lines if line]


def read_spool(folder: Path) -> Spool:
    """Read all events of a run that has ended; a folder that is not there holds none."""
    reader = SpoolReader(folder)
    events = tuple(reader.new_events())
    return Spool(events, reader.unreadable + reader.pending())


def parse(line: bytes) -> Record | tuple[str, reported.Process] | None:
    """Return the record of one line without its newline (a process with its label); None if it cannot be read."""
    name, *fields = (_plain(field) for field in line.decode("utf-8", "surrogateescape").split("\t"))
    reader = _READERS.get(name)
    try:
        return reader(fields) if reader else None
    except (IndexError, TypeError, ValueError):  # too few fields, or no numbers where they belong
        return None


def _plain(text: str) -> str:
    """Undo the escapes of a field."""
    if "\\" not in text:
        return text
    first, *others = text.split("\\")
    pieces = [first]
    escaped = False  # an empty piece after an escaping backslash is an escaped backslash; its successor stands as it is
    for piece in others:
        if escaped:
            pieces.append(piece)
            escaped = False
        elif piece:
            pieces.append(_ESCAPES.get(piece[0], piece[0]) + piece[1:])
        else:
            pieces.append("\\")
            escaped = True
    return "".join(pieces)


def _process(f: list[str]) -> tuple[str, reported.Process]:
    return f[0], reported.Process(int(f[1]), int(f[2]), int(f[3]), f[4], f[5], f[6], f[7], tuple(f[8:]))


def _entropy(f: list[str]) -> reported.Entropy:
    return reported.Entropy(f[0], int(f[1]), int(f[2]), f[3], int(f[4] or 0), _flag(f[5]), _flag(f[6]))


def _plain_name(text: str) -> str:
    if "/" in text:
        raise ValueError(text)
    return text


def _drawn(f: list[str]) -> reported.Drawn:
    file, line, *_ = [*f[1:], "", ""]  # both came later: a record of an earlier release has the source alone
    return reported.Drawn(f[0], file, int(line or 0))


def _flag(text: str) -> bool:
    return bool(int(text))


_READERS: dict[str, Callable[[list[str]], Record | tuple[str, reported.Process]]] = {
    "process": _process,
    "syspath": lambda f: reported.SearchPath(tuple(f)),
    "import": lambda f: reported.Imported(f[0]),
    "read": lambda f: reported.Read(f[0], int(f[1]), int(f[2]), int(f[3]), int(f[4]), int(f[5])),
    "write": lambda f: reported.Write(f[0], _flag(f[1]), f[2], int(f[3]), int(f[4])),
    "before": lambda f: reported.Before(f[0], _plain_name(f[1]), *(int(number) for number in f[2:7])),
    "absent": lambda f: reported.Absent(f[0]),
    "list": lambda f: reported.Listed(f[0]),
    "rename": lambda f: reported.Renamed(f[0], f[1]),
    "link": lambda f: reported.Linked(f[0], f[1]),
    "remove": lambda f: reported.Removed(f[0]),
    "rmdir": lambda f: reported.Removed(f[0], folder=True),
    "mkdir": lambda f: reported.Made(f[0]),
    "variable": lambda f: reported.Variable(f[0], _flag(f[1]), _flag(f[2])),
    "native": lambda f: reported.Native(f[0], f[1], f[2], f[3]),
    "socket": lambda f: reported.Socket(f[0], f[1]),
    "launch": lambda f: reported.Launch(f[0], f[1], tuple(f[2:])),
    "entropy": _entropy,
    "used": lambda f: reported.Used(f[0], f[1], int(f[2] or 0)),
    "unsupplied": lambda f: reported.Unsupplied(f[0], f[1], int(f[2] or 0)),
    "drawn": _drawn,
    "effective": lambda f: reported.Effective(f[0], f[1]),
    "fault": lambda f: reported.FaultSeen(f[0], f[1], f[2]),
    "exit": lambda f: reported.Exit(int(f[0])),
}

"""The log of metrics: a line a record, appended with one unbuffered write, and read as far as it is whole.

A line is ``{"n":0,"time":1.5,"step":3,"epoch":null,"values":{"loss":0.25},"crc":"1c291ca3"}``. ``n`` counts the lines
of the file from 0, ``time`` is seconds since the epoch, ``values`` holds the numbers as ``basics.exact`` writes them.
``crc`` is the CRC-32 over the bytes of the line before ``,"crc"``, begun with the previous line's crc (the first with
0): a line that was changed, taken away or moved is found. Each process writes a file of its own: ``metrics.jsonl`` the
first, ``metrics.rank1.jsonl`` rank 1, ``metrics.pid4711.jsonl`` any other.
"""

from __future__ import annotations

import fcntl
import os
import re
import threading
import time
import weakref
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec
from msgspec import Struct, field

from samerun.basics import exact, files
from samerun.basics.exact import Number

_CRC = re.compile(rb',"crc":"([0-9a-f]{8})"\}\Z')
_FILE = re.compile(r"metrics(\.[\w.\-~,]+)?\.jsonl\Z")
_RANKS = ("RANK", "OMPI_COMM_WORLD_RANK", "SLURM_PROCID", "PMI_RANK")
_TIME = time.time
_ENCODE = msgspec.json.Encoder().encode


class Record(Struct, frozen=True):
    """One line: ``time`` is seconds since the epoch; ``step`` and ``epoch`` are as the program gave them."""

    n: int
    time: float
    step: Number | None
    epoch: Number | None
    values: dict[str, Number]


class MetricsRead(Struct, frozen=True):
    """What could be read of a log: the records that are whole, in order, and a sentence for each line that is not."""

    records: list[Record]
    problems: list[str] = field(default_factory=list)


class MetricsWriter:
    """Appends records; when ``log`` returns the record survives a kill of the process.

    One writer a process, for all its threads: a forked child that logs through it gets a file of its own.

    Args:
        folder: the run's ``logs`` folder, which exists.
        rank: this process's rank, or None for the variables' (RANK and its like).
    """

    def __init__(self, folder: Path, *, rank: int | None = None) -> None:
        self._folder = folder
        rank = rank_here() if rank is None else rank
        self._lock = threading.Lock()
        self._file: files.AppendFile | None = self._claim([f"metrics.rank{rank}" if rank else "metrics"])
        _writers.add(self)

    @property
    def path(self) -> Path | None:
        """The file that this process writes; None in a forked child that has not logged yet."""
        return None if self._file is None else self._file.path

    def _claim(self, preferred: list[str]) -> files.AppendFile:
        """Open a file that is this process's alone."""
        own = f"metrics.pid{os.getpid()}"
        for name in [*preferred, own, *(f"{own}-{ordinal}" for ordinal in range(2, 100))]:
            file = files.AppendFile(self._folder / f"{name}.jsonl")
            if _held_alone(file):
                self._end: tuple[int, int] | None = None
                return file
            file.close()
        raise FileExistsError(f"every name for a metrics log in {self._folder} is taken")

    def _leave_to_parent(self) -> None:
        """In a forked child: another thread of the parent may have held the lock, and the file is the parent's."""
        self._lock = threading.Lock()
        self.close()
        self._file = None

    def log(self, values: Mapping[str, Any], step: Any = None, epoch: Any = None) -> None:
        """Append one record.

        Args:
            values: name -> number (of any library; see ``basics.exact``).
            step: the step, a number, kept as it is given.
            epoch: the epoch likewise.

        Raises:
            TypeError: a value is no number; nothing is written.
            OSError: the record is not in the file.
        """
        encoded = {name: _encoded(value) for name, value in values.items()}
        step = step if step is None else _encoded(step)
        epoch = epoch if epoch is None else _encoded(epoch)
        with self._lock:
            if self._file is None:
                self._file = self._claim([])
            n, crc = self._end or _end_of(self._file.path)
            self._end = None  # until the record is known to be there: a signal may interrupt in between
            document = {"n": n, "time": _TIME(), "step": step, "epoch": epoch, "values": encoded}
            body = _ENCODE(document)[:-1]
            crc = crc32(body, crc)
            self._file.append(b'%b,"crc":"%08x"}\n' % (body, crc))
            self._end = n + 1, crc

    def close(self) -> None:
        """Close the file; ``log`` after that raises OSError."""
        if self._file is not None:
            self._file.close()


_writers: weakref.WeakSet[MetricsWriter] = weakref.WeakSet()


def _leave_all() -> None:
    for writer in list(_writers):
        writer._leave_to_parent()


os.register_at_fork(after_in_child=_leave_all)


def _encoded(value: Any) -> Any:
    kind = type(value)
    if (kind is float and value - value == 0.0) or kind is int:
        return value if kind is float else exact.encode_number(value)
    return exact.encode_number(exact.number_of(value))


def rank_here() -> int:
    """Return this process's rank by the variables that launchers set; 0 without one."""
    for name in _RANKS:
        value = os.environ.get(name, "")
        if value.isdecimal():
            return int(value)
    return 0


def _held_alone(file: files.AppendFile) -> bool:
    """Take the file for this process; False if another one that lives has it (a forked child shares its parent's)."""
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return file.is_empty()  # no locks here: take only a file that nobody has written to
    return True


def _end_of(path: Path) -> tuple[int, int]:
    """Return the number and the starting crc of the next line."""
    lines = files.read_bytes(path).splitlines()
    if not lines:
        return 0, 0
    stated = _CRC.search(lines[-1])
    n = len(lines)
    with suppress(msgspec.MsgspecError, KeyError, TypeError, ValueError):
        n = int(msgspec.json.decode(lines[-1])["n"]) + 1
    return n, int(stated[1], 16) if stated else 0


def files_of(logs: Path) -> list[Path]:
    """Return the metrics logs of a run's ``logs`` folder, the first process's first."""
    try:
        names = [name for name in os.listdir(logs) if _FILE.match(name)]
    except OSError:
        return []
    return [logs / name for name in sorted(names, key=lambda name: (name != "metrics.jsonl", len(name), name))]


def read(path: Path) -> MetricsRead:
    """Read a log; never raises for what is in it.

    Returns:
        The records whose bytes are whole, and one sentence for each line that is not and for each gap.
    """
    try:
        data = files.read_bytes(path)
    except OSError as error:
        return MetricsRead([], [f"the file cannot be read: {error.strerror}"])
    lines = data.split(b"\n")
    torn = lines.pop()
    records: list[Record] = []
    problems: list[str] = []
    _read_lines(lines, records, problems)
    if torn:
        problems.append(f"line {len(lines) + 1} was cut off while it was written")
    return MetricsRead(records, problems)


def _read_lines(lines: list[bytes], records: list[Record], problems: list[str]) -> None:
    previous = 0
    for number, line in enumerate(lines, 1):
        stated = _CRC.search(line)
        if stated is None:
            problems.append(f"line {number} is damaged")
            continue
        crc = int(stated[1], 16)
        record = _record(line) if crc32(line[: stated.start()], previous) == crc else None
        previous = crc
        if record is None:
            problems.append(f"line {number} is damaged, or the line before it is")
        else:
            records.append(record)


def _record(line: bytes) -> Record | None:
    try:
        document = msgspec.json.decode(line)
        return Record(
            n=int(document["n"]),
            time=float(document["time"]),
            step=_decoded(document["step"]),
            epoch=_decoded(document["epoch"]),
            values={str(name): exact.decode_number(value) for name, value in document["values"].items()},
        )
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None


def _decoded(value: Any) -> Number | None:
    return None if value is None else exact.decode_number(value)


def history(logs: Path) -> dict[str, list[tuple[Number | None, Number | None, Number]]]:
    """Return name -> [(step, epoch, value)] over all processes of a run, each process's records in order."""
    found: dict[str, list[tuple[Number | None, Number | None, Number]]] = {}
    for path in files_of(logs):
        for record in read(path).records:
            for name, value in record.values.items():
                found.setdefault(name, []).append((record.step, record.epoch, value))
    return found


def last_values(logs: Path) -> dict[str, Number]:
    """Return name -> last value; of several processes the first one counts, and the summary above all."""
    last: dict[str, Number] = {}
    for path in reversed(files_of(logs)):
        for record in read(path).records:
            last.update(record.values)
    return {**last, **_summary(logs / "summary.json")}


def _summary(path: Path) -> dict[str, Number]:
    """Return the numbers among what ``run.summary`` holds."""
    found: dict[str, Number] = {}
    with suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError, AttributeError):
        for name, value in msgspec.json.decode(files.read_bytes(path)).items():
            with suppress(ValueError):
                found[name] = exact.decode_number(value)
    return found

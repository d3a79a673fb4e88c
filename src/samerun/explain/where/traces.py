"""Traces of a run, as its processes wrote them: what each line read and did at each of its executions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from samerun.inside.tracing.channel import FOLDER, RECORD, SUFFIX
from samerun.inside.tracing.generators import PREFIX as GENERATOR
from samerun.inside.tracing.sampling import FIRST

__all__ = ["FIRST", "GENERATOR", "Execution", "Line", "Mark", "Part", "Trace", "kind_of", "read_trace"]

_NUMBER = re.compile(r"\d+")


class Line(NamedTuple):
    """A line of a function in a kind of process and thread: numbered workers of one pool are of one kind."""

    process: str
    thread: str
    file: str
    number: int
    function: str

    @property
    def place(self) -> str:
        """``path:line``."""
        return f"{self.file}:{self.number}"


class Part(NamedTuple):
    """What a line read or did: ``role`` as in ``inside.tracing.channel``."""

    role: str
    name: str


class Mark(NamedTuple):
    """A fingerprint by content, and by content and order."""

    content: int
    order: int


@dataclass
class Execution:
    """One execution of a line, or what was looked at of it.

    It ``began`` and ended (``moment``) in nanoseconds since the epoch; at ``gave`` it first called a function of the
    user's with what it had to hand over.
    """

    count: int
    began: int = 0
    moment: int = 0
    gave: int = 0
    read: dict[str, Mark] = field(default_factory=dict)
    did: dict[Part, Mark] = field(default_factory=dict)


@dataclass
class Trace:
    """All processes of a run; ``pooled`` holds the lines that several threads or processes of one kind executed."""

    lines: dict[Line, list[Execution]] = field(default_factory=dict)
    pooled: set[Line] = field(default_factory=set)
    found: bool = False


def read_trace(run_folder: Path) -> Trace:
    """Read what the processes of a run wrote; files that are cut off are read as far as they are whole."""
    found: dict[Line, list[dict[int, Execution]]] = {}
    paths = sorted((run_folder / FOLDER).glob("*" + SUFFIX))
    for path in paths:
        label = path.name.removesuffix(SUFFIX).replace(",", "/")
        _take(found, kind_of(label), path.read_bytes())
    trace = Trace(found=bool(paths))
    for line, several in found.items():
        if len(several) > 1:
            trace.pooled.add(line)
        executions = [each for own in several for each in own.values()]
        trace.lines[line] = sorted(executions, key=lambda each: each.moment if len(several) > 1 else each.count)
    return trace


def kind_of(name: str) -> str:
    """Return the name of a process or a thread without the numbers by which a pool's are told apart."""
    return _NUMBER.sub("#", name)


def _take(found: dict[Line, list[dict[int, Execution]]], process: str, data: bytes) -> None:
    """Take one process's file in."""
    lines: dict[int, dict[int, Execution]] = {}
    parts: dict[int, tuple[dict[int, Execution], Part]] = {}
    for tag, content in _pieces(data):
        if tag == b"R":
            part, count, moment, mark, order = RECORD.unpack(content)
            if part in parts:
                _add(*parts[part], count, moment, Mark(mark, order))
            continue
        fields = content.decode("utf-8", "surrogateescape").split("\t")
        if tag == b"L":
            own = lines[int(fields[0])] = {}
            found.setdefault(Line(process, kind_of(fields[1]), fields[2], int(fields[3]), fields[4]), []).append(own)
        elif int(fields[1]) in lines:
            parts[int(fields[0])] = (lines[int(fields[1])], Part(fields[2], fields[3]))


def _pieces(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place < len(data):
        tag = data[place : place + 1]
        if tag == b"R":
            start, size = place + 1, RECORD.size
        else:
            start, size = place + 3, int.from_bytes(data[place + 1 : place + 3], "little")
        place = start + size
        if place <= len(data):
            yield tag, data[start:place]


def _add(executions: dict[int, Execution], part: Part, count: int, moment: int, mark: Mark) -> None:
    execution = executions.setdefault(count, Execution(count))
    execution.moment = max(execution.moment, moment)
    if part.role == "next":
        execution.began, mark = mark.order, Mark(mark.content, mark.content)
    if part.role == "given" and not execution.gave:
        execution.gave = moment
    if part.role == "in":
        execution.read[part.name] = mark
    else:
        execution.did[part] = mark

"""What the processes reported and the folder watch saw, joined into one observation."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from pathlib import PurePath

from samerun.basics.process import start_of
from samerun.basics.redaction import Redactor
from samerun.inside.identity import FORKSERVER
from samerun.launch import reported
from samerun.launch.spool import Spool
from samerun.record.missing import NotCaptured
from samerun.record.observation import Observation, SeenFile, SeenProcess

_PYTHON = re.compile(r"python[\d.]*|pypy[\d.]*")
_RANK = re.compile(r"@[^/]*$")

LEFT_BEHIND_S = 0.2
"""How long a process may take to end after the program has."""


def observe(spool: Spool, redactor: Redactor) -> Observation:
    """Join the reports of all processes; reads of files that the run itself wrote are left to the caller."""
    return Observation(
        processes=tuple(_processes(spool, redactor)),
        reads=_reads(spool),
        written=frozenset(_written(spool)),
        before={each.path: (each.size, each.mtime_ns) for each in reversed(spool.of(reported.Write)) if each.existed},
        absent=frozenset(each.path for each in spool.of(reported.Absent)),
        listed=frozenset(each.path for each in spool.of(reported.Listed)),
        variables=_variables(spool),
        imported=frozenset(each.name for each in spool.of(reported.Imported)),
        sockets=frozenset(
            redactor.text(f"{each.host}:{each.port}") for each in spool.of(reported.Socket) if not each.local
        ),
        unseeded=_unseeded(spool),
        effective={each.key: each.value for each in reversed(spool.of(reported.Effective))},
        used=_used(spool),
        not_captured=tuple(_not_captured(spool, redactor)),
    )


def _processes(spool: Spool, redactor: Redactor) -> Iterable[SeenProcess]:
    """Yield the processes in the order in which they started."""
    paths: dict[str, tuple[str, ...]] = {}
    for label, search in spool.by_process(reported.SearchPath):
        paths[label] = (
            *paths.get(label, ()),
            *(entry for entry in search.entries if entry not in paths.get(label, ())),
        )
    for label, seen in sorted(spool.processes.items(), key=lambda item: item[1].started):
        argv = tuple(redactor.arguments(list(seen.argv)))
        yield SeenProcess(
            label, seen.pid, seen.executable, seen.version, seen.prefix, seen.base_prefix, argv, paths.get(label, ())
        )


def _reads(spool: Spool) -> dict[str, SeenFile]:
    """Return the first look at each file; of several processes' the one that was earliest by what it saw."""
    found: dict[str, SeenFile] = {}
    for each in spool.of(reported.Read):
        seen = SeenFile(each.size, each.mtime_ns, each.ctime_ns, each.inode, each.device)
        if each.path not in found or seen.ctime_ns < found[each.path].ctime_ns:
            found[each.path] = seen
    return found


def _written(spool: Spool) -> set[str]:
    """Return every path that a process wrote, under the name that it got in the end."""
    written: set[str] = set()
    for event in spool.events:
        record = event.record
        if isinstance(record, reported.Write):
            written.add(record.path)
        elif isinstance(record, reported.Linked):
            written.add(record.target)
        elif isinstance(record, reported.Renamed):
            written |= {record.target, *_moved(record.source, record.target, written)}
    return written


def _moved(source: str, target: str, written: set[str]) -> set[str]:
    """Return the new names of what was written below a folder that was renamed."""
    below = source + os.sep
    return {target + os.sep + path[len(below) :] for path in written if path.startswith(below)}


def _variables(spool: Spool) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for each in spool.of(reported.Variable):
        found[each.name] = found.get(each.name, False) or each.user
    return found


def _unseeded(spool: Spool) -> dict[str, str]:
    """Return each source that was drawn from unseeded, with the user's line where that is known.

    Of several processes' lines it is that of the first by its label: the program's own before its workers'.
    """
    found: dict[str, str] = {}
    for _, drawn in sorted(spool.by_process(reported.Drawn), key=lambda pair: pair[0]):
        found[drawn.source] = found.get(drawn.source) or (f"{drawn.file}:{drawn.line}" if drawn.file else "")
    for each in spool.of(reported.Entropy):
        if each.user and not each.importing and each.file and not found.get(each.source):
            found[each.source] = f"{each.file}:{each.line}"
    return found


def _used(spool: Spool) -> dict[str, tuple[str, ...]]:
    """Return the lines that used what each watched condition is about, in the order in which they came."""
    found: dict[str, dict[str, None]] = {}
    for each in spool.of(reported.Used):
        found.setdefault(each.kind, {})[f"{each.file}:{each.line}" if each.file else ""] = None
    return {kind: tuple(places) for kind, places in found.items()}


def _not_captured(spool: Spool, redactor: Redactor) -> Iterable[NotCaptured]:
    if spool.unreadable:
        yield NotCaptured("events", f"{spool.unreadable} reports of the program's processes could not be read")
    if not spool.processes:
        yield NotCaptured(
            "the program's inside",
            "no Python process with recording on was seen: files are known from watching the folder only",
        )
    yield from dict.fromkeys(
        NotCaptured(
            each.source,
            f"drawn from the operating system by the program itself at {each.file}:{each.line}: a replay draws anew",
        )
        for each in spool.of(reported.Unsupplied)
    )
    for fault in spool.of(reported.FaultSeen):
        yield NotCaptured(
            fault.place, f"samerun's own fault inside the program: {fault.type}: {redactor.text(fault.text)}"
        )
    yield from _children(spool, redactor)
    yield from _still_running(spool, redactor)


def _silent(spool: Spool) -> list[reported.Launch]:
    """Return what was started and never reported; a process may have added its rank to the label that it was given."""
    heard = {*spool.processes, *(_RANK.sub("", label) for label in spool.processes)}
    return [each for each in spool.of(reported.Launch) if each.label not in heard and not _is_served(each)]


def _is_served(launch: reported.Launch) -> bool:
    """Say whether this is a fork of a fork server: it reports under the name that its true parent gave it."""
    return not launch.executable and f"{FORKSERVER}/" in launch.label


def _still_running(spool: Spool, redactor: Redactor) -> Iterable[NotCaptured]:
    """Yield the processes that the program left behind, after a moment in which they may end."""
    ended = {label for label, _ in spool.by_process(reported.Exit)}
    left = [seen for label, seen in spool.processes.items() if label not in ended and "/+" not in label]
    until = time.monotonic() + LEFT_BEHIND_S
    while (left := [seen for seen in left if start_of(seen.pid) is not None]) and time.monotonic() < until:
        time.sleep(LEFT_BEHIND_S / 20)
    for seen in left:
        command = " ".join(redactor.arguments(list(seen.argv)))[:200]
        why = "it was still running when the program had ended: what it does later is not part of the run"
        yield NotCaptured(f"child process: {command}", why)


def _children(spool: Spool, redactor: Redactor) -> Iterable[NotCaptured]:
    """Yield the started programs that never reported: no Python, or one that was started apart from its environment."""
    said = set()
    for launch in _silent(spool):
        command = " ".join(redactor.arguments(list(launch.argv)))[:200]
        is_python = _PYTHON.fullmatch(PurePath(launch.executable).name) is not None
        why = (
            "a Python apart from its site or environment (-I, -E, -S, an emptied environment): nothing was seen in it"
            if is_python
            else "no Python: the files that it read and wrote are known from watching the folder only"
        )
        if (launch.executable, why) not in said:
            said.add((launch.executable, why))
            yield NotCaptured(f"child process: {command}", why)

"""Whether a process lives: a number alone does not say, since numbers are given again."""

from __future__ import annotations

import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from samerun.basics import files

_PROC = Path("/proc")


class HolderFacts(NamedTuple):
    """What tells one process from all others.

    ``host`` is the host's name, ``boot`` identifies the system's start and the space in which process numbers count,
    ``pid`` the number, ``started`` when the process started, in the system's own ticks.
    """

    host: str
    boot: str
    pid: int
    started: str


def holder_facts(pid: int | None = None) -> HolderFacts:
    """Return the facts of a process of this host (None: this process)."""
    pid = os.getpid() if pid is None else pid
    return HolderFacts(socket.gethostname(), _boot(), pid, start_of(pid) or "")


def is_alive(facts: HolderFacts) -> bool | None:
    """Say whether the process still lives.

    Returns:
        None where that cannot be known from here: it ran on another host, or in another container.
    """
    here = holder_facts()
    if facts.host != here.host:
        return None
    boot, _, space = facts.boot.partition("/")
    here_boot, _, here_space = here.boot.partition("/")
    if boot != here_boot:
        return False
    if space != here_space:
        return None
    started = start_of(facts.pid)
    return started is not None and started == facts.started


def start_of(pid: int) -> str | None:
    """Return when a process started (a text that differs between processes of one number), or None if it is gone.

    A zombie, ended but not yet waited for, is gone. Without /proc the text is empty.
    """
    if not (_PROC / "self" / "stat").exists():
        return "" if _answers(pid) else None
    try:
        fields = files.read_bytes(_PROC / str(pid) / "stat").rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in (b"Z", b"X") else fields[19].decode()


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _boot() -> str:
    if sys.platform != "linux":
        return ""
    boot = space = ""
    with suppress(OSError):
        boot = files.read_bytes(_PROC / "sys/kernel/random/boot_id").decode().strip()
        space = os.readlink(_PROC / "self/ns/pid").strip("pid:[]")
    return f"{boot}/{space}"


def kill_tree(pid: int) -> None:
    """Kill a process and all that it has started, as far as the system tells who started whom (/proc)."""
    family = [pid]
    for each in family:  # grows as it goes
        os_kill(each, signal.SIGSTOP)  # so that it starts nothing more while its children are looked up
        family += children_of(each)
    for each in reversed(family):
        os_kill(each, signal.SIGKILL)


def os_kill(pid: int, number: int) -> None:
    """Send a signal to a process that may be gone by now."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started and that live; none where /proc does not tell."""
    found: list[int] = []
    for task in _PROC.glob(f"{pid}/task/*/children"):
        with suppress(OSError):
            found += map(int, task.read_text().split())
    return found

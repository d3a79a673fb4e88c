"""Who a process is: a label that is unique within the run and the same in a replay.

    main                    the command itself
    main/f2                 the second child that it forked
    main/s1                 the first Python program that it started (``s-git-1``: the first ``git``)
    main/x                  the program that replaced it (exec)
    main/SpawnPoolWorker-1  a worker of multiprocessing or loky, by its name (``#2``: the second of that name)
    main/s2@1               a process whose launcher gave it the rank 1
    main/+forkserver        a helper of multiprocessing; helpers take no ordinal from the program's own children

The parent chooses the label and hands it down: in SAMERUN_PROCESS to a program that it starts, in memory to a fork. A
label is claimed by creating its event file; where it is taken already (two Pythons below one shell script) the next
one becomes ``~2``.
"""

from __future__ import annotations

import itertools
import os
import posix
from _thread import get_ident

from . import events, standins

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Callable, Iterator, Mapping, Optional

VARIABLE = "SAMERUN_PROCESS"
RANK_VARIABLE = "SAMERUN_RANK"
FORKSERVER = "+forkserver"

# The first that is set names the process among the ranks of its job; the widest numbering comes first.
_RANKS = (
    "RANK",
    "OMPI_COMM_WORLD_RANK",
    "PMI_RANK",
    "PMIX_RANK",
    "MV2_COMM_WORLD_RANK",
    "HOROVOD_RANK",
    "PALS_RANKID",
    "FLUX_TASK_RANK",
    "JSM_NAMESPACE_RANK",
    "SLURM_PROCID",
    "LOCAL_RANK",
)
_PROGRAMS = frozenset(["x", "x@", "x~", "s-", *("s%d" % digit for digit in range(10))])
_KEPT = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-")
_LONGEST = 180


class _Process:
    """What this process knows of itself; a forked child has one of its own."""

    def __init__(self, label: str, rank: str, unsettled: bool = False) -> None:
        self.label = label
        self.rank = rank
        self.unsettled = unsettled
        self.ordinals: dict[str, Iterator[int]] = {}
        self.forking: dict[int, str] = {}
        self.starting: dict[int, int] = {}
        self.thread = get_ident()


_process = _Process("main", "")
_on_entry: list[Callable[[], None]] = []
_on_settling: list[Callable[[], None]] = []


def label() -> str:
    """Return this process's label."""
    return _process.label


def rank() -> str:
    """Return the rank that this process's launcher gave it; empty without one."""
    return _process.rank


def unsettled() -> bool:
    """Return whether this is a fork of the fork server that has not yet been told which worker it is."""
    return _process.unsettled


def is_worker() -> bool:
    """Return whether this process is a fork or a worker of multiprocessing or loky, not a program somebody started."""
    above, _, name = _process.label.rpartition("/")
    return bool(above) and name[:2] not in _PROGRAMS


def starting() -> bool:
    """Return whether a program is being started in this thread."""
    return get_ident() in _process.starting


def main_thread() -> int:
    """Return the identifier of the thread that this process began with."""
    return _process.thread


def rank_in(environment: Mapping[str, str]) -> str:
    """Return the rank that ``environment`` names, empty without one."""
    for name in _RANKS:
        value = environment.get(name)
        if value:
            return _clean(value)
    return ""


def enter(environment: Mapping[str, str]) -> str:
    """Claim this process's label at its start, and watch its forks.

    Args:
        environment: its variables. SAMERUN_RANK is the rank of the process that started it: the same rank again is no
            mark of its own.

    Returns:
        The label claimed.
    """
    found = rank_in(environment)
    wanted = environment.get(VARIABLE) or "main"
    if found and found != environment.get(RANK_VARIABLE, ""):
        wanted += "@" + found
    _become(environment["SAMERUN_SPOOL"], wanted, found)
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
    return _process.label


def when_entered(action: Callable[[], None]) -> None:
    """Call ``action`` in every forked child as soon as it has its own label and its own channel."""
    _on_entry.append(action)


def when_settled(action: Callable[[], None]) -> None:
    """Call ``action`` in a fork of the fork server as soon as it knows which worker it is."""
    _on_settling.append(action)


def settle(wanted: str) -> None:
    """Take the label that the true parent chose, in a fork of the fork server; nothing anywhere else."""
    if _process.unsettled:
        _become(events.spool(), wanted, _process.rank)
        _call(_on_entry)
        _call(_on_settling)


def named(name: str) -> str:
    """Return the label for a new child called ``name``: equal names are numbered."""
    name = _clean(name) or "-"
    if name[0] in "fsx" and (name[1:2].isdigit() or name[1:2] in ("", "-")):
        name = "." + name
    ordinal = _next(name)
    return _below(name if ordinal == 1 else "%s#%d" % (name, ordinal))


def helper(name: str) -> str:
    """Return the label for a helper process of a library, which is no child that the program asked for."""
    ordinal = _next("+" + name)
    return _below("+" + name if ordinal == 1 else "+%s#%d" % (name, ordinal))


def program(executable: str) -> str:
    """Return the label for a program about to be started, numbered among the programs of the same name.

    So one ``git`` more or less does not change which Python is the first. Any Python is ``s1``, ``s2`` ...
    """
    name = _clean(os.path.basename(executable)) or "-"
    if name.startswith(("python", "pypy")):
        return _below("s%d" % _next("s"))
    return _below("s-%s-%d" % (name, _next("s-" + name)))


def successor() -> str:
    """Return the label for the program that is about to replace this one."""
    return _below("x")


class Starting:
    """While a program is being started in this thread: a fork that happens inside is not a child of its own."""

    def __enter__(self) -> None:
        thread = get_ident()
        _process.starting[thread] = _process.starting.get(thread, 0) + 1

    def __exit__(self, *exception: object) -> None:
        thread = get_ident()
        _process.starting[thread] = _process.starting.get(thread, 1) - 1
        if not _process.starting[thread]:
            del _process.starting[thread]


def _become(spool: str, wanted: str, found: str, unsettled: bool = False) -> None:
    global _process
    claimed = wanted if unsettled else events.open_channel(spool, wanted) or wanted
    _process = _Process(claimed, found, unsettled)
    # Native code that starts programs hands the C environment down; os.environ, which the program sees, stays.
    posix.putenv(VARIABLE, claimed)
    posix.putenv(RANK_VARIABLE, found)


def _before_fork() -> None:
    thread = get_ident()
    if thread in _process.starting:
        return
    chosen = _below("f%d" % _next("f"))
    _process.forking[thread] = chosen
    events.emit("launch", chosen, "")


def _after_fork_in_parent() -> None:
    _process.forking.pop(get_ident(), None)


def _after_fork_in_child() -> None:
    try:
        _enter_fork(_process.forking.get(get_ident()))
    except Exception as error:  # the edge to the user's program
        standins.report("fork", error)


def _enter_fork(chosen: Optional[str]) -> None:
    if chosen is None:
        return
    serves = FORKSERVER in _process.label.rsplit("/", 1)[-1]
    _become(events.spool(), chosen, _process.rank, unsettled=serves)
    if not serves:
        _call(_on_entry)


def _call(actions: list[Callable[[], None]]) -> None:
    for action in actions:
        try:
            action()
        except Exception as error:  # the edge to the user's program
            standins.report("child", error)


def _next(kind: str) -> int:
    """Count one more of ``kind``; safe between threads, since both steps are single operations of the interpreter."""
    return next(_process.ordinals.setdefault(kind, itertools.count(1)))


def _below(name: str) -> str:
    chosen = _process.label + "/" + name
    if len(chosen) <= _LONGEST:
        return chosen
    head, tail = chosen[: _LONGEST - 60], chosen[_LONGEST - 60 :]
    return "%s.%x.%s" % (head, fold(tail), tail[-30:].replace("/", "."))


def fold(text: str) -> int:
    """Return 64 bits of ``text``, the same in every process (FNV-1a; ``hash`` would not be)."""
    value = 0xCBF29CE484222325
    for byte in text.encode("utf-8", "surrogateescape"):
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def _clean(name: str) -> str:
    cleaned = "".join([letter if letter in _KEPT else "_" for letter in name])
    return cleaned if cleaned == name and len(name) <= 60 else "%s.%x" % (cleaned[:40], fold(name))

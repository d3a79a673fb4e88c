"""The children of a process: each gets its label before it starts, and is noted.

    launch LABEL EXECUTABLE ARGUMENT...     EXECUTABLE is empty for a fork, which goes on in the same program

What is replaced: ``_posixsubprocess.fork_exec`` (subprocess, multiprocessing, loky), ``os.posix_spawn``,
``os.exec*``, ``os.system``, and the two functions by which multiprocessing tells a spawned worker its name.
``os.fork`` is only watched. An environment that lacks SAMERUN_SPOOL was emptied by the program, and is left as it is.
"""

from __future__ import annotations

import os
import posix
from _thread import RLock, get_ident

from . import events, identity, imports, standins
from .hiding import without_secrets

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable, Mapping, Optional, Sequence, Union

_ENVIRONMENT = 5  # the place of the variables among the arguments of fork_exec, the same from 3.9 to 3.14
_KEY = "samerun_process"
_NEEDED = b"SAMERUN_SPOOL"

_announced: dict[int, str] = {}
_variables = RLock()


def install(environment: Mapping[str, str]) -> None:
    """Hand labels down to every child from now on.

    Args:
        environment: the variables of the process; only taken so that every part is installed in the same way.
    """
    imports.when_imported("_posixsubprocess", lambda module: standins.replace("fork_exec", _fork_exec, module))
    imports.when_imported("multiprocessing.spawn", _hand_down_by_data)
    for name in ("posix_spawn", "posix_spawnp"):
        standins.replace(name, _posix_spawn, os, posix)
    standins.replace("execv", _execv, os, posix)
    standins.replace("execve", _execve, os, posix)
    standins.replace("system", _system, os, posix)
    identity.when_entered(_forget)


def _forget() -> None:
    """Start anew in a forked child: another thread of the parent may have held the lock."""
    global _variables
    _variables = RLock()
    _announced.clear()


def _fork_exec(original: Callable[..., Any], *args: Any) -> Any:
    with identity.Starting():
        return _start(original, _child(args[1], args[0]), args, _ENVIRONMENT)


def _posix_spawn(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    if len(args) < 3:
        return original(*args, **kwargs)
    return _start(original, _child([args[0]], args[1]), args, 2, kwargs)


def _execv(original: Callable[..., Any], *args: Any) -> Any:
    return _start(original, _successor(args), (*args, None), 2, omit=True)


def _execve(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    if len(args) < 3:
        return original(*args, **kwargs)
    return _start(original, _successor(args), args, 2, kwargs)


def _system(original: Callable[..., int], *args: Any, **kwargs: Any) -> int:
    command = args[0] if args else kwargs.get("command", "")
    label = _child(["/bin/sh"], ["sh", "-c", command])
    if label:
        posix.putenv(identity.VARIABLE, label)  # not under the lock: the command may run for hours
    try:
        return original(*args, **kwargs)
    finally:
        posix.putenv(identity.VARIABLE, identity.label())


def _start(
    original: Callable[..., Any],
    label: str,
    args: tuple[Any, ...],
    place: int,
    kwargs: Optional[dict[str, Any]] = None,
    omit: bool = False,
) -> Any:
    """Call ``original`` with ``label`` in the child's variables.

    Args:
        original: what starts the child.
        label: empty for none.
        args: its arguments; the one at ``place`` is the child's variables, None for those of this process.
        place: see above.
        kwargs: its further arguments.
        omit: ``original`` takes no variables at all; ``args[place]`` is only a stand-in, and None.

    Returns:
        What ``original`` returns.
    """
    given = args[place]
    passed = args[:place] if omit else args
    if not label:
        return original(*passed, **(kwargs or {}))
    if given is not None:
        return original(*args[:place], _labelled(given, label), *args[place + 1 :], **(kwargs or {}))
    with _variables:
        posix.putenv(identity.VARIABLE, label)
        try:
            return original(*passed, **(kwargs or {}))
        finally:
            posix.putenv(identity.VARIABLE, identity.label())


def _labelled(variables: Any, label: str) -> Any:
    """Return ``variables``, a list of ``b"name=value"`` or a mapping, with the label; as they are if emptied."""
    try:
        labelled = _labelled_list if isinstance(variables, (list, tuple)) else _labelled_map
        return labelled(variables, label)
    except Exception as error:  # the edge to the user's program
        standins.report("child's variables", error)
        return variables


def _labelled_list(variables: Sequence[bytes], label: str) -> Sequence[bytes]:
    if not any(os.fsencode(entry).startswith(_NEEDED + b"=") for entry in variables):
        return variables
    own = _own_variables(label)
    kept = [entry for entry in variables if os.fsencode(entry).partition(b"=")[0] not in own]
    return kept + [name + b"=" + value for name, value in own.items()]


def _labelled_map(variables: Any, label: str) -> Any:
    # The inner dictionary of os.environ: asking os.environ itself would count as the program reading every variable.
    inner: Mapping[Union[str, bytes], Union[str, bytes]] = getattr(variables, "_data", variables)
    if _NEEDED not in inner and _NEEDED.decode() not in inner:
        return variables
    own = _own_variables(label)
    kept = {name: value for name, value in inner.items() if os.fsencode(name) not in own}
    return {**kept, **own}


def _own_variables(label: str) -> dict[bytes, bytes]:
    return {
        os.fsencode(identity.VARIABLE): os.fsencode(label),
        os.fsencode(identity.RANK_VARIABLE): os.fsencode(identity.rank()),
    }


def _child(executables: Sequence[Any], argv: Sequence[Any]) -> str:
    """Choose the label of a child, and note its start; empty where that fails."""
    try:
        words = [os.fsdecode(word) for word in argv]
        candidates = [os.fsdecode(name) for name in executables]
        found = next((name for name in candidates if posix.access(name, os.X_OK)), None)
        label = _label_for(found or candidates[0], words)
        if found or not candidates[0].startswith("/"):  # relative to a folder of the child's own it may well be there
            events.emit("launch", label, found or candidates[0], *without_secrets(words))
        return label
    except Exception as error:  # the edge to the user's program
        standins.report("child", error)
        return ""


def _label_for(executable: str, words: Sequence[str]) -> str:
    if "--multiprocessing-fork" in words:
        announced = _announced.pop(get_ident(), None)
        if announced is not None:
            return announced
    if "--process-name" in words[:-1] and any("loky" in word for word in words):
        return identity.named(words[words.index("--process-name") + 1])
    helper = _helper(words)
    return identity.helper(helper) if helper else identity.program(executable)


def _helper(words: Sequence[str]) -> str:
    """Return which helper of multiprocessing or loky ``words`` start; empty for a program."""
    code = words[words.index("-c") + 1] if "-c" in words[:-1] else ""
    if "forkserver import main" in code:
        return "forkserver"
    if "resource_tracker import main" in code:
        return "loky_tracker" if "loky" in code else "resource_tracker"
    return ""


def _successor(args: tuple[Any, ...]) -> str:
    """Choose the label of the program that replaces this one; empty for a path that is not there."""
    try:
        if not posix.access(args[0], os.X_OK):
            return ""
        label = identity.successor()
        words = without_secrets([os.fsdecode(word) for word in args[1]])
        events.emit("launch", label, os.fsdecode(args[0]), *words)
        return label
    except Exception as error:  # the edge to the user's program
        standins.report("exec", error)
        return ""


def _hand_down_by_data(spawn: Any) -> None:
    """Let the data that prepares a worker carry its label too: to a fork server's child there is no other way."""
    get, prepare = spawn.get_preparation_data, spawn.prepare

    def get_preparation_data(name: str) -> Any:
        data = get(name)
        if name != "ignore":  # the fork server asks so for itself, and keeps two keys
            label = _announced[get_ident()] = identity.named(name)
            data[_KEY] = label
        return data

    def prepared(data: dict[str, Any]) -> None:
        label = data.pop(_KEY, None)
        if label:
            identity.settle(label)
        prepare(data)

    spawn.get_preparation_data = standins.look_like(get_preparation_data, get)
    spawn.prepare = standins.look_like(prepared, prepare)

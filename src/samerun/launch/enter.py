"""Start a command in a mount namespace of its own: ``python -I -S enter.py PLAN.json -- COMMAND ...``.

The workspace is mounted over the project's original path, so that a replayed program finds everything at the paths that
it had; the user's files lie underneath, out of reach. What must stay visible (the interpreter's environment, git's
objects, big inputs, the run folder) is opened before and mounted back into its place. The namespace ends with the
command.

Standard library only, since it runs before the command in its own right; it never returns: the command replaces it.
See mount_namespaces(7), user_namespaces(7).
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable

_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWUTS = 0x04000000
_CLONE_NEWPID = 0x20000000
_CLONE_NEWNET = 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
_ADDR_NO_RANDOMIZE = 0x0040000
_MS_RDONLY = 1
_MS_REMOUNT = 32
_MS_BIND = 4096
_MS_REC = 16384
_MS_PRIVATE = 1 << 18
_MOUNT_SETATTR = 442
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_LOCKED = 0x2 | 0x4 | 0x8  # nosuid, nodev, noexec, as statvfs and mount both number them
SETTING = "setting"
"""What a refused setting is called among the things that a run could not capture."""
FAILED = 213
"""The exit status that says that no namespace could be made; the parent then replays without one."""


def main() -> None:
    """Make the namespace, mount, and become the command."""
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    command = sys.argv[3:]
    # Opened before anything is mounted over the place where the parent looks for it.
    report = os.open(sys.argv[1] + ".failed", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if plan.get("separate", True):
            _separate()
            _mount_all(plan)
        os.chdir(plan["cwd"])
    except OSError as error:
        os.write(report, f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
        os._exit(FAILED)
    if not command:
        os._exit(0)
    _tell(set_up(plan.get("setup", {}), plan.get("separate", True)), plan.get("told", ""))
    try:
        os.execvpe(command[0], command, os.environ)
    except FileNotFoundError:
        os._exit(127)
    except OSError:
        os._exit(126)


def set_up(asked: dict[str, object], separate: bool = True) -> list[str]:
    """Change what is around the command, each by its name in ``SETTINGS``.

    Args:
        asked: the settings.
        separate: whether this process has a mount table of its own.

    Returns:
        A sentence for each that this system refuses; the command runs without it.
    """
    refused = []
    for name, change in SETTINGS.items():
        try:
            if name in asked and not separate and change is _number_from:
                raise OSError(0, "there are no mount namespaces here")
            if name in asked:
                change(asked[name])
        except OSError as error:
            refused.append(f"{name.replace('_', ' ')} could not be set: {error.strerror or error}")
    return refused


def _set_umask(mask: object) -> None:
    os.umask(int(str(mask)))


def _set_hostname(hostname: object) -> None:
    _check(_libc.unshare(_CLONE_NEWUTS), "unshare the host's name")
    name = str(hostname).encode()
    _check(_libc.sethostname(name, len(name)), "sethostname")


def _take_network_away(asked: object) -> None:
    """Leave the machine's network; what processes say to each other over the local one goes on."""
    _check(_libc.unshare(_CLONE_NEWNET), "unshare the network")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        name = b"lo".ljust(16, b"\0")
        found = fcntl.ioctl(control, _SIOCGIFFLAGS, struct.pack("16sh14x", name[:16], 0))
        flags = struct.unpack("16sh14x", found)[1]
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14x", name[:16], flags | _IFF_UP))


def _place_alike(asked: object) -> None:
    """Have the system place programs and their memory alike each time; all that are started below inherit it."""
    _check(_libc.personality(_ADDR_NO_RANDOMIZE) & -0x80000000, "personality")


def _number_from(first: object) -> None:
    """Go on as the process ``first`` in a space of numbers of its own: the same in every run, and its children's too.

    Three processes are left: outside, one that ends as the command does; inside, the first of the new space, which has
    the duty to wait for orphans (pid_namespaces(7)); and the command, as which this function returns.
    """
    _refuse_without_proc()
    reader, writer = os.pipe()
    _check(_libc.unshare(_CLONE_NEWPID), "unshare the process numbers")
    init = os.fork()
    if init:
        os.close(writer)
        _end_alike(init, reader)
    os.close(reader)
    _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    _mount("proc", "/proc", "proc", 0, None)
    with open("/proc/sys/kernel/ns_last_pid", "w", encoding="ascii") as file:
        file.write(str(int(str(first)) - 1))
    command = os.fork()
    if command:
        _wait_for_all(command, writer)
    os.close(writer)


def _refuse_without_proc() -> None:
    """Try in a child whether the space's own ``/proc`` may be mounted: without one, a process's number leads nowhere.

    Raises:
        OSError: it may not.
    """
    child = os.fork()
    if child == 0:
        status = _libc.unshare(_CLONE_NEWNS | _CLONE_NEWPID)
        inner = os.fork() if status == 0 else -1
        if inner == 0:
            os._exit(0 if _libc.mount(b"proc", b"/proc", b"proc", ctypes.c_ulong(0), None) == 0 else 1)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1]) if inner > 0 else 1)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
        raise OSError(0, "no /proc of one's own may be mounted here")


def _wait_for_all(command: int, writer: int) -> None:
    """Be the first process: hand signals on, wait for whoever is left alone, and tell how the command ended."""
    _hand_on(command)
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == command:
            os.write(writer, str(status).encode())
            os._exit(0)


def _end_alike(init: int, reader: int) -> None:
    """Be the process that the launcher knows: hand signals on, and end as the command did."""
    _hand_on(init)
    told = os.read(reader, 32)
    os.waitpid(init, 0)
    code = os.waitstatus_to_exitcode(int(told)) if told else -int(signal.SIGKILL)
    if code >= 0:
        os._exit(code)
    _libc.prctl(_PR_SET_DUMPABLE, 0)  # the command has left its own core, if any
    if -code not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)


def _hand_on(process: int) -> None:
    def handle(number: int, frame: object) -> None:
        os.kill(process, number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, handle)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # from a terminal it reaches the command by itself


SETTINGS: dict[str, Callable[[object], None]] = {
    "umask": _set_umask,
    "same_addresses": _place_alike,
    "no_network": _take_network_away,
    "hostname": _set_hostname,
    "first_pid": _number_from,
}
"""What can be set around a command: a mask of permissions, addresses that are not randomised, no network but the local
one, the host's name, and the number of the command's process, which comes last since it is another process then."""

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _tell(sentences: list[str], path: str) -> None:
    """Add sentences to what the run could not be given, where the recorder finds them."""
    if sentences and path:
        with open(path, "a", encoding="utf-8") as file:
            file.writelines(json.dumps({"what": SETTING, "why": sentence}) + "\n" for sentence in sentences)


def _separate() -> None:
    """Leave the shared mount table; without privileges in a user namespace in which every id keeps its number."""
    user, group = os.getuid(), os.getgid()
    if _libc.unshare(_CLONE_NEWNS) != 0:
        _check(_libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNS), "unshare")
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            with open("/proc/self/" + name, "w", encoding="ascii") as file:
                file.write(text)
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE, None)


def _mount(source: str, target: str, kind: str | None, flags: int, data: str | None) -> None:
    encode = os.fsencode
    arguments = (encode(source), encode(target), kind.encode() if kind else None, flags, encode(data) if data else None)
    _check(_libc.mount(*arguments[:3], ctypes.c_ulong(flags), arguments[4]), "mount " + target)


def _mount_all(plan: dict[str, list[dict[str, str]]]) -> None:
    """Mount folders over folders; sources are opened first, because what is mounted later may hide them."""
    binds = [(_opened(each), each) for each in plan["binds"]]
    for layer in plan["overlays"]:
        options = "lowerdir={},upperdir={},workdir={}".format(
            *tuple(_escape(layer[name]) for name in ("target", "upper", "work"))
        )
        _mount("overlay", layer["target"], "overlay", 0, options)
    for opened, each in binds:
        target = each["target"]
        if not _layer(opened, target):
            _mount(opened["source"], target, None, _MS_BIND | _MS_REC, None)
            if each.get("read_only"):
                _make_read_only(target)


def _opened(bind: dict[str, str]) -> dict[str, str]:
    """Return names for a mount's folders that hold whatever is mounted over them; the command does not inherit them."""
    named = [name for name in ("source", "upper", "work") if name in bind]
    return {name: f"/proc/self/fd/{os.open(bind[name], os.O_PATH | os.O_CLOEXEC)}" for name in named}


def _make_read_only(target: str) -> None:
    """Let nobody write through a mount, nor through those below it.

    Raises:
        OSError: the kernel refuses; then the program must not be started, for what it would write is the user's own.
    """
    read_only = struct.pack("4Q", _MS_RDONLY, 0, 0, 0)
    path = os.fsencode(target)
    if _libc.syscall(_MOUNT_SETATTR, _AT_FDCWD, path, _AT_RECURSIVE, read_only, len(read_only)) == 0:
        return
    # Before Linux 5.12. In a user namespace the kernel refuses to forget what a mount was restricted by already.
    flags = _MS_BIND | _MS_REMOUNT | _MS_RDONLY | (os.statvfs(target).f_flag & _LOCKED)
    _check(_libc.mount(None, path, None, ctypes.c_ulong(flags), None), "mount read-only " + target)


def _layer(opened: dict[str, str], target: str) -> bool:
    """Mount a folder so that writes go into a private layer; False where that is not asked for or not possible."""
    if "upper" not in opened:
        return False
    options = "lowerdir={source},upperdir={upper},workdir={work}".format(**opened)
    try:
        _mount("overlay", target, "overlay", 0, options)
    except OSError:  # the layer would lie on an overlay itself: shown read-only instead
        return False
    return True


def _escape(path: str) -> str:
    return path.replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,")


if __name__ == "__main__":
    main()

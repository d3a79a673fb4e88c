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
import json
import os
import struct
import sys

_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWUTS = 0x04000000
_CLONE_NEWNET = 0x40000000
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
        _separate()
        _mount_all(plan)
        os.chdir(plan["cwd"])
        set_up(plan.get("setup", {}))
    except OSError as error:
        os.write(report, f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
        os._exit(FAILED)
    if not command:
        os._exit(0)
    try:
        os.execvpe(command[0], command, os.environ)
    except FileNotFoundError:
        os._exit(127)
    except OSError:
        os._exit(126)


def set_up(asked: dict[str, object]) -> None:
    """Change what is around the command, each by its name.

    ``umask`` (a number); ``same_addresses`` (address space layout is not randomised: personality(2)); ``no_network``
    (a network namespace without any way out: network_namespaces(7)); ``hostname`` (a name: uts_namespaces(7)).
    """
    if "umask" in asked:
        os.umask(int(str(asked["umask"])))
    if asked.get("same_addresses"):
        _check(_libc.personality(_ADDR_NO_RANDOMIZE) & -0x80000000, "personality")
    if asked.get("no_network"):
        _check(_libc.unshare(_CLONE_NEWNET), "unshare the network")
    if "hostname" in asked:
        _check(_libc.unshare(_CLONE_NEWUTS), "unshare the host's name")
        name = str(asked["hostname"]).encode()
        _check(_libc.sethostname(name, len(name)), "sethostname")


_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


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
